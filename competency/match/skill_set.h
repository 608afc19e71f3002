// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_SKILL_SET_H
#define COMPETENCY_MATCH_SKILL_SET_H

#include <stddef.h>

#include <competency/domain.h>

#include "match/arena.h"
#include "match/beta.h"

/** One side of a match, ready to be scored: an array for each property of a skill. */
typedef struct competency__skill_set {
    size_t count;
    double *ratios;              // level / maximum
    competency__beta *betas;     // of the level
    competency_domain *domains;  // of the name
    size_t *same;                // equal for names of the same skill (R76)
    size_t *exact;               // equal for byte-identical names (R96)
    const float **vectors;       // borrowed; may be unset where similarities are given
} competency__skill_set;

/** Take the arrays for (count) skills. */
void competency__skill_set_place(competency__skill_set *set, competency__arena *arena,
                                 size_t count);

#endif
