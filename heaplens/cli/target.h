// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_TARGET_H
#define HEAPLENS_CLI_TARGET_H

#include <stdbool.h>

/**
 * Does the program not start with the recorder in LD_PRELOAD, so that it has to be run without?
 *
 * True of one with a sanitizer, which insists on being first, and of one with musl, whose loader
 * gives up on a library that needs glibc. Of one that cannot be read: false.
 */
bool heaplens__target_refuses_preload(const char *program);

/**
 * Why a program that ran left no profile: statically linked, set-user-ID, with a sanitizer, with
 * musl, of another machine ...
 *
 * @param program  as on the command line: looked for in PATH if it has no slash
 * @return a clause without a full stop, never NULL
 */
const char *heaplens__target_obstacle(const char *program);

#endif
