// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_TIMING_H
#define HEAPLENS_BENCH_TIMING_H

#include "bench/running.h"

/**
 * @file
 * The meter of time: warm-up with 1, 2, 4, ... iterations, a plan, the samples of the plan in a
 * shuffled order.
 */

/** Told what is going on, between samples; may be NULL. */
typedef void heaplens_timing_watch(void *context, const char *what, double share);

typedef struct heaplens_timing_options {
    const heaplens_bench_settings *settings;
    heaplens_timing_watch *watch;
    void *context;  // handed to `watch`
} heaplens_timing_options;

/**
 * Measure the time of a case: plan, warm-up and samples of `result`; or its failure.
 *
 * Where the samples that are wanted would take more than twice the time that is wanted, because a
 * single iteration is slow, there are fewer samples, at least HEAPLENS_SAMPLES_MIN.
 */
void heaplens__timing_measure(const heaplens_case *item, heaplens_case_result *result,
                              const heaplens_timing_options *options);

/**
 * What the harness itself takes, measured with an empty loop: of a sample, and of an iteration.
 *
 * The median of many samples of one iteration, and of samples of many iterations.
 */
void heaplens__timing_overhead(double *sample_ns, double *iteration_ns);

#endif
