// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_ESTIMATE_H
#define HEAPLENS_BENCH_ESTIMATE_H

#include <heaplens/status.h>

#include <stdbool.h>

#include "bench/density.h"
#include "bench/outliers.h"
#include "bench/samples.h"

/**
 * @file
 * From the samples of one benchmark to what is said about it. The estimates are those of
 * Criterion.rs; the intervals are not. There a sample is drawn as if it told nothing about the
 * next; here whole blocks of neighbours are drawn, as long as the data ask for, so that slow
 * changes of the machine widen the interval. And the intervals are as wide as a small number of
 * samples calls for. docs/adr/0201.
 */

typedef struct heaplens_estimate_options {
    double confidence;   // of every interval, e.g. 0.95; above 0.5, below 1
    uint32_t resamples;  // of the bootstrap; at least 100
    uint64_t seed;
    uint64_t stream;  // which of the seed's streams draws: another one for each benchmark
} heaplens_estimate_options;

/** Times are nanoseconds an iteration. */
typedef struct heaplens_estimates {
    heaplens_estimated mean;
    heaplens_estimated median;
    heaplens_estimated deviation;         // standard deviation of the samples
    heaplens_estimated median_deviation;  // 1.4826 * median |x - median|
    heaplens_estimated slope;             // of time over iterations, through the origin
    double determination;                 // R^2 of that line
    bool has_slope;                       // false: all samples had the same count of iterations
    size_t block_length;                  // of the bootstrap; 1: samples looked independent
    heaplens_fences fences;
    uint32_t outliers[HEAPLENS_OUTLIER_CLASSES];  // how many samples are of each class
    bool has_density;
    heaplens_density density;
} heaplens_estimates;

/**
 * Estimate everything.
 *
 * @param[out] out  unchanged on failure
 * @return HEAPLENS_OK; HEAPLENS_EINVAL for fewer than two samples or options out of range;
 *         HEAPLENS_ENOMEM
 *
 * The same samples and options give the same bits. Cost: O(samples * resamples).
 */
HEAPLENS_MUST_USE heaplens_status heaplens__estimate(heaplens_estimates *out,
                                                     const heaplens_samples *samples,
                                                     const heaplens_estimate_options *options);

/** What a reader is told the time is: the slope where there is one, the mean where not. */
const heaplens_estimated *heaplens__typical(const heaplens_estimates *estimates);

#endif
