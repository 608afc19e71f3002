// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_MIXTURE_H
#define COMPETENCY_MATCH_MIXTURE_H

#include <stddef.h>

#include "match/beta.h"

/** A weighted sum of Beta distributions. Borrows both arrays. */
typedef struct competency__mixture {
    const double *weights;          // (count), summing to 1
    const competency__beta *parts;  // (count)
    size_t count;
} competency__mixture;

/**
 * @return COMPETENCY_OK; COMPETENCY_EINVAL with the published text if the weights do not sum to 1
 *         within 1e-6 (R62)
 */
competency_status competency__mixture_check(const competency__mixture *mixture,
                                            competency_error *err);

/** Sum of w_k mean_k (R63). */
double competency__mixture_mean(const competency__mixture *mixture);

/** Sum of w_k (var_k + mean_k^2), less the square of `mean`, which is the mixture's own (R63). */
double competency__mixture_variance(const competency__mixture *mixture, double mean);

/** Sum of w_k cdf_k(x) (R63). */
double competency__mixture_cdf(const competency__mixture *mixture, double x);

/**
 * The x at which the cumulative distribution reaches `p`, to 2^-21 (R64).
 *
 * Exactly 20 halvings of [0, 1] and then the middle: results between 0 and 1 are odd multiples of
 * 2^-21, and part of the published behaviour.
 */
double competency__mixture_quantile(const competency__mixture *mixture, double p);

/** The interval that leaves (1 - level) / 2 on each side (R65). */
competency_interval competency__mixture_interval(const competency__mixture *mixture, double level);

#endif
