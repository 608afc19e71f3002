// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_COMMAND_WORDS_H
#define HEAPLENS_CLI_COMMAND_WORDS_H

#include "profile/failure.h"

/**
 * Split a command line into words as a shell does, without running one: blanks separate, '...' and
 * "..." keep together, a backslash takes the next character as it is (in "..." only before ", \, $
 * and `, and a newline).
 *
 * What only a shell can do is refused, not passed on as a word: pipes, redirections, variables,
 * patterns, comments, assignments before the command. `failure` says which character it was.
 *
 * @param[out] out  NULL-terminated; one block, released with free(); NULL on failure
 * @return HEAPLENS_OK; HEAPLENS_EFORMAT; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__command_split(char ***out, const char *command,
                                                          heaplens_failure *failure);

/** The words that run a command in a shell: sh -c COMMAND. Otherwise as above. */
HEAPLENS_MUST_USE heaplens_status heaplens__command_in_shell(char ***out, const char *command);

#endif
