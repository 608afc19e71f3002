// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_SELECT_H
#define HEAPLENS_PROFILE_SELECT_H

#include "profile/query.h"

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
 * Figures of sites and of the process are those of the part; `out->part` says which of them mean
 * nothing, and what the peak is the peak of:
 *
 * - of call sites, what they had when the process was at its peak (HEAPLENS_PEAK_OF_WHOLE);
 * - of a scope, the largest peak of one scope with that label; with a pattern too, nothing;
 * - of a thread of several, nothing: the recorder counts a thread's allocations only.
 *
 * Of a thread's and a scope's sites the totals are known and, for a scope, what was live at its end:
 * the other figures are 0, and their metrics are in `out->part.unknown`.
 *
 * @param[out] out      shares the stacks of `process`, which must outlive it; released by
 *                      heaplens_selection_release()
 * @param[out] failure  optional
 * @return HEAPLENS_OK; HEAPLENS_EINVAL for a regular expression that is none, or a scope together
 *         with a thread; HEAPLENS_ENOINPUT for a scope or thread that is not there; HEAPLENS_ENOMEM
 *
 * Cost: O(nodes), and one match a distinct name.
 */
HEAPLENS_MUST_USE heaplens_status heaplens_process_select(const heaplens_session *session,
                                                          const heaplens_process *process,
                                                          const heaplens_selection *selection,
                                                          heaplens_process *out,
                                                          heaplens_failure *failure);

/** Between which bounds a peak lies. */
typedef struct heaplens_peak_bounds {
    uint64_t least;
    uint64_t most;
} heaplens_peak_bounds;

/**
 * Bounds of a part's own peak, which nobody has recorded.
 *
 * It is at least what the part had at the process's peak, and at least the peak of any of its sites;
 * at most the sum of its sites' peaks, and at most the process's. Of one site both are its own peak.
 *
 * @param process  selected by a pattern: its peak is HEAPLENS_PEAK_OF_WHOLE
 */
heaplens_peak_bounds heaplens_part_peak_bounds(const heaplens_process *process);

/** Release what heaplens_process_select() made; an empty process is accepted. */
void heaplens_selection_release(heaplens_process *selected);

#endif
