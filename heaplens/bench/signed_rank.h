// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_SIGNED_RANK_H
#define HEAPLENS_BENCH_SIGNED_RANK_H

#include <stddef.h>

#include <heaplens/status.h>

/**
 * @file
 * Wilcoxon's signed ranks: where differences are centred, without asking how they are distributed.
 *
 * The only premise is that a difference could as well have had the other sign if there were no
 * change. Who draws by lot which version of a program runs first has made it so, whatever the
 * machine does meanwhile; see docs/adr/0220.
 *
 * Source: F. Wilcoxon 1945, "Individual comparisons by ranking methods"; J. L. Hodges,
 * E. L. Lehmann 1963, "Estimates of location based on rank tests". Probabilities are exact, ties
 * included: they are counted, not approximated.
 */

enum { HEAPLENS_SIGNED_RANK_MAX = 512 };  // differences; more cost O(count^3)

typedef struct heaplens_tails {
    double above;  // probability of at least so large a sum of ranks above the shift; > 0
    double below;  // likewise of the ranks below it
} heaplens_tails;

/**
 * Test whether differences are centred on `shift`.
 *
 * Differences that equal it say nothing and are left out, as Wilcoxon did; equal ones share the
 * mean of their ranks. With none left both tails are 1.
 *
 * @param[out] out  unchanged on failure
 * @param[in]  x    (count) finite; count <= HEAPLENS_SIGNED_RANK_MAX
 * @return HEAPLENS_OK; HEAPLENS_EINVAL; HEAPLENS_ENOMEM
 *
 * Cost: O(count^3) additions at most: 50 microseconds for 32 differences.
 */
HEAPLENS_MUST_USE heaplens_status heaplens__signed_rank_test(heaplens_tails *out, const double *x,
                                                             size_t count, double shift);

typedef struct heaplens_centre {
    double value;  // Hodges-Lehmann: the median of the means of all pairs
    double low;    // the interval that the test does not reject; -INFINITY, INFINITY where the
    double high;   // differences are too few for it, whatever they are
} heaplens_centre;

/**
 * Estimate where differences are centred.
 *
 * @param[out] out    unchanged on failure
 * @param[in]  x      (count) finite; 1 to HEAPLENS_SIGNED_RANK_MAX
 * @param      alpha  the interval misses the centre with at most this probability; above 0, below 1
 * @return HEAPLENS_OK; HEAPLENS_EINVAL; HEAPLENS_ENOMEM
 *
 * Cost: O(count^2 log count), plus the test's.
 */
HEAPLENS_MUST_USE heaplens_status heaplens__signed_rank_centre(heaplens_centre *out,
                                                               const double *x, size_t count,
                                                               double alpha);

#endif
