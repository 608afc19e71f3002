// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_COMPARE_HEAP_H
#define HEAPLENS_CLI_COMPARE_HEAP_H

#include "bench/random.h"
#include "cli/compare_report.h"
#include "cli/measured_run.h"

/** What the recorder counts of a command, over all its processes. */
enum {
    HEAPLENS_HEAP_FIGURES = 5,
    HEAPLENS_RECORDINGS_MAX = 10,
};

/** Recordings of two versions. */
typedef struct heaplens_heap_runs {
    double values[2][HEAPLENS_HEAP_FIGURES][HEAPLENS_RECORDINGS_MAX];  // base, head
    size_t count;                                                      // recordings of each
    heaplens_session *sessions[2];  // the last one of each, with names; NULL: there is none
    heaplens_diff *diff;            // of their largest processes; NULL: there is none
    char reason[160];               // why there are no figures; "": there are
} heaplens_heap_runs;

/**
 * Record both commands, apart from any measurement of time, in full mode and an environment that
 * does not vary: twice each; five times if they differ at all, so that a figure that varies by
 * chance is not taken for one that repeats; ten times if one varies.
 *
 * @param[out] runs  released by heaplens__heap_runs_deinit(); its `reason` is set, and the result is
 *                   HEAPLENS_RUN_DONE, where a program cannot be recorded
 * @param      usage of the last run: its exit status is to be looked at
 * @param      failed  which version it was, 0 or 1, when the result is not HEAPLENS_RUN_DONE or the
 *                   exit status not 0
 */
heaplens_run_end heaplens__heap_runs_measure(heaplens_heap_runs *runs, char **const words[2],
                                             int output, heaplens_random *lots,
                                             heaplens_run_usage *usage, size_t *failed);

/**
 * How many recordings of each version there should be, given those that there are.
 *
 * @param[in] base  (figure_count, HEAPLENS_RECORDINGS_MAX), of each `count` are known
 */
size_t heaplens__recordings_wanted(const double *base, const double *head, size_t figure_count,
                                   size_t count);

/** Release what it has. */
void heaplens__heap_runs_deinit(heaplens_heap_runs *runs);

/**
 * The figures, compared but not settled.
 *
 * @param[out] out  (HEAPLENS_HEAP_FIGURES) borrows values from `runs`
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__heap_runs_compare(const heaplens_heap_runs *runs,
                                                              double margin, double alpha,
                                                              heaplens_compared *out);

/** Match the call sites of both versions, with names. HEAPLENS_OK, or what went wrong. */
HEAPLENS_MUST_USE heaplens_status heaplens__heap_runs_diff(heaplens_heap_runs *runs);

#endif
