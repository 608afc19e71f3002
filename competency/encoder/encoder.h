// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_ENCODER_ENCODER_H
#define COMPETENCY_ENCODER_ENCODER_H

/**
 * @file
 * The forward pass of a BERT encoder, from token ids to one vector per text.
 *
 * Texts are packed: the tokens of a batch stand one after the other, without padding and without
 * a mask. Everything but attention works on single tokens; attention runs within each text. A
 * text's vector therefore does not depend, in any bit, on what else is in the batch.
 *
 * Sources: Vaswani et al. 2017, "Attention Is All You Need", arXiv:1706.03762; Devlin et al.
 * 2018, "BERT", arXiv:1810.04805; Reimers & Gurevych 2019, "Sentence-BERT", arXiv:1908.10084.
 */
#include <stddef.h>
#include <stdint.h>

#include "encoder/packed_weights.h"
#include "kernels/kernels.h"
#include "model/bert.h"

/**
 * What a calibration (calibration.h) sees of a batch, which is run twice: sizes of rows are known
 * after the linear layers whose inputs they weigh.
 */
typedef struct competency__observation {
    float *token_weights;  // (2 layers, tokens) of each normalisation, 1 / mean square of each row
                           // that it is given; the first run writes them
    float *squares;  // (layers, 3H + F) the second run adds the squares of each linear layer's
                     // inputs, each row times its weight; NULL in the first
} competency__observation;

/** A model and the arithmetic to run it with. Borrows all three; any thread may share it. */
typedef struct competency__encoder {
    const competency__bert_config *config;
    const competency__packed_weights *weights;
    const competency__kernels *kernels;
    competency__observation *observation;  // NULL, or what runs leave for a calibration; then the
                                           // encoder is used by one thread at a time
} competency__encoder;

/** Texts as token ids, packed. */
typedef struct competency__batch {
    const uint32_t *ids;   // (starts[texts]); each below config->vocabulary
    const size_t *starts;  // (texts + 1), ascending; text i is ids[starts[i]] .. ids[starts[i+1]-1]
    size_t texts;          // may be 0; each has 1..config->positions tokens
} competency__batch;

/**
 * Embed the texts of a batch.
 *
 * Rows are pooled over all tokens, [CLS] and [SEP] included, as config->pooling says, and divided
 * by their L2 norm if config->is_normalised.
 *
 * @param[out] out    (texts, hidden)
 * @param      block  scratch memory, aligned to COMPETENCY__WORKSPACE_ALIGN, of
 *                    competency__workspace_bytes() for the batch's tokens and longest text
 *
 * Cannot fail; non-finite weights or overflow give non-finite results. Allocates nothing.
 * Threads: safe for different `out` and `block`.
 * Cost: 2 layers (4 H^2 + 2 H F) operations a token, and attention's 4 layers L H.
 */
void competency__encoder_run(const competency__encoder *encoder, float *out,
                             const competency__batch *batch, void *block);

#endif
