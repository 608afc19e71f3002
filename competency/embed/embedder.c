// SPDX-License-Identifier: MIT
// The embedder that runs a BERT model: texts to tokens, tokens packed into batches, batches
// through the encoder.
#include <competency/embedder.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/phase.h"
#include "embed/packed_model.h"
#include "encoder/encoder.h"
#include "encoder/workspace.h"
#include "kernels/kernels.h"
#include "model/model.h"

enum {
    // Large enough that packing the weights into panels is a few percent of a pass, small enough
    // that the activations stay in a second-level cache.
    BATCH_TOKENS_DEFAULT = 256,
    BATCH_TOKENS_MAX = 1 << 20,
    TEXT_TOKENS_MIN = 2,  // [CLS] and [SEP], which even the empty text has
};

typedef struct bert_embedder {
    const competency_model *model;  // borrowed
    competency__encoder encoder;
    competency__packed_weights weights;
    competency__weight_blocks blocks;  // what `weights` points into, unless that is the model
    size_t batch_tokens;  // a batch is run before it would have more; one text may have more
    uint32_t *ids;        // (batch_tokens + tokens_max) of the texts gathered, packed
    size_t *starts;       // where each of them starts, and where the next would; starts[0] is 0
    void *block;          // the encoder's workspace, for the largest batch there can be
} bert_embedder;

static size_t tokens_max(const bert_embedder *e)
{
    return e->encoder.config->tokens_max;
}

static size_t bert_dimension(void *self)
{
    return ((const bert_embedder *)self)->encoder.config->hidden;
}

static const char *bert_name(void *self)
{
    return competency_model_describe(((const bert_embedder *)self)->model)->name;
}

static void bert_destroy(void *self)
{
    bert_embedder *const e = self;
    competency__weight_blocks_deinit(&e->blocks);
    free(e->block);
    free(e->starts);
    free(e->ids);
    free(e);
}

// Embed the texts gathered, the last `*gathered` before number `end` of the call, and start anew.
static competency_status run_batch(const bert_embedder *e, float *out, size_t end, size_t *gathered,
                                   competency_error *err)
{
    const size_t hidden = e->encoder.config->hidden;
    const size_t first = end - *gathered;
    const competency__batch batch = {.ids = e->ids, .starts = e->starts, .texts = *gathered};
    COMPETENCY__PHASE_BEGIN("encode");
    competency__encoder_run(&e->encoder, out + first * hidden, &batch, e->block);
    COMPETENCY__PHASE_END();
    *gathered = 0;
    for (size_t i = first * hidden; i < end * hidden; i++) {
        if (!isfinite(out[i])) {
            return competency__fail(err, COMPETENCY_EFORMAT,
                                    "model produced a non-finite value for text %zu", i / hidden);
        }
    }
    return COMPETENCY_OK;
}

static competency_status bert_embed(void *self, float *out, const char *const *texts, size_t count,
                                    competency_error *err)
{
    const bert_embedder *const e = self;
    const competency__tokenizer *const tokenizer = competency__model_tokenizer(e->model);
    size_t gathered = 0;
    competency_status status = COMPETENCY_OK;
    for (size_t i = 0; i < count && status == COMPETENCY_OK; i++) {
        size_t start = e->starts[gathered];  // below batch_tokens: tokens_max ids fit behind it
        competency__token_span text = {.ids = e->ids + start, .cap = tokens_max(e)};
        COMPETENCY__PHASE_BEGIN("tokenise");
        status = competency__tokenizer_encode(tokenizer, &text, texts[i], strlen(texts[i]),
                                              tokens_max(e), err);
        COMPETENCY__PHASE_END();
        if (status == COMPETENCY_OK && gathered > 0 && start + text.count > e->batch_tokens) {
            status = run_batch(e, out, i, &gathered, err);
            memmove(e->ids, text.ids, text.count * sizeof(*e->ids));
            start = 0;
        }
        gathered++;
        e->starts[gathered] = start + text.count;
        if (status == COMPETENCY_OK && e->starts[gathered] >= e->batch_tokens) {
            status = run_batch(e, out, i + 1, &gathered, err);
        }
    }
    if (status == COMPETENCY_OK && gathered > 0) {
        status = run_batch(e, out, count, &gathered, err);
    }
    return status;
}

// "scalar, avx2": what can be forced on this machine.
static void list_usable(char *out, size_t size)
{
    const uint32_t cpu = competency__kernels_cpu();
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; competency__kernels_at(i) != NULL; i++) {
        const char *const name = competency__kernels_at(i)->name;
        if (used < size && competency__kernels_select(cpu, name) != NULL) {
            used += (size_t)snprintf(out + used, size - used, "%s%s", used == 0 ? "" : ", ", name);
        }
    }
}

static competency_status choose_kernels(const competency__kernels **out, const char *forced,
                                        competency_error *err)
{
    if (forced == NULL) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): unsafe only against setenv, which we never call.
        forced = getenv("COMPETENCY_KERNELS");
        if (forced != NULL && forced[0] == '\0') {
            forced = NULL;
        }
    }
    *out = competency__kernels_select(competency__kernels_cpu(), forced);
    if (*out == NULL) {
        char usable[64];
        list_usable(usable, sizeof(usable));
        return competency__fail(err, COMPETENCY_EUNSUPPORTED,
                                "kernels \"%s\" cannot be used here, but %s can", forced, usable);
    }
    return COMPETENCY_OK;
}

// The caller's options as this version of the library knows them.
static competency_status read_options(competency_embedder_options *out,
                                      const competency_embedder_options *options,
                                      competency_error *err)
{
    *out = (competency_embedder_options)COMPETENCY_EMBEDDER_OPTIONS_INIT;
    if (options != NULL) {
        if (options->size < sizeof(options->size)) {
            return competency__fail(err, COMPETENCY_EINVAL, "options of %u bytes", options->size);
        }
        memcpy(out, options, options->size < sizeof(*out) ? options->size : sizeof(*out));
    }
    if (out->batch_tokens > BATCH_TOKENS_MAX) {
        return competency__fail(err, COMPETENCY_EINVAL, "batches of %zu tokens, limit %d",
                                out->batch_tokens, BATCH_TOKENS_MAX);
    }
    if (out->batch_tokens == 0) {
        out->batch_tokens = BATCH_TOKENS_DEFAULT;
    }
    return COMPETENCY_OK;
}

// Memory for the largest batch there can be. Untouched pages of it cost nothing.
static competency_status allocate_buffers(bert_embedder *e, competency_error *err)
{
    const size_t longest = tokens_max(e);
    const size_t most = e->batch_tokens > longest ? e->batch_tokens : longest;
    const size_t bytes = competency__workspace_bytes(e->encoder.config, most, longest);
    e->ids = calloc(e->batch_tokens + longest, sizeof(*e->ids));
    e->starts = calloc(e->batch_tokens / TEXT_TOKENS_MIN + 2, sizeof(*e->starts));
    e->block = bytes == 0 ? NULL : aligned_alloc(COMPETENCY__WORKSPACE_ALIGN, bytes);
    if (e->ids == NULL || e->starts == NULL || e->block == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for batches of %zu tokens",
                                most);
    }
    return COMPETENCY_OK;
}

static competency_status find_precision(competency__precision *out, const competency_model *model,
                                        const char *name, competency_error *err)
{
    static const char *const names[] = {
        [COMPETENCY__F32] = "f32", [COMPETENCY__F16] = "f16", [COMPETENCY__INT8] = "int8"};
    *out = (competency__precision)competency__model_precision(model);
    if (name == NULL) {
        return COMPETENCY_OK;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (competency__precision)i;
            return COMPETENCY_OK;
        }
    }
    return competency__fail(err, COMPETENCY_EUNSUPPORTED,
                            "precision \"%s\" is none of f32, f16, int8", name);
}

competency_status competency_embedder_create(competency_embedder *out,
                                             const competency_model *model,
                                             const competency_embedder_options *options,
                                             competency_error *err)
{
    *out = (competency_embedder){0};
    competency_embedder_options chosen;
    const competency__kernels *kernels = NULL;
    competency__precision precision = COMPETENCY__F32;
    competency_status status = read_options(&chosen, options, err);
    if (status == COMPETENCY_OK) {
        status = find_precision(&precision, model, chosen.precision, err);
    }
    if (status == COMPETENCY_OK) {
        status = choose_kernels(&kernels, chosen.kernels, err);
    }
    if (status != COMPETENCY_OK) {
        return status;
    }
    bert_embedder *const e = calloc(1, sizeof(*e));
    if (e == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for an embedder");
    }
    e->model = model;
    e->encoder = (competency__encoder){
        .config = competency__model_config(model), .weights = &e->weights, .kernels = kernels};
    e->batch_tokens = chosen.batch_tokens;
    status = allocate_buffers(e, err);
    if (status == COMPETENCY_OK) {
        status = competency__embedder_weights(&e->weights, &e->blocks, model, precision, err);
    }
    if (status != COMPETENCY_OK) {
        bert_destroy(e);
        return status;
    }
    *out = (competency_embedder){.self = e,
                                 .dimension = bert_dimension,
                                 .embed = bert_embed,
                                 .name = bert_name,
                                 .destroy = bert_destroy};
    return COMPETENCY_OK;
}

void competency_embedder_destroy(competency_embedder *embedder)
{
    if (embedder == NULL) {
        return;
    }
    if (embedder->destroy != NULL) {
        embedder->destroy(embedder->self);
    }
    *embedder = (competency_embedder){0};
}

const char *competency_embedder_kernels(const competency_embedder *embedder)
{
    const int is_ours = embedder != NULL && embedder->embed == bert_embed;
    return is_ours ? ((const bert_embedder *)embedder->self)->encoder.kernels->name : "";
}

competency_status competency_kernels_find(const char **name, const char *forced,
                                          competency_error *err)
{
    const competency__kernels *kernels = NULL;
    const competency_status status = choose_kernels(&kernels, forced, err);
    *name = kernels == NULL ? NULL : kernels->name;
    return status;
}
