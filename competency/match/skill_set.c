// SPDX-License-Identifier: MIT
// The layout of the skills of one side of a match.
#include "match/skill_set.h"

void competency__skill_set_place(competency__skill_set *set, competency__arena *arena, size_t count)
{
    set->count = count;
    set->ratios = competency__arena_take(arena, count, sizeof(set->ratios[0]));
    set->domains = competency__arena_take(arena, count, sizeof(set->domains[0]));
    set->same = competency__arena_take(arena, count, sizeof(set->same[0]));
    set->exact = competency__arena_take(arena, count, sizeof(set->exact[0]));
    set->group_of = competency__arena_take(arena, count, sizeof(set->group_of[0]));
    set->groups = competency__arena_take(arena, count, sizeof(competency__level *));
    set->group_count = 0;
}

void competency__skill_set_level(competency__skill_set *set, size_t at, competency__level *level)
{
    // The level says where it believes to be; the set knows whether that is so.
    const bool is_known = level->group < set->group_count && set->groups[level->group] == level;
    if (!is_known) {
        level->group = set->group_count;
        set->groups[set->group_count++] = level;
    }
    set->group_of[at] = level->group;
    set->ratios[at] = level->ratio;
}
