// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_ENCODER_POOLING_H
#define COMPETENCY_ENCODER_POOLING_H

#include <stddef.h>

#include "kernels/kernels.h"
#include "model/bert.h"

/**
 * Make one vector of the rows of one text, as config->pooling and config->is_normalised say.
 *
 * A norm below 1e-12 counts as 1e-12, as in sentence-transformers: zeros stay zeros.
 *
 * @param[out] out     (hidden)
 * @param[in]  rows    (tokens, hidden); does not overlap `out`
 * @param      tokens  > 0
 *
 * Cannot fail; allocates nothing; safe from any thread.
 */
void competency__pool(const competency__kernels *kernels, const competency__bert_config *config,
                      float *out, const float *rows, size_t tokens);

#endif
