// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_TARGET_H
#define HEAPLENS_CLI_TARGET_H

/**
 * Why a program that ran left no profile: statically linked, set-user-ID, with a sanitizer, of
 * another machine ...
 *
 * @param program  as on the command line: looked for in PATH if it has no slash
 * @return a clause without a full stop, never NULL
 */
const char *heaplens__target_obstacle(const char *program);

#endif
