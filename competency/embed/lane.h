// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EMBED_LANE_H
#define COMPETENCY_EMBED_LANE_H

/**
 * @file
 * What one thread needs to embed texts: they are split into tokens, packed into batches without
 * padding, and sent through the encoder.
 */
#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/status.h>

#include "encoder/encoder.h"
#include "text/tokenizer.h"

/** What lanes share, and only read. */
typedef struct competency__lane_engine {
    const competency_allocator *memory;      // borrowed; NULL: the C library's
    const competency__tokenizer *tokenizer;  // borrowed
    competency__encoder encoder;
    size_t batch_tokens;  // a batch is run before it would have more; one text may have more
} competency__lane_engine;

typedef struct competency__lane {
    uint32_t *ids;   // (batch_tokens + tokens_max) of the texts gathered, packed
    size_t *starts;  // where each of them starts, and where the next would; starts[0] is 0
    void *block;     // the encoder's workspace, for the largest batch there can be
} competency__lane;

/**
 * Take memory for the largest batch there can be. Pages that no batch reaches cost nothing.
 *
 * @param[out] out  zeroed before; competency__lane_deinit() it in any case
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__lane_init(competency__lane *out,
                                                            const competency__lane_engine *engine,
                                                            competency_error *err);

/** @param[in] engine  that it was made with */
void competency__lane_deinit(competency__lane *lane, const competency__lane_engine *engine);

/** Texts of one call, in order, that are still to be embedded. */
typedef struct competency__lane_texts {
    const char *const *texts;  // (count)
    float *out;                // (count, hidden) their vectors
    size_t count;
    size_t next;  // the first that nobody has gathered
} competency__lane_texts;

/** Texts gathered into one batch. */
typedef struct competency__lane_batch {
    float *out;    // where their vectors go
    size_t first;  // number of the first of them in the call
    size_t count;  // 0: there are none left
} competency__lane_batch;

/**
 * Split the next texts into tokens, one at least, until they have `wanted` tokens or the next would
 * not fit into a batch.
 *
 * @param[in,out] texts  `next` goes up by what was gathered
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if text `texts->next` is not UTF-8
 *
 * Threads: one at a time for `lane` and for `texts`. Allocates nothing.
 */
COMPETENCY_MUST_USE competency_status competency__lane_gather(
    competency__lane *lane, const competency__lane_engine *engine, competency__lane_texts *texts,
    size_t wanted, competency__lane_batch *batch, competency_error *err);

/**
 * Run the batch that was gathered last. A vector's bits depend on its text alone.
 *
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if a vector is not finite
 *
 * Threads: one at a time for a lane. Allocates nothing.
 */
COMPETENCY_MUST_USE competency_status competency__lane_run(competency__lane *lane,
                                                           const competency__lane_engine *engine,
                                                           const competency__lane_batch *batch,
                                                           competency_error *err);

#endif
