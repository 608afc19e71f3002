// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_GLOB_H
#define HEAPLENS_PROFILE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Does a pattern match a whole text? `*` is any run of characters, also none; `?` is one byte; a
 * backslash takes what follows as it is. Nothing else is special.
 *
 * @param[in] text  (length) need not be NUL-terminated
 *
 * Cost: O(pattern * length), whatever they are.
 */
bool heaplens__glob_matches(const char *pattern, const char *text, size_t length);

#endif
