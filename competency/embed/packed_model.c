// SPDX-License-Identifier: MIT
#include "embed/packed_model.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "encoder/calibration.h"
#include "model/model.h"
#include "model/packed_cache.h"

static competency_status allocate(void **out, const competency_allocator *memory, size_t bytes,
                                  competency_error *err)
{
    *out = bytes == 0 ? NULL : competency__allocate_aligned(memory, COMPETENCY__PANEL_ALIGN, bytes);
    return *out != NULL ? COMPETENCY_OK
                        : competency__fail(err, COMPETENCY_ENOMEM,
                                           "no memory for %zu bytes of weights", bytes);
}

// The empty text is [CLS] and [SEP].
static competency_status calibrate(const competency_model *model, float **out,
                                   const competency_allocator *memory, competency_error *err)
{
    uint32_t ids[2] = {0};
    competency__token_span text = {.ids = ids, .cap = 2};
    const competency_status status =
        competency__tokenizer_encode(competency__model_tokenizer(model), &text, "", 0, 2, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const competency__text_ends ends = {.first = ids[0], .last = ids[1]};
    return competency__calibrate(out, memory, competency__model_config(model),
                                 competency__model_weights(model), ends, err);
}

static competency_status fill_blocks(const competency__weight_blocks *blocks,
                                     const competency_model *model, competency_error *err)
{
    const competency__bert_config *const config = competency__model_config(model);
    competency__bert_weights weights = *competency__model_weights(model);
    float *sizes = NULL;
    if (blocks->precision == COMPETENCY__INT8) {
        const competency_status status = calibrate(model, &sizes, &blocks->memory, err);
        if (status != COMPETENCY_OK) {
            return status;
        }
        weights.input_sizes = sizes;
    }
    competency__packed_layers_pack(blocks->layers, config, &weights, blocks->precision);
    competency__packed_words_pack(blocks->words, config, &weights, blocks->precision);
    competency__release(&blocks->memory, sizes);
    return COMPETENCY_OK;
}

competency_status competency__weight_blocks_pack(competency__weight_blocks *out,
                                                 const competency_allocator *memory,
                                                 const competency_model *model,
                                                 competency__precision precision,
                                                 competency_error *err)
{
    const competency__bert_config *const config = competency__model_config(model);
    out->memory = competency__allocator(memory);
    out->precision = precision;
    out->layers_bytes = competency__packed_layers_bytes(config, precision);
    out->words_bytes = competency__packed_words_bytes(config, precision);
    competency_status status = allocate(&out->layers, memory, out->layers_bytes, err);
    if (status == COMPETENCY_OK) {
        status = allocate(&out->words, memory, out->words_bytes, err);
    }
    return status == COMPETENCY_OK ? fill_blocks(out, model, err) : status;
}

void competency__weight_blocks_deinit(competency__weight_blocks *blocks)
{
    competency__release_aligned(&blocks->memory, blocks->layers);
    competency__release_aligned(&blocks->memory, blocks->words);
    competency_model_close(blocks->source);
    *blocks = (competency__weight_blocks){0};
}

competency_status competency__weight_blocks_write(const competency__weight_blocks *b,
                                                  const competency_model *model, const char *path,
                                                  competency_error *err)
{
    const competency_model_info *const info = competency_model_describe(model);
    competency__packed_facts facts = {.config = *competency__model_config(model),
                                      .precision = b->precision,
                                      .source_bytes = info->weights_bytes};
    (void)snprintf(facts.name, sizeof(facts.name), "%s", info->name);
    memcpy(facts.sha256, info->sha256, sizeof(facts.sha256));
    competency_status status = competency__packed_cache_stamp(facts.stamp, info->directory, err);
    if (status == COMPETENCY_OK) {
        const competency__packed_section layers = {b->layers, b->layers_bytes};
        const competency__packed_section words = {b->words, b->words_bytes};
        status = competency__packed_file_write(path, &facts, competency__model_tokenizer(model),
                                               layers, words, err);
    }
    return status;
}

// Leave the packed model for the next opening. Nothing depends on it: where it cannot be written,
// that opening packs again.
static void keep(const competency_model *model, const competency__weight_blocks *b)
{
    char path[COMPETENCY__PATH_BYTES];
    const char *const directory = competency_model_describe(model)->directory;
    if (competency__packed_cache_path(path, directory, b->precision, NULL) == COMPETENCY_OK &&
        competency__packed_cache_prepare(path, NULL) == COMPETENCY_OK) {
        const competency_status ignored = competency__weight_blocks_write(b, model, path, NULL);
        (void)ignored;
    }
}

static competency_status place_packed(competency__packed_weights *out,
                                      const competency__packed_file *file, competency_error *err)
{
    const competency__bert_config *const config = &file->facts.config;
    const competency__precision precision = (competency__precision)file->facts.precision;
    const competency__packed_section *const layers = &file->sections[COMPETENCY__PACKED_LAYERS];
    const competency__packed_section *const words = &file->sections[COMPETENCY__PACKED_WORDS];
    const size_t layers_bytes = competency__packed_layers_bytes(config, precision);
    const size_t words_bytes = competency__packed_words_bytes(config, precision);
    if (layers_bytes == 0 || layers_bytes != layers->size || words_bytes == 0 ||
        words_bytes != words->size) {
        return competency__fail(err, COMPETENCY_EFORMAT,
                                "packed model has %zu and %zu bytes of weights, its configuration "
                                "needs %zu and %zu",
                                layers->size, words->size, layers_bytes, words_bytes);
    }
    competency__packed_weights_place(out, config, precision, layers->bytes, words->bytes);
    out->words.is_in_file = true;
    out->words.file = file->descriptor;
    out->words.offset = file->words_offset;
    return COMPETENCY_OK;
}

// The model's own directory once more, in another precision: from the cache, or to be packed.
static competency_status open_again(competency__weight_blocks *owned,
                                    const competency_allocator *memory,
                                    const competency_model *model, competency__precision precision,
                                    competency_error *err)
{
    competency_model_options options = COMPETENCY_MODEL_OPTIONS_INIT;
    options.precision = competency__precision_name(precision);
    options.allocator = memory;
    return competency_model_open_with(&owned->source, competency_model_describe(model)->directory,
                                      &options, err);
}

static competency_status use_blocks(competency__packed_weights *out,
                                    competency__weight_blocks *owned,
                                    const competency_allocator *memory,
                                    const competency_model *model, competency__precision precision,
                                    competency_error *err)
{
    const competency_status status =
        competency__weight_blocks_pack(owned, memory, model, precision, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    if (competency__model_is_kept(model)) {
        keep(model, owned);
    }
    competency__packed_weights_place(out, competency__model_config(model), precision, owned->layers,
                                     owned->words);
    if (precision == COMPETENCY__F32) {
        // As they lie in the model's own file, which is mapped anyway.
        competency__release_aligned(&owned->memory, owned->words);
        owned->words = NULL;
        out->words.rows = competency__model_weights(model)->word_embeddings;
    }
    return COMPETENCY_OK;
}

competency_status
competency__embedder_weights(competency__packed_weights *out, competency__weight_blocks *owned,
                             const competency_allocator *memory, const competency_model *model,
                             competency__precision precision, competency_error *err)
{
    *owned = (competency__weight_blocks){0};
    const competency_model *source = model;
    if (competency__model_packed(model) != NULL &&
        competency__model_precision(model) != precision) {
        const competency_status status = open_again(owned, memory, model, precision, err);
        if (status != COMPETENCY_OK) {
            return status;
        }
        source = owned->source;
    }
    const competency__packed_file *const file = competency__model_packed(source);
    return file != NULL ? place_packed(out, file, err)
                        : use_blocks(out, owned, memory, source, precision, err);
}
