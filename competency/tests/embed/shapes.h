// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TESTS_SHAPES_H
#define COMPETENCY_TESTS_SHAPES_H

/**
 * @file
 * The ways in which texts can go through a model, none of which may change a bit of a vector.
 */
#include <stdbool.h>
#include <stddef.h>

#include <competency/embedder.h>

/** How a call is cut into batches and among threads. */
typedef struct shape {
    uint32_t threads;
    size_t batch_tokens;  // 0: the default
    size_t texts_a_call;  // 0: all
} shape;

enum { SHAPES = 6 };

/** Each text alone first, then batches of many sizes on several threads. */
extern const shape shapes[SHAPES];

/** Embed (count) texts. The embedder says itself that it uses the kernels that were asked for. */
bool embed_in_shape(float *out, const competency_model *model, const char *kernels,
                    const char *precision, const shape *s, const char *const *texts, size_t count);

#endif
