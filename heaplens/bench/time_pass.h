// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_TIME_PASS_H
#define HEAPLENS_BENCH_TIME_PASS_H

#include <heaplens/bench.h>

#include "bench/bench_report.h"
#include "bench/case_list.h"
#include "bench/timing.h"

/**
 * @file
 * The time of each case is taken in a fresh process of the same program. Otherwise its heap would
 * be what the cases before it, the filter, the reading of a baseline and the estimates left behind:
 * two runs of one program would differ by how they were called. docs/adr/0202.
 */

/** How a case is measured. */
typedef struct heaplens_time_options {
    heaplens_timing_options timing;
    bool no_hardware;
} heaplens_time_options;

/**
 * Measure case `number` in this process: time, then hardware counters.
 *
 * @param[in,out] report  its case gets what was measured; `hardware_reason`
 */
void heaplens__time_pass_here(const heaplens_case_list *list, heaplens_bench_report *report,
                              size_t number, const heaplens_time_options *options);

/**
 * Measure case `number` in a process of its own, which has to call heaplens__time_pass_here() and
 * heaplens__leave_report(). Where the program cannot be started again, here.
 */
void heaplens__time_pass_run(const heaplens_bench_program *program, const heaplens_case_list *list,
                             heaplens_bench_report *report, size_t number,
                             const heaplens_time_options *options);

#endif
