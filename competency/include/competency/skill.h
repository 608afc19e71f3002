// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_SKILL_H
#define COMPETENCY_SKILL_H

#include <stdbool.h>
#include <stddef.h>

#include <competency/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * The vocabulary of matching.
 *
 * A *level* is how far somebody is along a scale: `value` of `max`. A *skill* is a name with a
 * level, and perhaps with a vector of its own. A *profile* is a list of skills: what a role
 * requires, or what a candidate can do.
 *
 * @code
 * competency_skill skill = {.name = "Welding", .weight = 1};
 * if (competency_level_make(&skill.level, 4, 5) != COMPETENCY_OK) {
 *     return 1;  // not for 6 of 5, nor for NaN
 * }
 * const competency_profile profile = {.skills = &skill, .count = 1};
 * printf("%s: %.1f\n", profile.skills[0].name,
 *        competency_level_ratio(&skill.level));  // prints: Welding: 0.8
 * @endcode
 */

/** A proficiency level. `ratio = value / max` lies in [0, 1] when the level is valid. */
typedef struct competency_level {
    double value;       // >= 0, <= max
    double max;         // > 0
    bool is_disclosed;  // false: not known, which is not zero; value and max are then ignored
} competency_level;

/** One skill. Borrows `name` and `embedding` from the caller for as long as it is used. */
typedef struct competency_skill {
    const char *name;        // UTF-8, NUL-terminated, any content; "" is allowed
    competency_level level;  // the required, or the reached, proficiency
    const float *embedding;  // (embedding_size) or NULL: the matcher's embedder is asked
    size_t embedding_size;   // numbers in `embedding`; 0 when it is NULL
    double weight;           // of a requirement, > 0; shown, and 1 by default; unused by classic
    bool is_must_have;       // of a requirement; shown, and usable for ordering; unused by classic
} competency_skill;

/** A list of skills. Borrows `skills`. */
typedef struct competency_profile {
    const competency_skill *skills;  // (count)
    size_t count;
} competency_profile;

/**
 * Make a level, refusing what is not one.
 *
 * @param[out] out  set only on success
 * @return COMPETENCY_OK; COMPETENCY_EINVAL if a number is not finite, `value` < 0, `max` <= 0,
 *         or `value` > `max`
 *
 * Threads: safe. Cost: O(1), allocates nothing.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_level_make(competency_level *out,
                                                                           double value,
                                                                           double max);

/** value / max; 0 for an undisclosed level. */
COMPETENCY_API double competency_level_ratio(const competency_level *level);

#ifdef __cplusplus
}
#endif

#endif
