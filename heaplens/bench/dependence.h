// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_DEPENDENCE_H
#define HEAPLENS_BENCH_DEPENDENCE_H

#include <stddef.h>

/**
 * @file
 * How far a sample still tells of the ones before it.
 */

/**
 * The length of blocks with which a circular block bootstrap of the mean has the least mean
 * squared error; 1 where no dependence shows, which is the ordinary bootstrap.
 *
 * Source: D. N. Politis, H. White 2004, "Automatic block-length selection for the dependent
 * bootstrap", with the correction of A. Patton, D. N. Politis, H. White 2009. The flat-top window
 * reaches twice the first lag behind which max(5, log10 n) autocorrelations in a row are below
 * 2 sqrt(log10 n / n). The result is at most min(3 sqrt n, n / 3).
 *
 * @param[in]  x        (count) in the order of time
 * @param[out] scratch  (count)
 * @return 1 to count; 1 for fewer than 20 values, of which autocorrelations say nothing
 *
 * Cost: O(count * sqrt(count)).
 */
size_t heaplens__block_length(const double *x, size_t count, double *scratch);

#endif
