// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_CLASSIC_H
#define COMPETENCY_MATCH_CLASSIC_H

#include <stdbool.h>

#include <competency/scoring.h>

#include "match/skill_set.h"

/** What the score of one requirement is made from. Borrows everything. */
typedef struct competency__classic_input {
    const competency_classic_config *config;
    const competency__skill_set *required;
    size_t requirement;                      // which of `required` is scored
    const competency__skill_set *candidate;  // at least one skill
    const double *similarities;              // (candidate->count) to this requirement; finite
    double *weights;                         // (candidate->count) scratch
    double *group_weights;                   // (candidate->group_count) scratch
    double *group_values;                    // (candidate->group_count) scratch
    bool wants_interval;                     // false: the interval is left {NaN, NaN}
} competency__classic_input;

/**
 * Score one requirement by the classic rules, before any strategy (R66-R88).
 *
 * In the result `best` is an index into `candidate`.
 *
 * Cost: a few passes over the candidate's skills, and the interval's two quantiles where it is
 * wanted; allocates nothing.
 */
competency_skill_score competency__classic_score(const competency__classic_input *in);

#endif
