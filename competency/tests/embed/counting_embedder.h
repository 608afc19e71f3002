// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TESTS_COUNTING_EMBEDDER_H
#define COMPETENCY_TESTS_COUNTING_EMBEDDER_H

/**
 * @file
 * An embedder whose vectors are made from the text alone, and which counts what it is asked.
 */
#include <competency/embedder.h>

enum { COUNTING_DIMENSION = 24 };

typedef struct counting_embedder {
    size_t asked;                  // texts
    competency_status fails_with;  // COMPETENCY_OK: it does not
} counting_embedder;

/** The table over `self`, which the caller keeps. */
competency_embedder counting_embedder_table(counting_embedder *self);

/** The vector of `text`, (COUNTING_DIMENSION). */
void counting_vector(float *out, const char *text);

/** Whether `got` is the vector of `text`, bit for bit. */
int counting_vector_is(const float *got, const char *text);

#endif
