// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_INTERVAL_H
#define HEAPLENS_PROFILE_INTERVAL_H

#include "profile/query.h"

/**
 * Half the width of a 95 % confidence interval of an estimate.
 *
 *     1.96 * sqrt(variance)
 *
 * by the normal approximation, which holds once some tens of samples are behind a figure; below, an
 * interval covers the truth less often (docs/adr/0142).
 *
 * @return 0 if the figure is exact
 */
uint64_t heaplens_interval(double variance);

/** The variance of a site's value in a metric; 0 if it is exact, or the metric has none. */
double heaplens_site_variance(const heaplens_process *process, uint32_t site,
                              heaplens_metric metric);

/** The variance of the sum over all sites: of the process's own figure. */
double heaplens_process_variance(const heaplens_process *process, heaplens_metric metric);

#endif
