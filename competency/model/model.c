// SPDX-License-Identifier: MIT
#include "model/model.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "model/config.h"
#include "model/directory.h"
#include "model/file.h"
#include "model/packed_cache.h"
#include "model/packed_file.h"
#include "model/safetensors.h"
#include "model/vocabulary_json.h"
#include "model/weights.h"

enum {
    JSON_MAX = 1024 * 1024,            // a few hundred bytes each
    TOKENIZER_MAX = 64 * 1024 * 1024,  // vocab.txt, tokenizer.json
};

static const size_t WEIGHTS_MAX = (size_t)64 << 30;

// The part of a model that its first description fills in; apart, so that a model is const.
struct description {
    pthread_mutex_t lock;
    bool is_hashed;
    bool is_complete;
    char sha256[COMPETENCY__SHA256_HEX_BYTES];
    char identity[COMPETENCY__SHA256_HEX_BYTES];
    char prompt[COMPETENCY__PROMPT_BYTES];
    competency_model_info info;
};

struct competency_model {
    competency_allocator memory;
    char *directory;
    char *encoder;  // the folder of the encoder's files: `directory`, or one in it
    char *name;
    competency__precision precision;
    competency__bert_config config;
    competency__tokenizer *tokenizer;
    struct description *description;

    // Of a model that is packed; else all zero.
    bool is_packed;
    bool is_cached;  // it was found in the user's cache, for a directory
    competency__packed_file packed;

    // Of a model that is read from its directory; else all zero.
    competency__bert_weights weights;
    competency__bert_layer *layers;
    float *widened;  // weights that the file has in 16 bits
    competency__file weights_file;
    bool is_kept;  // its packed form may be left in the cache: the stamp covers all that was read
};

const competency__bert_config *competency__model_config(const competency_model *model)
{
    return &model->config;
}

const competency__bert_weights *competency__model_weights(const competency_model *model)
{
    return &model->weights;
}

const competency__packed_file *competency__model_packed(const competency_model *model)
{
    return model->is_packed ? &model->packed : NULL;
}

competency__precision competency__model_precision(const competency_model *model)
{
    return model->precision;
}

bool competency__model_is_kept(const competency_model *model)
{
    return model->is_kept;
}

const competency__tokenizer *competency__model_tokenizer(const competency_model *model)
{
    return model->tokenizer;
}

competency_status competency__model_check_finite(const competency_model *model,
                                                 competency_error *err)
{
    return model->is_packed
               ? COMPETENCY_OK
               : competency__weights_check_finite(&model->weights, &model->config, err);
}

// Map a file that a model may do without; *is_there says whether it does not.
static competency_status map_optional(const char *directory, competency__file *file,
                                      const char *name, size_t size_max, bool *is_there,
                                      competency_error *err)
{
    competency_error problem = {0};
    const competency_status status =
        competency__file_map(file, directory, name, size_max, &problem);
    *is_there = status == COMPETENCY_OK;
    if (status == COMPETENCY_OK || status == COMPETENCY_ENOMODEL) {
        return COMPETENCY_OK;
    }
    return competency__fail(err, status, "%s", problem.message);
}

static competency_status read_bert(competency_model *model, competency_error *err)
{
    competency__file file;
    competency_status status =
        competency__file_map(&file, model->encoder, "config.json", JSON_MAX, err);
    if (status == COMPETENCY_OK) {
        status = competency__config_read_bert(&model->config, file.bytes, file.size, err);
    }
    competency__file_unmap(&file);
    return status;
}

// The steps of the model. A directory without the list has an encoder and nothing else, of which
// sentence-transformers makes a model that takes the mean.
static competency_status read_modules(competency_model *model, competency__modules *modules,
                                      competency_error *err)
{
    *modules = (competency__modules){0};
    competency__file file;
    competency_status status =
        map_optional(model->directory, &file, "modules.json", JSON_MAX, &modules->are_listed, err);
    if (modules->are_listed) {
        status = competency__config_read_modules(modules, file.bytes, file.size, err);
    }
    competency__file_unmap(&file);
    if (status == COMPETENCY_OK) {
        status = competency__directory_below(&model->encoder, &model->memory, model->directory,
                                             modules->encoder, err);
    }
    model->is_kept =
        model->is_kept && strcmp(modules->pooling, "1_Pooling") == 0 && modules->encoder[0] == '\0';
    return status;
}

static competency_status read_pooling(competency_model *model, const competency__modules *modules,
                                      competency_error *err)
{
    model->config.is_normalised = modules->is_normalised;
    if (!modules->are_listed) {
        model->config.pooling = COMPETENCY__POOL_MEAN;
        return COMPETENCY_OK;
    }
    competency__file file;
    char name[COMPETENCY__MODULE_PATH_BYTES + sizeof("/config.json")];
    (void)snprintf(name, sizeof(name), "%s/config.json", modules->pooling);
    competency_status status = competency__file_map(&file, model->directory, name, JSON_MAX, err);
    if (status == COMPETENCY_OK) {
        status = competency__config_read_pooling(&model->config, file.bytes, file.size, err);
    }
    competency__file_unmap(&file);
    return status;
}

// Options are in tokenizer_config.json, else in tokenizer.json, else those of BERT uncased.
static competency_status read_tokenizer_options(competency_model *model,
                                                competency__tokenizer_options *options,
                                                competency_error *err)
{
    competency__file file;
    bool is_there = false;
    model->config.tokens_max = model->config.positions;
    competency_status status =
        map_optional(model->encoder, &file, "tokenizer_config.json", JSON_MAX, &is_there, err);
    if (is_there) {
        status =
            competency__config_read_tokenizer(options, &model->config, file.bytes, file.size, err);
    } else if (status == COMPETENCY_OK) {
        status =
            map_optional(model->encoder, &file, "tokenizer.json", TOKENIZER_MAX, &is_there, err);
        if (is_there) {
            status = competency__config_read_normalizer(options, file.bytes, file.size, err);
        }
    }
    competency__file_unmap(&file);
    return status;
}

// From tokenizer.json, where there is no vocab.txt.
static competency_status read_json_vocabulary(competency_model *model,
                                              const competency__tokenizer_options *options,
                                              competency_error *err)
{
    competency__file file;
    char *text = NULL;
    size_t size = 0;
    competency_status status =
        competency__file_map(&file, model->encoder, "tokenizer.json", TOKENIZER_MAX, err);
    if (status == COMPETENCY_ENOMODEL) {
        return competency__fail(err, status, "no model file %s/vocab.txt, and no tokenizer.json",
                                model->encoder);
    }
    if (status == COMPETENCY_OK) {
        status = competency__vocabulary_json_read(&text, &model->memory, &size, file.bytes,
                                                  file.size, err);
    }
    if (text != NULL) {
        status = competency__tokenizer_create(&model->tokenizer, &model->memory, text, size,
                                              options, err);
    }
    competency__release(&model->memory, text);
    competency__file_unmap(&file);
    return status;
}

static competency_status read_vocabulary(competency_model *model,
                                         const competency__tokenizer_options *options,
                                         competency_error *err)
{
    competency__file file;
    bool is_there = false;
    competency_status status =
        map_optional(model->encoder, &file, "vocab.txt", TOKENIZER_MAX, &is_there, err);
    if (is_there) {
        status = competency__tokenizer_create(&model->tokenizer, &model->memory, file.bytes,
                                              file.size, options, err);
    } else if (status == COMPETENCY_OK) {
        status = read_json_vocabulary(model, options, err);
    }
    competency__file_unmap(&file);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const size_t entries = competency__tokenizer_vocabulary(model->tokenizer);
    if (entries > model->config.vocabulary) {
        return competency__fail(err, COMPETENCY_EFORMAT, "vocab.txt has %zu entries, vocab_size %u",
                                entries, (unsigned)model->config.vocabulary);
    }
    return COMPETENCY_OK;
}

static competency_status read_prompt(competency_model *model,
                                     competency__tokenizer_options *options, competency_error *err)
{
    competency__file file;
    bool is_there = false;
    competency_status status = map_optional(
        model->directory, &file, "config_sentence_transformers.json", JSON_MAX, &is_there, err);
    if (is_there) {
        status = competency__config_read_prompt(options, file.bytes, file.size, err);
    }
    competency__file_unmap(&file);
    if (status == COMPETENCY_OK && options->prompt[0] != '\0' && model->config.excludes_prompt) {
        return competency__fail(err, COMPETENCY_EUNSUPPORTED,
                                "pooling config.json: include_prompt is off, and the prompt is "
                                "\"%s\"",
                                options->prompt);
    }
    return status;
}

static competency_status read_longest(competency_model *model, bool lower_case,
                                      competency_error *err)
{
    competency__file file;
    bool is_there = false;
    competency_status status =
        map_optional(model->encoder, &file, "sentence_bert_config.json", JSON_MAX, &is_there, err);
    if (is_there) {
        status = competency__config_read_sentence(&model->config, lower_case, file.bytes, file.size,
                                                  err);
    }
    competency__file_unmap(&file);
    return status;
}

// Where the steps are not listed, sentence-transformers looks at no file of its own.
static competency_status read_text_files(competency_model *model, bool are_modules_listed,
                                         competency_error *err)
{
    competency__tokenizer_options options = COMPETENCY__TOKENIZER_OPTIONS_INIT;
    competency_status status = read_tokenizer_options(model, &options, err);
    if (status == COMPETENCY_OK && are_modules_listed) {
        status = read_prompt(model, &options, err);
    }
    if (status == COMPETENCY_OK) {
        status = read_vocabulary(model, &options, err);
    }
    if (status == COMPETENCY_OK && are_modules_listed) {
        status = read_longest(model, options.lower_case, err);
    }
    return status;
}

// Say which file the weights are in, where they are not in the one that is read.
static competency_status explain_missing_weights(const competency_model *model,
                                                 competency_error *err)
{
    static const char *const others[] = {"pytorch_model.bin", "model.safetensors.index.json",
                                         "tf_model.h5", "onnx/model.onnx"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        competency__file file;
        const competency_status status =
            competency__file_map(&file, model->encoder, others[i], WEIGHTS_MAX, NULL);
        competency__file_unmap(&file);
        if (status == COMPETENCY_OK) {
            return competency__fail(err, COMPETENCY_EUNSUPPORTED,
                                    "weights in %s; only model.safetensors is supported",
                                    others[i]);
        }
    }
    return COMPETENCY_ENOMODEL;
}

static competency_status map_weights(competency_model *model, competency_error *err)
{
    competency_status status = competency__file_map(&model->weights_file, model->encoder,
                                                    "model.safetensors", WEIGHTS_MAX, err);
    if (status == COMPETENCY_ENOMODEL) {
        return explain_missing_weights(model, err);
    }
    if (status != COMPETENCY_OK) {
        return status;
    }
    model->layers =
        competency__allocate_zeroed(&model->memory, model->config.layers, sizeof(*model->layers));
    if (model->layers == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %u layers",
                                (unsigned)model->config.layers);
    }
    competency__safetensors index;
    status = competency__safetensors_read(&index, &model->memory, model->weights_file.bytes,
                                          model->weights_file.size, err);
    if (status == COMPETENCY_OK) {
        status = competency__weights_bind(&model->weights, model->layers, &model->widened,
                                          &model->config, &index, model->weights_file.bytes, err);
    }
    competency__safetensors_deinit(&index);
    return status;
}

// A packed file that was named keeps the name of the directory that it was made from.
static competency_status find_name(competency_model *model, competency_error *err)
{
    if (!model->is_packed || model->is_cached) {
        return competency__directory_name(&model->name, &model->memory, model->directory, err);
    }
    model->name = competency__copy_text(&model->memory, model->packed.facts.name);
    return model->name != NULL ? COMPETENCY_OK
                               : competency__fail(err, COMPETENCY_ENOMEM, "no memory for a name");
}

static competency_status make_description(competency_model *model, competency_error *err)
{
    struct description *const description =
        competency__allocate_zeroed(&model->memory, 1, sizeof(*description));
    if (description == NULL || pthread_mutex_init(&description->lock, NULL) != 0) {
        competency__release(&model->memory, description);
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a description");
    }
    description->info = (competency_model_info){
        .name = model->name,
        .directory = model->directory,
        .sha256 = description->sha256,
        .identity = description->identity,
        .layers = model->config.layers,
        .hidden = model->config.hidden,
        .heads = model->config.heads,
        .intermediate = model->config.intermediate,
        .vocabulary = model->config.vocabulary,
        .tokens_max = model->config.tokens_max,
        .is_cls_pooled = model->config.pooling == COMPETENCY__POOL_CLS,
        .is_normalised = model->config.is_normalised,
        .weights_bytes =
            model->is_packed ? model->packed.facts.source_bytes : model->weights_file.size,
        .precision = competency__precision_name(model->precision),
        .is_packed = model->is_packed,
        .prompt = description->prompt,
    };
    const competency__tokenizer_tables tables = competency__tokenizer_export(model->tokenizer);
    memcpy(description->prompt, tables.options.prompt, sizeof(description->prompt));
    if (model->is_packed) {
        memcpy(description->sha256, model->packed.facts.sha256, sizeof(description->sha256));
        description->is_hashed = true;
    }
    model->description = description;
    return COMPETENCY_OK;
}

static competency_status load_directory(competency_model *model, competency_error *err)
{
    competency__modules modules;
    competency_status status = read_modules(model, &modules, err);
    if (status == COMPETENCY_OK) {
        status = read_bert(model, err);
    }
    if (status == COMPETENCY_OK) {
        status = read_pooling(model, &modules, err);
    }
    if (status == COMPETENCY_OK) {
        status = read_text_files(model, modules.are_listed, err);
    }
    if (status == COMPETENCY_OK) {
        status = map_weights(model, err);
    }
    return status;
}

// Map the packed file at `path`; on failure the model is as before.
static competency_status load_packed(competency_model *model, const char *path,
                                     competency_error *err)
{
    competency_status status = competency__packed_file_open(&model->packed, path, err);
    if (status == COMPETENCY_OK) {
        status = competency__tokenizer_import(&model->tokenizer, &model->memory,
                                              &model->packed.tokenizer, err);
    }
    if (status != COMPETENCY_OK) {
        competency__packed_file_close(&model->packed);
        return status;
    }
    model->is_packed = true;
    model->config = model->packed.facts.config;
    model->precision = (competency__precision)model->packed.facts.precision;
    return COMPETENCY_OK;
}

// Open what an earlier opening left in the user's cache, if the directory is as it was then.
static bool load_cached(competency_model *model)
{
    unsigned char stamp[COMPETENCY__SHA256_BYTES];
    char path[COMPETENCY__PATH_BYTES];
    bool is_good = competency__packed_cache_path(path, model->directory, model->precision, NULL) ==
                       COMPETENCY_OK &&
                   competency__packed_cache_stamp(stamp, model->directory, NULL) == COMPETENCY_OK &&
                   load_packed(model, path, NULL) == COMPETENCY_OK;
    if (is_good && memcmp(stamp, model->packed.facts.stamp, sizeof(stamp)) != 0) {
        competency__tokenizer_destroy(model->tokenizer);
        competency__packed_file_close(&model->packed);
        model->tokenizer = NULL;
        model->config = (competency__bert_config){0};
        model->is_packed = false;
        is_good = false;
    }
    model->is_cached = is_good;
    return is_good;
}

static competency_status load(competency_model *model, const char *precision, competency_error *err)
{
    struct stat info;
    if (stat(model->directory, &info) != 0 || S_ISDIR(info.st_mode)) {
        return model->is_kept && load_cached(model) ? COMPETENCY_OK : load_directory(model, err);
    }
    const competency_status status = load_packed(model, model->directory, err);
    if (status == COMPETENCY_OK && precision != NULL &&
        strcmp(precision, competency__precision_name(model->precision)) != 0) {
        return competency__fail(err, COMPETENCY_EUNSUPPORTED, "%s is packed as %s, not as %s",
                                model->directory, competency__precision_name(model->precision),
                                precision);
    }
    return status;
}

static competency_status choose_precision(competency__precision *out, const char *name,
                                          competency_error *err)
{
    *out = COMPETENCY__F32;
    return name == NULL || competency__precision_find(out, name)
               ? COMPETENCY_OK
               : competency__fail(err, COMPETENCY_EINVAL, "no precision %s, but f32, f16 and int8",
                                  name);
}

// The caller's options as this version of the library knows them.
competency_status competency__model_options_read(competency_model_options *out,
                                                 const competency_model_options *options,
                                                 competency_error *err)
{
    *out = (competency_model_options)COMPETENCY_MODEL_OPTIONS_INIT;
    if (options != NULL) {
        if (options->size < sizeof(options->size)) {
            return competency__fail(err, COMPETENCY_EINVAL, "options of %u bytes", options->size);
        }
        memcpy(out, options, options->size < sizeof(*out) ? options->size : sizeof(*out));
    }
    return COMPETENCY_OK;
}

competency_status competency_model_open_with(competency_model **out, const char *path,
                                             const competency_model_options *options,
                                             competency_error *err)
{
    *out = NULL;
    competency_model_options chosen;
    competency_status status = competency__model_options_read(&chosen, options, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    competency_model *const model =
        competency__allocate_zeroed(chosen.allocator, 1, sizeof(*model));
    if (model == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a model");
    }
    model->memory = competency__allocator(chosen.allocator);
    status = choose_precision(&model->precision, chosen.precision, err);
    if (status == COMPETENCY_OK) {
        status = competency__directory_find(&model->directory, &model->memory, path, err);
    }
    if (status == COMPETENCY_OK) {
        model->is_kept = !chosen.is_cache_bypassed;
        status = load(model, chosen.precision, err);
    }
    if (status == COMPETENCY_OK) {
        status = find_name(model, err);
    }
    if (status == COMPETENCY_OK) {
        status = make_description(model, err);
    }
    if (status != COMPETENCY_OK) {
        competency_model_close(model);
        return status;
    }
    *out = model;
    return COMPETENCY_OK;
}

competency_status competency_model_open(competency_model **out, const char *path,
                                        competency_error *err)
{
    return competency_model_open_with(out, path, NULL, err);
}

competency_status competency_model_verify(const competency_model *model, competency_error *err)
{
    return model->is_packed ? competency__packed_file_verify(&model->packed, err)
                            : competency__model_check_finite(model, err);
}

void competency_model_close(competency_model *model)
{
    if (model == NULL) {
        return;
    }
    const competency_allocator memory = model->memory;
    if (model->description != NULL) {
        (void)pthread_mutex_destroy(&model->description->lock);
        competency__release(&memory, model->description);
    }
    competency__tokenizer_destroy(model->tokenizer);
    competency__packed_file_close(&model->packed);
    competency__file_unmap(&model->weights_file);
    competency__release(&memory, model->layers);
    competency__release(&memory, model->widened);
    competency__release(&memory, model->name);
    competency__release(&memory, model->encoder);
    competency__release(&memory, model->directory);
    competency__release(&memory, model);
}

competency__file_stamp competency__model_weights_stamp(const competency_model *model)
{
    return model->is_packed ? model->packed.file.stamp : model->weights_file.stamp;
}

void competency__model_believe_hash(competency_model *model, const char *sha256)
{
    struct description *const description = model->description;
    (void)pthread_mutex_lock(&description->lock);
    if (!description->is_hashed) {
        memcpy(description->sha256, sha256, COMPETENCY__SHA256_HEX_BYTES - 1);
        description->is_hashed = true;
    }
    (void)pthread_mutex_unlock(&description->lock);
}

// Everything that decides a vector, in one line: the weights, what is done with them, and the
// tokenizer. A field that is added to the configuration and changes a vector belongs here.
static void identify(const competency_model *model, struct description *description)
{
    unsigned char sum[COMPETENCY__SHA256_BYTES];
    char tokenizer[COMPETENCY__SHA256_HEX_BYTES];
    competency__tokenizer_sum(model->tokenizer, sum);
    competency__sha256_print(tokenizer, sum);

    const competency__bert_config *const c = &model->config;
    char text[512];
    const int size =
        snprintf(text, sizeof(text),
                 "weights %s tokenizer %s shape %u %u %u %u longest %u eps %a act %d "
                 "pool %d normal %d precision %u",
                 description->sha256, tokenizer, (unsigned)c->layers, (unsigned)c->hidden,
                 (unsigned)c->heads, (unsigned)c->intermediate, (unsigned)c->tokens_max,
                 (double)c->layer_norm_eps, (int)c->activation, (int)c->pooling,
                 (int)c->is_normalised, (unsigned)model->precision);
    competency__sha256_hex(description->identity, text, (size_t)size);
}

const competency_model_info *competency_model_describe(const competency_model *model)
{
    struct description *const description = model->description;
    (void)pthread_mutex_lock(&description->lock);
    if (!description->is_hashed) {
        competency__sha256_hex(description->sha256, model->weights_file.bytes,
                               model->weights_file.size);
        description->is_hashed = true;
    }
    if (!description->is_complete) {
        identify(model, description);
        description->is_complete = true;
    }
    (void)pthread_mutex_unlock(&description->lock);
    return &description->info;
}

// `ids` is written, through the span.
// NOLINTBEGIN(readability-non-const-parameter)
competency_status competency_model_tokenize(const competency_model *model, const char *text,
                                            uint32_t *ids, size_t cap, size_t *count,
                                            competency_error *err)
// NOLINTEND(readability-non-const-parameter)
{
    competency__token_span span = {.ids = ids, .cap = cap};
    const competency_status status = competency__tokenizer_encode(
        model->tokenizer, &span, text, strlen(text), model->config.tokens_max, err);
    if (status == COMPETENCY_OK) {
        *count = span.count;
    }
    return status;
}
