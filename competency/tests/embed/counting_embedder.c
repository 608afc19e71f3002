// SPDX-License-Identifier: MIT
#include "counting_embedder.h"

#include <stdint.h>
#include <string.h>

void counting_vector(float *out, const char *text)
{
    uint32_t seed = 2166136261U;
    for (const char *at = text; *at != '\0'; at++) {
        seed = (seed ^ (unsigned char)*at) * 16777619U;
    }
    for (size_t i = 0; i < COUNTING_DIMENSION; i++) {
        seed = seed * 1664525U + 1013904223U;
        out[i] = (float)(seed >> 8) / 16777216.0F - 0.5F;
    }
}

int counting_vector_is(const float *got, const char *text)
{
    float want[COUNTING_DIMENSION];
    counting_vector(want, text);
    // The same bits, which is more than equal numbers.
    return memcmp(got, want, sizeof(want)) == 0;  // NOLINT(bugprone-suspicious-memory-comparison)
}

static size_t get_dimension(void *self)
{
    (void)self;
    return COUNTING_DIMENSION;
}

static const char *get_name(void *self)
{
    (void)self;
    return "counting";
}

static competency_status embed(void *self, float *out, const char *const *texts, size_t count,
                               competency_error *err)
{
    (void)err;
    counting_embedder *const counting = self;
    if (counting->fails_with != COMPETENCY_OK) {
        return counting->fails_with;
    }
    for (size_t i = 0; i < count; i++) {
        counting_vector(out + i * COUNTING_DIMENSION, texts[i]);
    }
    counting->asked += count;
    return COMPETENCY_OK;
}

competency_embedder counting_embedder_table(counting_embedder *self)
{
    return (competency_embedder){
        .self = self, .dimension = get_dimension, .embed = embed, .name = get_name};
}
