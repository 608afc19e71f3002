// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_INDEPENDENT_H
#define HEAPLENS_BENCH_INDEPENDENT_H

#include <stdint.h>

#include "bench/comparison.h"
#include "bench/random.h"

/**
 * @file
 * A saved sample of a figure and a new one, which were not measured side by side.
 *
 * What such a comparison cannot see: everything that differed between the two runs beside the
 * program (the temperature, the neighbours, where the program lay in memory) is in the change, and
 * neither p nor the interval knows of it. `heaplens compare` measures side by side instead.
 */

typedef struct heaplens_independent {
    const double *base;  // (base_count) positive, in the order of time
    const double *head;  // (head_count) likewise
    size_t base_count;   // 2 to 2^30
    size_t head_count;
    size_t block_length;  // neighbours that tell the same: 1 if samples are independent; at most a
                          // half of the smaller count. See heaplens__block_length()
    uint32_t resamples;   // of the test and of the bootstrap, e.g. 9999; at least 99
    double alpha;         // the interval misses the change with this probability, e.g. 0.05
} heaplens_independent;

/**
 * Compare two samples.
 *
 * p: a permutation test of the rank sum (Mann and Whitney) of the means of blocks of `block_length`
 * neighbours, with head moved by the margin towards base: (1 + as extreme ones) / (1 + resamples),
 * twice the smaller side. It is never 0. change: of the median of head over that of base; its
 * interval is the percentile interval of a bootstrap that draws blocks of neighbours.
 *
 * Source: E. J. G. Pitman 1937, "Significance tests which may be applied to samples from any
 * populations"; B. Phipson, G. K. Smyth 2010, "Permutation p-values should never be zero";
 * B. Efron 1979, "Bootstrap methods".
 *
 * @param[in,out] item    from heaplens__comparison_start(); unchanged on failure
 * @param         random  the same state and data give the same bits
 * @return HEAPLENS_OK; HEAPLENS_EINVAL; HEAPLENS_ENOMEM
 *
 * Cost: O((base_count + head_count) * resamples).
 */
HEAPLENS_MUST_USE heaplens_status heaplens__compare_independent(heaplens_comparison *item,
                                                                const heaplens_independent *data,
                                                                heaplens_random *random);

#endif
