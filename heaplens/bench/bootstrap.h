// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_BOOTSTRAP_H
#define HEAPLENS_BENCH_BOOTSTRAP_H

#include <heaplens/status.h>

#include "bench/random.h"
#include "bench/samples.h"

/**
 * @file
 * Intervals by resampling: circular block bootstrap, expanded percentile interval.
 *
 * A resample is made of blocks of `block_length` neighbours, whose first is drawn at random and
 * which go on at the beginning when they pass the end, until it has as many values as the data.
 *
 * Source: D. N. Politis, J. P. Romano 1992, "A circular block-resampling procedure for stationary
 * data". The ends of the interval: heaplens__expanded_tail().
 */

/**
 * Computes all statistics of one resample.
 *
 * @param      draw  (count) indices of the data, in the order of the resample
 * @param[out] out   (statistics)
 */
typedef void heaplens_statistic(void *data, const uint32_t *draw, size_t count, double *out);

typedef struct heaplens_bootstrap {
    heaplens_statistic *compute;
    void *data;           // handed to `compute`
    size_t count;         // values in the data, 2 to 2^32 - 1
    size_t statistics;    // that `compute` gives
    size_t block_length;  // 1 to count
    uint32_t resamples;
    double confidence;
} heaplens_bootstrap;

/**
 * Fill low, high and error of each figure; its value stays as it is.
 *
 * @param[out] figures  (statistics)
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__bootstrap_run(const heaplens_bootstrap *bootstrap,
                                                          heaplens_random *random,
                                                          heaplens_estimated *figures);

#endif
