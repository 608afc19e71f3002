// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_OUTLIERS_H
#define HEAPLENS_BENCH_OUTLIERS_H

#include <stddef.h>

/**
 * @file
 * Samples that lie far from the others. They are named and counted, and never removed: what
 * disturbs a measurement is part of it.
 *
 * Source: J. W. Tukey 1977, "Exploratory Data Analysis": with quartiles Q1 and Q3 of all samples,
 * the fences are at 1.5 (mild) and 3 (severe) times Q3 - Q1 beyond them.
 */

typedef struct heaplens_fences {
    double low_severe;
    double low_mild;
    double high_mild;
    double high_severe;
} heaplens_fences;

typedef enum heaplens_outlier {
    HEAPLENS_OUTLIER_LOW_SEVERE = 0,
    HEAPLENS_OUTLIER_LOW_MILD = 1,
    HEAPLENS_OUTLIER_NONE = 2,
    HEAPLENS_OUTLIER_HIGH_MILD = 3,
    HEAPLENS_OUTLIER_HIGH_SEVERE = 4,
} heaplens_outlier;

enum { HEAPLENS_OUTLIER_CLASSES = HEAPLENS_OUTLIER_HIGH_SEVERE + 1 };

/** @param[in] sorted  (count) ascending; count > 0 */
heaplens_fences heaplens__fences(const double *sorted, size_t count);

/** A value on a fence is inside it. */
heaplens_outlier heaplens__outlier_class(const heaplens_fences *fences, double value);

#endif
