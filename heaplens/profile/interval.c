// SPDX-License-Identifier: MIT
#include "profile/interval.h"

#include <math.h>
#include <stdlib.h>

uint64_t heaplens_interval(double variance)
{
    // The 97.5 % quantile of the normal distribution.
    const double half = 1.959963985 * sqrt(variance);
    return half >= 0x1p63 ? UINT64_C(1) << 63 : (uint64_t)(half + 0.5);
}

static double variance_in(const heaplens_estimate *estimate, heaplens_metric metric)
{
    switch (metric) {
    case HEAPLENS_METRIC_PEAK: return estimate->bytes_gmax;
    case HEAPLENS_METRIC_TOTAL: return estimate->bytes_total;
    case HEAPLENS_METRIC_BLOCKS: return estimate->blocks_total;
    case HEAPLENS_METRIC_LEAKED: return estimate->bytes_end;
    case HEAPLENS_METRIC_TEMPORARY:
    case HEAPLENS_METRIC_LIFETIME: return 0;
    }
    return 0;
}

static int compare_site(const void *key, const void *item)
{
    const uint32_t site = *(const uint32_t *)key;
    const heaplens_estimate *const estimate = item;
    return (site > estimate->site) - (site < estimate->site);
}

double heaplens_site_variance(const heaplens_process *process, uint32_t site,
                              heaplens_metric metric)
{
    if (process->estimate_count == 0) {
        return 0;
    }
    const heaplens_estimate *const found =
        bsearch(&site, process->estimates, process->estimate_count, sizeof(*process->estimates),
                compare_site);
    return found == NULL ? 0 : variance_in(found, metric);
}

double heaplens_process_variance(const heaplens_process *process, heaplens_metric metric)
{
    double sum = 0;
    for (size_t i = 0; i < process->estimate_count; i++) {
        sum += variance_in(&process->estimates[i], metric);
    }
    return sum;
}
