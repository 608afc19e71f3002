// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_STATISTICS_H
#define HEAPLENS_BENCH_STATISTICS_H

#include <stddef.h>

/**
 * @file
 * Figures that describe a list of numbers. Nothing here draws, allocates or keeps anything.
 */

/** Arithmetic mean; count > 0. */
double heaplens__mean(const double *x, size_t count);

/** Sample standard deviation, with n - 1 below; 0 for a single value. */
double heaplens__deviation(const double *x, size_t count, double mean);

/**
 * The p-th quantile, 0 <= p <= 1, by linear interpolation between order statistics: rank p(n - 1),
 * type 7 of Hyndman and Fan 1996, what R and NumPy do unless told.
 *
 * @param[in] sorted  (count) ascending; count > 0
 */
double heaplens__quantile(const double *sorted, size_t count, double p);

/** The same of a list in any order, which is reordered. Expected cost: O(count). */
double heaplens__quantile_of(double *x, size_t count, double p);

/**
 * Median absolute deviation from `median`, times 1.4826, which makes it the standard deviation of
 * normal data (1 / quantile of the normal distribution at 3/4).
 *
 * @param[out] scratch  (count)
 */
double heaplens__median_deviation(const double *x, size_t count, double median, double *scratch);

/** Slope of the least-squares line through the origin: sum xy / sum xx. */
double heaplens__slope(const double *x, const double *y, size_t count);

/**
 * How much of the variance of y the line through the origin explains: 1 - SS_residual / SS_total,
 * SS_total about the mean of y. Below 0 if it explains less than the mean does; 0 if y is constant.
 */
double heaplens__determination(const double *x, const double *y, size_t count, double slope);

/** Order for qsort(), ascending. */
int heaplens__compare_doubles(const void *left, const void *right);

#endif
