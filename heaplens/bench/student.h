// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_STUDENT_H
#define HEAPLENS_BENCH_STUDENT_H

#include <stddef.h>

/**
 * @file
 * The two distributions that tell how wide an interval has to be.
 */

/** Probability that a standard normal variable is below z. */
double heaplens__normal_cdf(double z);

/**
 * The z below which a standard normal variable is with probability p, 0 < p < 1.
 *
 * Numerics: Newton steps on heaplens__normal_cdf() from a rational first guess (Abramowitz, Stegun
 * 1964, 26.2.23); |error| <= 1e-12 for 1e-10 <= p <= 1 - 1e-10.
 */
double heaplens__normal_quantile(double p);

/**
 * The same for Student's t with `freedom` >= 9 degrees of freedom, by the Cornish-Fisher expansion.
 *
 * Source: Abramowitz, Stegun 1964, 26.7.5. For 0.0005 <= p <= 0.9995 |error| <= 0.01 at 9
 * degrees and <= 0.001 from 19 on; <= 0.001 at 9 too for 0.05 <= p <= 0.95.
 */
double heaplens__student_quantile(double p, double freedom);

/**
 * The probability to leave out at each end of a bootstrap distribution of `count` values, so that
 * the interval covers what it says: percentile intervals are too narrow by the factor
 * sqrt((count - 1) / count) and by taking the normal distribution for Student's.
 *
 * Source: T. Hesterberg 2015, "What teachers should know about the bootstrap", section 5.2
 * ("expanded percentile interval").
 *
 * @param confidence  e.g. 0.95; the result is then at most 0.025
 * @param count       >= 10
 */
double heaplens__expanded_tail(double confidence, size_t count);

#endif
