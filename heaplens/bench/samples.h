// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_SAMPLES_H
#define HEAPLENS_BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * What was measured. A *sample* is one pair of readings of the clock around some iterations of a
 * benchmark. Samples are kept in the order in which they were taken, because neighbours are alike:
 * the processor's frequency, the other programs and the caches change slowly.
 */

/** Timed samples of one benchmark, borrowed. */
typedef struct heaplens_samples {
    const uint64_t *iterations;  // (count) > 0
    const uint64_t *ns;          // (count) what they took together, in nanoseconds
    size_t count;
} heaplens_samples;

/** A quantity that was estimated, in the unit of its name. */
typedef struct heaplens_estimated {
    double value;
    double low;  // interval at the confidence level of the run
    double high;
    double error;  // standard error: standard deviation over the resamples
} heaplens_estimated;

/** Nanoseconds an iteration of each sample. @param[out] out (count) */
void heaplens__samples_per_iteration(const heaplens_samples *samples, double *out);

#endif
