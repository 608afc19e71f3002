// SPDX-License-Identifier: MIT
// Mixtures of Beta distributions: moments, quantiles, intervals (R62-R65).
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
        mean += mixture->weights[k] * competency__beta_mean(&mixture->parts[k]);
    }
    return mean;
}

double competency__mixture_variance(const competency__mixture *mixture, double mean)
{
    double square = 0;
    for (size_t k = 0; k < mixture->count; k++) {
        const double part_mean = competency__beta_mean(&mixture->parts[k]);
        const double part_square =
            competency__beta_variance(&mixture->parts[k]) + part_mean * part_mean;
        square += mixture->weights[k] * part_square;
    }
    return square - mean * mean;
}

double competency__mixture_cdf(const competency__mixture *mixture, double x)
{
    double sum = 0;
    for (size_t k = 0; k < mixture->count; k++) {
        sum += mixture->weights[k] * competency__beta_cdf(&mixture->parts[k], x);
    }
    return sum;
}

double competency__mixture_quantile(const competency__mixture *mixture, double p)
{
    if (p <= 0) {
        return 0;
    }
    if (p >= 1) {
        return 1;
    }
    double low = 0;
    double high = 1;
    while (high - low > 1e-6) {
        const double middle = low + (high - low) / 2;  // exact: every bound is a multiple of 2^-20
        if (competency__mixture_cdf(mixture, middle) < p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low + (high - low) / 2;
}

competency_interval competency__mixture_interval(const competency__mixture *mixture, double level)
{
    const double tail = (1 - level) / 2;
    return (competency_interval){
        .lower = competency__mixture_quantile(mixture, tail),
        .upper = competency__mixture_quantile(mixture, 1 - tail),
    };
}
