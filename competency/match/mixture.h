// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_MIXTURE_H
#define COMPETENCY_MATCH_MIXTURE_H

#include <stddef.h>

#include "match/level_table.h"

/**
 * A weighted sum of Beta distributions, one part for each skill. Parts with the same level are a
 * *group*: what depends on the level alone is found once for all of them. Borrows every array.
 */
typedef struct competency__mixture {
    const double *weights;             // (count), summing to 1
    const size_t *group_of;            // (count) group of each part
    size_t count;                      // parts, at least 1
    competency__level *const *groups;  // (group_count) distinct levels
    size_t group_count;                //
    double *group_weights;             // (group_count) filled by competency__mixture_group()
    double *group_values;              // (group_count) scratch
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

/** Sum of w_k cdf_k(x), in the order of the parts (R63). */
double competency__mixture_cdf(const competency__mixture *mixture, double x);

/** The same at the threshold of requirement `index`, from what the levels remember. */
double competency__mixture_below(const competency__mixture *mixture, size_t index,
                                 double threshold);

/** Sum the weights of each group, as quantiles need. */
void competency__mixture_group(const competency__mixture *mixture);

#endif
