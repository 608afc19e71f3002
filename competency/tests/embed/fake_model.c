// SPDX-License-Identifier: MIT
#include "fake_model.h"

#include <stdlib.h>
#include <string.h>

#include "kernels/panels.h"
#include "model/model.h"

struct competency_model {
    synthetic_model *inside;
    competency__tokenizer *tokenizer;
};

static competency_model model;

const competency_model *fake_model_create(void)
{
    static const char vocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"
                                     "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq\nr\ns\nt\n"
                                     "##a\n##b\n##c\n##d\n##e\n##i\n##n\n##o\n##r\n##s\n##t\n"
                                     "data\n,\n.\n##ing\n";
    const competency__tokenizer_options options = COMPETENCY__TOKENIZER_OPTIONS_INIT;
    model.inside = synthetic_model_create(99);
    if (model.tokenizer != NULL) {
        return &model;
    }
    if (competency__tokenizer_create(&model.tokenizer, NULL, vocabulary, strlen(vocabulary),
                                     &options, NULL) != COMPETENCY_OK ||
        competency__tokenizer_vocabulary(model.tokenizer) > SYNTHETIC_VOCABULARY) {
        abort();
    }
    return &model;
}

synthetic_model *fake_model_inside(void)
{
    return model.inside;
}

const competency__bert_config *competency__model_config(const competency_model *m)
{
    return &m->inside->config;
}

const competency__bert_weights *competency__model_weights(const competency_model *m)
{
    return &m->inside->weights;
}

const competency__tokenizer *competency__model_tokenizer(const competency_model *m)
{
    return m->tokenizer;
}

const competency__packed_file *competency__model_packed(const competency_model *m)
{
    (void)m;
    return NULL;
}

uint32_t competency__model_precision(const competency_model *m)
{
    (void)m;
    return COMPETENCY__F32;
}

competency_status competency_model_open_with(competency_model **out, const char *path,
                                             const competency_model_options *options,
                                             competency_error *err)
{
    (void)path;
    (void)options;
    (void)err;
    *out = NULL;
    return COMPETENCY_EUNSUPPORTED;  // no packed model, so that none is opened again
}

void competency_model_close(competency_model *m)
{
    (void)m;
}

bool competency__model_is_kept(const competency_model *m)
{
    (void)m;
    return false;
}

const competency_model_info *competency_model_describe(const competency_model *m)
{
    static const competency_model_info info = {.name = "fake"};
    (void)m;
    return &info;
}
