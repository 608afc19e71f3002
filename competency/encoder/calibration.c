// SPDX-License-Identifier: MIT
#include "encoder/calibration.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "encoder/encoder.h"
#include "encoder/packed_weights.h"
#include "encoder/workspace.h"
#include "kernels/kernels.h"

enum { TEXTS = 200, TEXT_TOKENS = 8, TOKENS = TEXTS * TEXT_TOKENS, BATCH_TEXTS = 25 };

// splitmix64. Source: Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators".
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
}

// The first tokens of a BERT vocabulary are placeholders that training never saw.
static void fill_texts(uint32_t *ids, const competency__bert_config *config,
                       competency__text_ends ends)
{
    uint64_t state = 1;
    const uint32_t unused = config->vocabulary / 16;
    for (size_t i = 0; i < TOKENS; i++) {
        const uint64_t random = next_random(&state) % (config->vocabulary - unused);
        ids[i] = unused + (uint32_t)random;
        ids[i] = i % TEXT_TOKENS == 0 ? ends.first : ids[i];
        ids[i] = i % TEXT_TOKENS == TEXT_TOKENS - 1 ? ends.last : ids[i];
    }
}

// What a run takes besides its result.
typedef struct scratch {
    const competency_allocator *memory;  // borrowed
    uint32_t ids[TOKENS];
    size_t starts[BATCH_TEXTS + 1];
    competency__packed_weights weights;
    void *layers;
    void *block;
    float *vectors;  // not looked at
    float *token_weights;
} scratch;

static void destroy_scratch(scratch *s)
{
    if (s != NULL) {
        const competency_allocator *const memory = s->memory;
        competency__release(memory, s->token_weights);
        competency__release(memory, s->vectors);
        competency__release_aligned(memory, s->block);
        competency__release_aligned(memory, s->layers);
        competency__release(memory, s);
    }
}

static scratch *create_scratch(const competency__bert_config *config,
                               const competency_allocator *memory)
{
    scratch *const s = competency__allocate_zeroed(memory, 1, sizeof(*s));
    const size_t layers = competency__packed_layers_bytes(config, COMPETENCY__F32);
    const size_t block =
        competency__workspace_bytes(config, (size_t)BATCH_TEXTS * TEXT_TOKENS, TEXT_TOKENS);
    if (s == NULL) {
        return NULL;
    }
    s->memory = memory;
    if (layers == 0 || block == 0) {
        destroy_scratch(s);
        return NULL;
    }
    s->layers = competency__allocate_aligned(memory, COMPETENCY__PANEL_ALIGN, layers);
    s->block = competency__allocate_aligned(memory, COMPETENCY__WORKSPACE_ALIGN, block);
    s->vectors = competency__allocate_zeroed(memory, BATCH_TEXTS, config->hidden * sizeof(float));
    s->token_weights = competency__allocate_zeroed(
        memory, 2 * (size_t)config->layers, (size_t)BATCH_TEXTS * TEXT_TOKENS * sizeof(float));
    if (s->layers == NULL || s->block == NULL || s->vectors == NULL || s->token_weights == NULL) {
        destroy_scratch(s);
        return NULL;
    }
    return s;
}

// Raise `squares` by all texts.
static void observe(scratch *s, const competency__bert_config *config, float *squares)
{
    competency__observation seen = {.token_weights = s->token_weights};
    // All tables give the same bits: the choice is one of time only.
    const competency__encoder encoder = {
        .config = config,
        .weights = &s->weights,
        .kernels = competency__kernels_select(competency__kernels_cpu(), NULL),
        .observation = &seen};
    for (size_t i = 0; i <= BATCH_TEXTS; i++) {
        s->starts[i] = i * TEXT_TOKENS;
    }
    for (size_t at = 0; at < TOKENS; at += (size_t)BATCH_TEXTS * TEXT_TOKENS) {
        const competency__batch batch = {
            .ids = s->ids + at, .starts = s->starts, .texts = BATCH_TEXTS};
        seen.squares = NULL;
        competency__encoder_run(&encoder, s->vectors, &batch, s->block);
        seen.squares = squares;
        competency__encoder_run(&encoder, s->vectors, &batch, s->block);
    }
}

competency_status competency__calibrate(float **out, const competency_allocator *memory,
                                        const competency__bert_config *config,
                                        const competency__bert_weights *weights,
                                        competency__text_ends ends, competency_error *err)
{
    *out = NULL;
    if (config->positions < TEXT_TOKENS) {
        return competency__fail(err, COMPETENCY_EUNSUPPORTED,
                                "int8 weights of a model of %u positions, at least %d needed",
                                (unsigned)config->positions, TEXT_TOKENS);
    }
    const size_t count = config->layers * COMPETENCY__CALIBRATION_LAYER(config);
    float *const sizes = competency__allocate_zeroed(memory, count, sizeof(*sizes));
    scratch *const s = create_scratch(config, memory);
    if (sizes == NULL || s == NULL) {
        competency__release(memory, sizes);
        destroy_scratch(s);
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory to calibrate int8 weights");
    }
    fill_texts(s->ids, config, ends);
    competency__packed_layers_pack(s->layers, config, weights, COMPETENCY__F32);
    competency__packed_weights_place(&s->weights, config, COMPETENCY__F32, s->layers, NULL);
    s->weights.words.rows = weights->word_embeddings;
    observe(s, config, sizes);
    destroy_scratch(s);
    for (size_t i = 0; i < count; i++) {
        sizes[i] = sqrtf(sizes[i] / (float)TOKENS);
    }
    *out = sizes;
    return COMPETENCY_OK;
}
