// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_EMBEDDING_MEMO_H
#define COMPETENCY_CLI_EMBEDDING_MEMO_H

#include <stddef.h>

#include <competency/embedder.h>

/**
 * @file
 * Remembers the vectors of names, so that each distinct name of a run is embedded once.
 */

enum {
    CLI_MEMO_BYTES_MAX = 256 << 20,  // of vectors: 170,000 names of 384 numbers
};

/**
 * Make an embedder that asks `inner` for names it has not seen.
 *
 * Beyond CLI_MEMO_BYTES_MAX it remembers no further names, and still embeds them.
 *
 * @param[out] out    released by competency_embedder_destroy(), which leaves `inner` alone
 * @param[in]  inner  borrowed until then
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status cli_memo_create(competency_embedder *out,
                                                      const competency_embedder *inner);

#endif
