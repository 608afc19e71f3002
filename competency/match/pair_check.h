// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_PAIR_CHECK_H
#define COMPETENCY_MATCH_PAIR_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "match/level_table.h"
#include "match/matcher.h"

/** Where a skill was given, for messages. */
typedef struct competency__place {
    bool is_batch;
    size_t pair;       // named only in a batch
    const char *side;  // "candidate" or "required"
    size_t index;
    const char *name;  // NULL: not to be shown
} competency__place;

/** competency__fail() with "pair 3: candidate skill 7 "Name": " before the reason. */
competency_status competency__fail_at(competency_error *err, competency_status status,
                                      const competency__place *place, const char *reason);

/** Does the skill take part in the match? */
bool competency__skill_takes_part(const competency_skill *skill);

/** Skills of a profile that take part. */
size_t competency__participant_count(const competency_profile *profile);

/** @return COMPETENCY_EEMPTY unless both sides have skills that take part */
competency_status competency__check_not_empty(const competency_profile *candidate,
                                              size_t participant_count, size_t required_count,
                                              const competency__place *place,
                                              competency_error *err);

/**
 * Find a skill's level in the table.
 *
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM; COMPETENCY_EDISTRIBUTION if it is not a level, or gives
 *         no Beta distribution
 */
competency_status competency__check_level(competency__level **out, competency__level_table *table,
                                          const competency_distribution_config *config,
                                          const competency_level *level, bool wants_panels,
                                          const competency__place *place, competency_error *err);

/**
 * @param[in] embedder_dimension  length of the embedder's vectors; NULL: there is no embedder
 * @return COMPETENCY_EINVAL unless the skill has a finite vector of length `dimension`, or can get
 *         one from the embedder
 */
competency_status competency__check_vector(const competency_skill *skill,
                                           const size_t *embedder_dimension, size_t dimension,
                                           const competency__place *place, competency_error *err);

/**
 * Check a role: its list, names, levels, and the vectors that it brought.
 *
 * @param[out] dimension  of all its vectors, also of those still to be embedded
 * @return as competency_match_run()
 */
competency_status competency__role_check(const competency_matcher *matcher,
                                         const competency_profile *role, competency__place place,
                                         size_t *dimension, competency_error *err);

/**
 * Check everything about a pair that can be checked without embedding: lists, names, levels, the
 * Beta distributions they give, and the vectors that were brought.
 *
 * Order: empty lists, then the candidate's skills, then the required ones (R118).
 *
 * @param[in]  levels     those of other pairs, which need no second look
 * @param[in]  place      of the pair: `is_batch` and `pair`
 * @param[out] dimension  of all vectors of the pair, also of those still to be embedded
 * @return as competency_match_run()
 */
competency_status competency__pair_check(const competency_matcher *matcher,
                                         competency__level_table *levels,
                                         const competency_pair *pair, competency__place place,
                                         size_t *dimension, competency_error *err);

#endif
