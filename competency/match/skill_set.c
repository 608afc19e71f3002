// SPDX-License-Identifier: MIT
// The layout of the skills of one side of a match.
#include "match/skill_set.h"

void competency__skill_set_place(competency__skill_set *set, competency__arena *arena, size_t count)
{
    set->count = count;
    set->ratios = competency__arena_take(arena, count, sizeof(set->ratios[0]));
    set->betas = competency__arena_take(arena, count, sizeof(set->betas[0]));
    set->domains = competency__arena_take(arena, count, sizeof(set->domains[0]));
    set->same = competency__arena_take(arena, count, sizeof(set->same[0]));
    set->exact = competency__arena_take(arena, count, sizeof(set->exact[0]));
    set->vectors = competency__arena_take(arena, count, sizeof(set->vectors[0]));
}
