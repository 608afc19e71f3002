// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_DENSITY_H
#define HEAPLENS_BENCH_DENSITY_H

#include <stdbool.h>
#include <stddef.h>

/**
 * @file
 * The density of a list of numbers, as a curve.
 */

enum { HEAPLENS_DENSITY_POINTS = 201 };

/** A curve over equally spaced points. */
typedef struct heaplens_density {
    double bandwidth;
    double from;  // first point: smallest value - 3 bandwidths
    double to;    // last point: largest value + 3 bandwidths
    double values[HEAPLENS_DENSITY_POINTS];
} heaplens_density;

/**
 * Gaussian kernel density estimate with Silverman's bandwidth, h = s (4 / 3n)^(1/5).
 *
 * Source: B. W. Silverman 1986, "Density Estimation", section 3.4.2 (normal reference rule).
 *
 * @param deviation  s, the sample's standard deviation
 * @return false where there is no curve, because all values are the same
 *
 * Cost: O(count * HEAPLENS_DENSITY_POINTS).
 */
bool heaplens__density(heaplens_density *out, const double *x, size_t count, double deviation);

#endif
