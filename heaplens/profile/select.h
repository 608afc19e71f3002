// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_SELECT_H
#define HEAPLENS_PROFILE_SELECT_H

#include "profile/session.h"

/** Which part of a process is asked about; all conditions must hold. */
typedef struct heaplens_selection {
    const char *pattern;  // NULL: all. "/REGEX/" (POSIX extended) is searched for in names of
                          // functions and modules; anything else is a pattern of the shell that
                          // a whole name must match, a function's with or without its parameters
    const char *scope;    // NULL: all; the label of scopes
    uint32_t tid;         // 0: all; a thread
} heaplens_selection;

/**
 * A process that has only what was selected: a site is kept if any frame of its stack matches.
 *
 * Figures of sites and of the process are those of the part. Of a scope or a thread the store knows
 * the totals and, for a scope, what was live at its end: the other figures are 0.
 *
 * @param[out] out      shares the stacks of `process`, which must outlive it; released by
 *                      heaplens_selection_release()
 * @param[out] failure  optional
 * @return HEAPLENS_OK; HEAPLENS_EINVAL for a regular expression that is none; HEAPLENS_ENOINPUT
 *         for a scope or thread that is not there; HEAPLENS_ENOMEM
 *
 * Cost: O(nodes), and one match a distinct name.
 */
HEAPLENS_MUST_USE heaplens_status heaplens_process_select(const heaplens_session *session,
                                                          const heaplens_process *process,
                                                          const heaplens_selection *selection,
                                                          heaplens_process *out,
                                                          heaplens_failure *failure);

/** Release what heaplens_process_select() made; an empty process is accepted. */
void heaplens_selection_release(heaplens_process *selected);

#endif
