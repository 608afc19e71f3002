// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_PAIR_MATCH_H
#define COMPETENCY_MATCH_PAIR_MATCH_H

#include <stddef.h>

#include "match/matcher.h"
#include "match/name_table.h"

/** What all pairs of a call share. Borrows everything but the scratch block. */
typedef struct competency__match_context {
    const competency_matcher *matcher;
    const competency__name_table *names;
    const float *vectors;  // (names->wanted_count, embedder's dimension)
    void *scratch;         // owned: grown to the largest pair; free() it
    size_t scratch_bytes;
} competency__match_context;

/**
 * Match one pair that competency__pair_check() has passed and whose names are all in the table.
 *
 * @param[out] out        written only on success
 * @param      dimension  of the pair's vectors
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM; COMPETENCY_EINVAL if the caller's own similarity gave
 *         what is not finite; or what it returned
 */
competency_status competency__pair_match(competency_match *out, competency__match_context *context,
                                         const competency_pair *pair, size_t dimension,
                                         competency_error *err);

#endif
