// SPDX-License-Identifier: MIT
#include "plain_embedder.h"

static size_t get_dimension(void *self)
{
    (void)self;
    return PLAIN_DIMENSION;
}

static const char *get_name(void *self)
{
    (void)self;
    return "none";
}

static competency_status embed(void *self, float *out, const char *const *texts, size_t count,
                               competency_error *err)
{
    (void)self;
    (void)err;
    for (size_t text = 0; text < count; text++) {
        for (size_t i = 0; i < PLAIN_DIMENSION; i++) {
            out[text * PLAIN_DIMENSION + i] = (float)texts[text][0] + (float)i;
        }
    }
    return COMPETENCY_OK;
}

competency_embedder plain_embedder(void)
{
    return (competency_embedder){.dimension = get_dimension, .embed = embed, .name = get_name};
}
