// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_ENCODER_WORKSPACE_H
#define COMPETENCY_ENCODER_WORKSPACE_H

/**
 * @file
 * The scratch memory of a forward pass: one block, measured and placed by the same function.
 *
 * Legend of the shape comments: T tokens of the batch, L tokens of its longest text, H hidden,
 * F intermediate.
 */
#include <stddef.h>

#include "kernels/kernels.h"
#include "model/bert.h"

/** Alignment of the block and of each part: one cache line, one 512-bit load. */
enum { COMPETENCY__WORKSPACE_ALIGN = 64 };

/** Where the parts lie. `ffn` shares its place with qkv and context, which are spent by then. */
typedef struct competency__workspace {
    float *x;                         // (T, H) the residual stream
    float *branch;                    // (T, H) what a sub-layer adds to it
    float *qkv;                       // (T, 3H) query, key and value of each token, side by side
    float *context;                   // (T, H) attention's weighted values
    float *ffn;                       // (T, F) inside of the feed-forward layer
    float *scores;                    // (L, score_stride) attention weights of one head of a text
    size_t score_stride;              // L in whole cache lines: a masked store to one row would
                                      // hold up the loads of the next one if they shared a line
    competency__quantised quantised;  // (T, F or H) a linear layer's inputs, where it is INT8
} competency__workspace;

/**
 * Bytes that a batch of `tokens` tokens needs, whose longest text has `longest`; a batch of fewer
 * fits as well. 0 if that many cannot be addressed.
 */
size_t competency__workspace_bytes(const competency__bert_config *config, size_t tokens,
                                   size_t longest);

/**
 * Place the parts in `block`.
 *
 * @param block  competency__workspace_bytes() for the same arguments, which is not 0; aligned to
 *               COMPETENCY__WORKSPACE_ALIGN; the caller's, who keeps it while the parts are used
 */
competency__workspace competency__workspace_place(void *block,
                                                  const competency__bert_config *config,
                                                  size_t tokens, size_t longest);

#endif
