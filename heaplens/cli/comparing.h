// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_COMPARING_H
#define HEAPLENS_CLI_COMPARING_H

#include "bench/bench_report.h"
#include "bench/random.h"
#include "bench/trial.h"
#include "cli/compare_bench.h"
#include "cli/compare_heap.h"
#include "cli/compare_run.h"
#include "cli/session_folder.h"

/**
 * @file
 * The runs of a comparison: what starts the two commands, and what each run measured. What is made of
 * that is in compare_run.c. Every function complains where it fails, and returns an exit code.
 */

/** Figures of a run of a command that is no program of benchmarks. */
enum {
    HEAPLENS_USAGE_WALL,
    HEAPLENS_USAGE_CPU,
    HEAPLENS_USAGE_RSS,
    HEAPLENS_USAGE_FIGURES,
};

/** A comparison that goes on. */
typedef struct heaplens_comparing {
    const heaplens_compare_plan *plan;
    double started_s;
    double run_s[2];  // of a run, as last measured
    double rss_bytes;
    heaplens_random padding;
    char folder[HEAPLENS_PATH_BYTES];  // for reports of benchmarks; "": there is none
    char report[HEAPLENS_PATH_BYTES + 16];
    heaplens_bench_report reports[2];  // of the last warm-ups; empty: no program of benchmarks
    heaplens_bench_runs bench;
    heaplens_heap_runs heap;
    heaplens_trial_figure *kinds;  // (timed_count)
    double *measured;              // (timed_count) of one run
    double *blocks[2];             // (timed_count, HEAPLENS_TRIAL_RUNS) of one block
    size_t timed_count;            // benchmarks, or HEAPLENS_USAGE_FIGURES
    heaplens_trial *trial;
    heaplens_compared *figures;  // (figure_count) the timed ones, then those of the heap
    size_t figure_count;
    bool is_time_up;
} heaplens_comparing;

/** Run both commands as often as the plan has warm-ups, and see whether they are benchmarks. */
int heaplens__comparing_warm_up(heaplens_comparing *c);

/** Record the heap of both, or the memory of their benchmarks, as often as its figures need. */
int heaplens__comparing_record(heaplens_comparing *c);

/** Run one block of the trial, and add what it measured. */
int heaplens__comparing_run_block(heaplens_comparing *c);

/** Say how far it is, in place of what was said before; "" to end. */
void heaplens__comparing_say(const heaplens_comparing *c, const char *what);

#endif
