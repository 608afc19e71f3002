// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_COMPARE_BENCH_H
#define HEAPLENS_CLI_COMPARE_BENCH_H

#include "bench/bench_report.h"
#include "cli/compare_heap.h"
#include "cli/compare_report.h"

/**
 * @file
 * Commands that are programs of benchmarks (heaplens/bench.h): such a program writes its report to
 * the file that HEAPLENS_BENCH_JSON names, and each of its benchmarks has figures of its own.
 */

enum { HEAPLENS_BENCH_MEMORY_FIGURES = 4 };  // blocks, bytes, peak, growth; of an iteration

typedef struct heaplens_bench_runs {
    char **ids;                     // (count) the benchmarks that both versions have
    size_t count;                   // 0: the commands are no programs of benchmarks
    char *only[2];                  // one that only base, only head has; NULL: none
    double *values[2];              // (count, memory figures, HEAPLENS_RECORDINGS_MAX)
    size_t recordings;              // of each version
    heaplens_bench_report last[2];  // the last recordings
} heaplens_bench_runs;

/** Release what it has. */
void heaplens__bench_runs_deinit(heaplens_bench_runs *runs);

/** Find the benchmarks of both. HEAPLENS_OK; HEAPLENS_ENOMEM */
HEAPLENS_MUST_USE heaplens_status heaplens__bench_runs_match(heaplens_bench_runs *runs,
                                                             const heaplens_bench_report *base,
                                                             const heaplens_bench_report *head);

/**
 * The time of each benchmark in one process: its fastest sample, in seconds an iteration. What else
 * the machine does can only slow a sample down; of all quantiles the least varies least
 * (docs/adr/0221).
 *
 * @param[out] out  (runs->count)
 * @return false if a benchmark is missing or has failed
 */
bool heaplens__bench_times(const heaplens_bench_runs *runs, const heaplens_bench_report *report,
                           double *out);

/**
 * Keep the memory of a recording of a version, and the report, which is then empty.
 *
 * @return false if a benchmark has no memory: its figures are not known
 */
bool heaplens__bench_keep_memory(heaplens_bench_runs *runs, size_t version,
                                 heaplens_bench_report *report);

/** The figures of memory of a benchmark, compared but not settled. HEAPLENS_OK; HEAPLENS_ENOMEM */
HEAPLENS_MUST_USE heaplens_status heaplens__bench_compare_memory(const heaplens_bench_runs *runs,
                                                                 size_t benchmark, double margin,
                                                                 double alpha,
                                                                 heaplens_compared *out);

/** The call sites that explain a regression of a figure, from the last recordings. */
HEAPLENS_MUST_USE heaplens_status heaplens__bench_growth(heaplens_growth *out,
                                                         const heaplens_bench_runs *runs,
                                                         const heaplens_compared *figure);

#endif
