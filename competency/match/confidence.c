// SPDX-License-Identifier: MIT
// Intervals by the normal approximation (R94).
#include <competency/scoring.h>

#include <math.h>

static double z_score(double level)
{
    if (level == 0.90) {
        return 1.645;
    }
    return level == 0.99 ? 2.576 : 1.96;
}

competency_interval competency_interval_normal(double mean, double variance, double level)
{
    const double reach = z_score(level) * sqrt(variance);
    return (competency_interval){
        .lower = fmax(mean - reach, 0),
        .upper = fmin(mean + reach, 1),
    };
}
