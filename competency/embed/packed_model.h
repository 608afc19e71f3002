// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EMBED_PACKED_MODEL_H
#define COMPETENCY_EMBED_PACKED_MODEL_H

/**
 * @file
 * A model's weights in the form that the encoder reads: from its packed file or, for a directory,
 * packed here and left in the user's cache for the next opening.
 */
#include <competency/model.h>

#include "encoder/packed_weights.h"

/** Weights that were packed in memory; all NULL where a packed file is used in place. */
typedef struct competency__weight_blocks {
    competency_allocator memory;
    void *layers;  // (layers_bytes) owned
    void *words;   // (words_bytes) owned
    size_t layers_bytes;
    size_t words_bytes;
    competency__precision precision;
    competency_model *source;  // opened again in another precision; owned, NULL if it was not
} competency__weight_blocks;

/**
 * Pack the weights of `model`, which was read from its directory.
 *
 * @param[out] out     released by competency__weight_blocks_deinit(), also after a failure
 * @param[in]  memory  copied; NULL: the C library's
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__weight_blocks_pack(
    competency__weight_blocks *out, const competency_allocator *memory,
    const competency_model *model, competency__precision precision, competency_error *err);

/** Write them, with the rest of `model`, as a packed file; see competency__packed_file_write(). */
COMPETENCY_MUST_USE competency_status competency__weight_blocks_write(
    const competency__weight_blocks *blocks, const competency_model *model, const char *path,
    competency_error *err);

void competency__weight_blocks_deinit(competency__weight_blocks *blocks);

/**
 * Find or make the packed weights of `model` in `precision`. A directory whose packed form has
 * another one is opened again.
 *
 * @param[out] out    borrows from `model` and from `*owned`
 * @param[out] owned  released by competency__weight_blocks_deinit(), also after a failure
 * @param[in]  memory copied; NULL: the C library's
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if a packed file's sections do not have the sizes that
 *         its configuration needs; COMPETENCY_EUNSUPPORTED if a packed file has another precision;
 *         COMPETENCY_ENOMEM
 *
 * Cost: of a packed model, none; of a directory, all weights are read, and written to the cache.
 */
COMPETENCY_MUST_USE competency_status
competency__embedder_weights(competency__packed_weights *out, competency__weight_blocks *owned,
                             const competency_allocator *memory, const competency_model *model,
                             competency__precision precision, competency_error *err);

#endif
