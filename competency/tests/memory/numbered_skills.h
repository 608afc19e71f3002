// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TESTS_NUMBERED_SKILLS_H
#define COMPETENCY_TESTS_NUMBERED_SKILLS_H

/**
 * @file
 * The input of the memory tests and suites: "Skill_0", "Skill_1", ... at levels 1 to 5 of 5, in
 * turn, as in the suites of the published package.
 */
#include <competency/skill.h>

enum { NUMBERED_SKILLS_MAX = 400 };

/** The first `count` of the numbered skills; at most NUMBERED_SKILLS_MAX. Static. */
competency_profile numbered_skills(size_t count);

/** The name of skill `index`. Static. */
const char *numbered_skill_name(size_t index);

#endif
