// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_ENCODER_CALIBRATION_H
#define COMPETENCY_ENCODER_CALIBRATION_H

/**
 * @file
 * How large the inputs of each linear layer are, which int8 weights are packed by.
 *
 * A few of a layer's inputs are many times larger than the rest in every text; quantised together
 * with them, the rest has few steps left. Dividing an input and multiplying its weights shares
 * the range between both. Source: Xiao et al. 2022, "SmoothQuant", arXiv:2211.10438; they take the
 * largest input, we take a mean that counts each token by what the next normalisation leaves of
 * its errors, see ADR 0271.
 */
#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/status.h>

#include "model/bert.h"

/** Numbers of a calibration for each layer. */
#define COMPETENCY__CALIBRATION_LAYER(config) \
    (3 * (size_t)(config)->hidden + (size_t)(config)->intermediate)

/** The two tokens that every text of a model has. */
typedef struct competency__text_ends {
    uint32_t first;  // [CLS]
    uint32_t last;   // [SEP]
} competency__text_ends;

/**
 * Run the model in f32 over 200 texts of random tokens, and note the inputs of its layers:
 *
 *     size of input k = sqrt(mean over tokens of (x[k]^2 / mean square of the token's row at the
 *                                                         normalisation that follows))
 *
 * The texts are the same in every run, and the bits the same on every machine, so the weights
 * packed by them are as well. Random tokens serve as well as real names: on all-MiniLM-L6-v2 both
 * gave the same accuracy, within what a change of texts makes.
 *
 * @param[out] out  (layers, 3H + F): for each layer the size of each input of query, key and value
 *                  (H), of attention's output (H), of the feed-forward layer's inside (H) and
 *                  outside (F); of `memory`, to be given back to it; NULL on failure
 * @param[in]  memory  borrowed; NULL: the C library's
 * @return COMPETENCY_OK; COMPETENCY_EUNSUPPORTED if the model has fewer than 8 positions;
 *         COMPETENCY_ENOMEM
 *
 * Cost: allocates, until it returns, the layers in f32 and a workspace; some 0.8 s of work for
 * all-MiniLM-L6-v2.
 */
COMPETENCY_MUST_USE competency_status competency__calibrate(
    float **out, const competency_allocator *memory, const competency__bert_config *config,
    const competency__bert_weights *weights, competency__text_ends ends, competency_error *err);

#endif
