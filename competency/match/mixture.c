// SPDX-License-Identifier: MIT
// Mixtures of Beta distributions: moments and cumulative distribution (R62, R63).
//
// Every sum runs over the parts in order from 0, so that a result is the same bits every time.
#include "match/mixture.h"

#include <math.h>

#include "base/error.h"

competency_status competency__mixture_check(const competency__mixture *mixture,
                                            competency_error *err)
{
    double sum = 0;
    for (size_t k = 0; k < mixture->count; k++) {
        sum += mixture->weights[k];
    }
    if (!(fabs(sum - 1) <= 1e-6)) {  // so written that NaN fails
        return competency__fail(err, COMPETENCY_EINVAL, "Mixture weights must sum to 1");
    }
    return COMPETENCY_OK;
}

double competency__mixture_mean(const competency__mixture *mixture)
{
    double mean = 0;
    for (size_t k = 0; k < mixture->count; k++) {
        mean += mixture->weights[k] * mixture->groups[mixture->group_of[k]]->mean;
    }
    return mean;
}

double competency__mixture_variance(const competency__mixture *mixture, double mean)
{
    double square = 0;
    for (size_t k = 0; k < mixture->count; k++) {
        square += mixture->weights[k] * mixture->groups[mixture->group_of[k]]->square;
    }
    return square - mean * mean;
}

static double sum_parts(const competency__mixture *mixture)
{
    double sum = 0;
    for (size_t k = 0; k < mixture->count; k++) {
        sum += mixture->weights[k] * mixture->group_values[mixture->group_of[k]];
    }
    return sum;
}

double competency__mixture_cdf(const competency__mixture *mixture, double x)
{
    for (size_t g = 0; g < mixture->group_count; g++) {
        mixture->group_values[g] = competency__beta_cdf(&mixture->groups[g]->beta, x);
    }
    return sum_parts(mixture);
}

double competency__mixture_below(const competency__mixture *mixture, size_t index, double threshold)
{
    for (size_t g = 0; g < mixture->group_count; g++) {
        mixture->group_values[g] = competency__level_below(mixture->groups[g], index, threshold);
    }
    return sum_parts(mixture);
}

void competency__mixture_group(const competency__mixture *mixture)
{
    for (size_t g = 0; g < mixture->group_count; g++) {
        mixture->group_weights[g] = 0;
    }
    for (size_t k = 0; k < mixture->count; k++) {
        mixture->group_weights[mixture->group_of[k]] += mixture->weights[k];
    }
}
