// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_MEMORY_PASS_H
#define HEAPLENS_BENCH_MEMORY_PASS_H

#include <heaplens/bench.h>

#include "bench/bench_report.h"
#include "bench/case_list.h"

/**
 * @file
 * Memory is measured in another process of the same program, with the recorder preloaded: so a
 * process whose time is taken has no recorder in it, whatever the program is linked with, and what
 * goes wrong there cannot touch the times. docs/adr/0200.
 */

/**
 * The child's part: measure every case, and leave the figures in `folder`.
 *
 * @return what main() is to return
 */
int heaplens__memory_pass_serve(const heaplens_case_list *list, heaplens_bench_report *report,
                                const char *folder);

/**
 * The parent's part: start the program again, wait, and take the figures.
 *
 * @param[in,out] report  has its cases; they get their memory, or `memory_reason` says why not
 */
void heaplens__memory_pass_run(const heaplens_bench_program *program,
                               heaplens_bench_report *report);

/** Leave a report for the parent. False if it cannot be written. */
bool heaplens__leave_report(const heaplens_bench_report *report, const char *folder);

#endif
