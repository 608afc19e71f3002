// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TESTS_SYNTHETIC_MODEL_H
#define COMPETENCY_TESTS_SYNTHETIC_MODEL_H

/**
 * @file
 * A small BERT with random weights, whose widths are no multiples of 8 or 16.
 */
#include <stdint.h>

#include "model/bert.h"

enum {
    SYNTHETIC_LAYERS = 2,
    SYNTHETIC_HIDDEN = 36,
    SYNTHETIC_HEADS = 4,
    SYNTHETIC_INTERMEDIATE = 50,
    SYNTHETIC_VOCABULARY = 40,
    SYNTHETIC_POSITIONS = 64,
};

typedef struct synthetic_model {
    competency__bert_config config;
    competency__bert_weights weights;
    competency__bert_layer layers[SYNTHETIC_LAYERS];
} synthetic_model;

/** The model; its weights live as long as the process. `seed` chooses them. */
synthetic_model *synthetic_model_create(uint64_t seed);

/**
 * Embed one text the plain way, in double precision with libm.
 *
 * @param[out] out (SYNTHETIC_HIDDEN)
 */
void synthetic_model_reference(const synthetic_model *model, const uint32_t *ids, size_t tokens,
                               double *out);

#endif
