// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_WEIGHTS_H
#define COMPETENCY_MODEL_WEIGHTS_H

/**
 * @file
 * From the tensors of a safetensors file to the weights of a BERT encoder.
 */
#include <stddef.h>

#include <competency/status.h>

#include "model/bert.h"
#include "model/safetensors.h"

/**
 * Find every weight of the encoder that `config` describes, by its name and exact shape. Names
 * may start with "bert." or "model."; tensors the encoder does not use are ignored. Weights of
 * 16 bits, F16 and BF16, are widened to f32, which holds each of them exactly.
 *
 * @param[out] weights  its pointers borrow from `bytes` and `*widened`
 * @param[out] layers   (config->layers) becomes weights->layers
 * @param[out] widened  what was widened, of the memory of `index`; NULL if nothing was, or on failure
 * @param[in]  index    of the file; not needed afterwards
 * @param[in]  bytes    the file
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if a weight is missing, misshapen or not aligned to
 *         4 bytes; COMPETENCY_EUNSUPPORTED if it is none of F32, F16, BF16; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__weights_bind(
    competency__bert_weights *weights, competency__bert_layer *layers, float **widened,
    const competency__bert_config *config, const competency__safetensors *index, const char *bytes,
    competency_error *err);

/**
 * Look at every weight once.
 *
 * Opening a model does not: it would read the whole file (90 MB: some 30 ms) for something that a
 * forward pass shows as well, in the vector it gives.
 *
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT, naming the tensor, if one is infinite or NaN
 */
COMPETENCY_MUST_USE competency_status
competency__weights_check_finite(const competency__bert_weights *weights,
                                 const competency__bert_config *config, competency_error *err);

#endif
