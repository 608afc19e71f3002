// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_SKILL_SET_H
#define COMPETENCY_MATCH_SKILL_SET_H

#include <stddef.h>

#include <competency/domain.h>

#include "match/arena.h"
#include "match/level_table.h"

/** One side of a match, ready to be scored: an array for each property of a skill. */
typedef struct competency__skill_set {
    size_t count;
    double *ratios;              // level / maximum
    competency_domain *domains;  // of the name
    size_t *same;                // equal for names of the same skill (R76)
    size_t *exact;               // equal for byte-identical names (R96)
    size_t *group_of;            // of a candidate: the skill's level among `groups`
    competency__level **groups;  // (group_count) of a candidate: its distinct levels; borrowed
    size_t group_count;
} competency__skill_set;

/** Take the arrays for (count) skills. */
void competency__skill_set_place(competency__skill_set *set, competency__arena *arena,
                                 size_t count);

/**
 * Set the level of skill `at`, which comes after those set before; its group is new, or that of an
 * earlier skill with the same level. Start with a `group_count` of 0.
 */
void competency__skill_set_level(competency__skill_set *set, size_t at, competency__level *level);

#endif
