// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_TARGET_H
#define HEAPLENS_CLI_TARGET_H

#include <stdbool.h>

/**
 * Is the program built with a sanitizer that brings its own allocator?
 *
 * Such a program refuses to start with another library before its own in LD_PRELOAD, so that it
 * has to be run without.
 */
bool heaplens__target_is_sanitized(const char *program);

/**
 * Why a program that ran left no profile: statically linked, set-user-ID, with a sanitizer, of
 * another machine ...
 *
 * @param program  as on the command line: looked for in PATH if it has no slash
 * @return a clause without a full stop, never NULL
 */
const char *heaplens__target_obstacle(const char *program);

#endif
