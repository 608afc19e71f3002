// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_LEVEL_H
#define COMPETENCY_MATCH_LEVEL_H

#include <competency/skill.h>

/**
 * Why `level` is not one, in the words of a message, or NULL when it is valid or undisclosed.
 *
 * The text is constant; it names the rule that is broken, not the numbers.
 */
const char *competency__level_problem(const competency_level *level);

#endif
