// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_BENCH_OPTIONS_H
#define HEAPLENS_BENCH_BENCH_OPTIONS_H

#include "bench/bench_report.h"

/**
 * @file
 * The command line of a program of benchmarks: heaplens-bench(7).
 */

/** Where baselines are kept, unless told. */
#define HEAPLENS_BENCH_FOLDER ".heaplens/bench"

typedef enum heaplens_bench_action {
    HEAPLENS_BENCH_MEASURE,
    HEAPLENS_BENCH_LIST,
    HEAPLENS_BENCH_HELP,
    HEAPLENS_BENCH_VERSION,
    HEAPLENS_BENCH_WRONG,  // `fault` says what
} heaplens_bench_action;

/** Texts are borrowed from the command line. */
typedef struct heaplens_bench_options {
    heaplens_bench_action action;
    heaplens_bench_settings settings;
    bool no_memory;
    bool no_hardware;
    bool is_verbose;
    bool is_in_process;   // no case has a process of its own
    bool may_be_foreign;  // a baseline of another machine is taken
    bool fails_on_regression;
    const char *save_baseline;  // name, or NULL
    const char *baseline;       // name, or path if it has a slash; or NULL
    const char *folder;         // of baselines
    const char *json;           // paths, or NULL; "-" is standard output
    const char *markdown;
    const char *html;
    const char *const *filters;  // (filter_count)
    size_t filter_count;
    char fault[200];
} heaplens_bench_options;

/**
 * Read a command line. The order of argv may change.
 *
 * @param[in] defaults  options between blanks that count as if they stood before the others: those
 *                      that say how to measure, and --no-memory and --no-hardware. NULL: none
 */
heaplens_bench_options heaplens__bench_options_read(int argc, char **argv, const char *defaults);

/** What --help prints. */
extern const char heaplens__bench_help[];

#endif
