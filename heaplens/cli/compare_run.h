// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_COMPARE_RUN_H
#define HEAPLENS_CLI_COMPARE_RUN_H

#include "cli/compare_report.h"

/** How two commands are to be compared. */
typedef struct heaplens_compare_plan {
    const char *commands[2];  // base, head, as they were given
    char **words[2];
    double alpha;
    double margin;
    uint64_t seed;
    size_t blocks_max;   // 1 to HEAPLENS_SIGNED_RANK_MAX
    size_t warm_ups;     // of each, before anything is measured
    double seconds_max;  // 0: as long as it takes
    bool has_heap;       // record the heap, too
    int output;          // where what the commands write goes
    bool has_progress;   // say on standard error how far it is
} heaplens_compare_plan;

/** Does something with a report, which is valid during the call; the exit code. */
typedef int heaplens_use_report(const heaplens_compare_report *report, void *context);

/**
 * Run the commands as the plan says, and hand on what came out, or complain.
 *
 * @return what `use` returned; EXIT_CODE_BROKEN if a command failed or memory was out; 128 + the
 *         signal that stopped it
 */
int heaplens__compare_run(const heaplens_compare_plan *plan, heaplens_use_report *use,
                          void *context);

#endif
