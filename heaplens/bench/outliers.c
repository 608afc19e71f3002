// SPDX-License-Identifier: MIT
#include "bench/outliers.h"

#include "bench/statistics.h"

heaplens_fences heaplens__fences(const double *sorted, size_t count)
{
    const double lower = heaplens__quantile(sorted, count, 0.25);
    const double upper = heaplens__quantile(sorted, count, 0.75);
    const double range = upper - lower;
    return (heaplens_fences){
        .low_severe = lower - 3 * range,
        .low_mild = lower - 1.5 * range,
        .high_mild = upper + 1.5 * range,
        .high_severe = upper + 3 * range,
    };
}

heaplens_outlier heaplens__outlier_class(const heaplens_fences *fences, double value)
{
    if (value < fences->low_severe) {
        return HEAPLENS_OUTLIER_LOW_SEVERE;
    }
    if (value > fences->high_severe) {
        return HEAPLENS_OUTLIER_HIGH_SEVERE;
    }
    if (value < fences->low_mild) {
        return HEAPLENS_OUTLIER_LOW_MILD;
    }
    return value > fences->high_mild ? HEAPLENS_OUTLIER_HIGH_MILD : HEAPLENS_OUTLIER_NONE;
}
