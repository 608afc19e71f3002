// SPDX-License-Identifier: MIT
#include "profile/interval.h"

#include <math.h>
#include <stdlib.h>

#include "profile/array.h"

// The 97.5 % quantile of the normal distribution.
static const double quantile = 1.959963985;

uint64_t heaplens_interval(double variance)
{
    const double half = quantile * sqrt(variance);
    return half >= 0x1p63 ? UINT64_C(1) << 63 : (uint64_t)(half + 0.5);
}

double heaplens_copied_variance(double bytes_variance)
{
    return 2 * bytes_variance;
}

double heaplens_part_interval(uint64_t part, uint64_t whole, double part_variance,
                              double whole_variance)
{
    if (whole == 0) {
        return 0;
    }
    const double share = fmin((double)part / (double)whole, 1);
    const double rest_variance = fmax(whole_variance - part_variance, 0);
    const double variance = whole_variance > 0 ? (1 - share) * (1 - share) * part_variance +
                                                     share * share * rest_variance
                                               : part_variance;
    return quantile * sqrt(variance) / (double)whole;
}

uint64_t heaplens_size_class_least(uint32_t size_class)
{
    return size_class == 0 ? 0 : UINT64_C(1) << (size_class - 1);
}

// The most that a drawn block adds to the variance, for each block that it stands for.
static double variance_of_weight(uint64_t size_bytes, uint64_t sample_bytes)
{
    // A request of no bytes is drawn as one of one byte.
    const double size = size_bytes == 0 ? 1 : (double)size_bytes;
    const double k = 1 / expm1(size / (double)sample_bytes);
    return k + fmin(k, 0.25);
}

double heaplens_blocks_variance_most(uint64_t blocks, uint64_t size_bytes, uint64_t sample_bytes)
{
    if (sample_bytes == 0 || blocks == 0) {
        return 0;
    }
    return (double)blocks * variance_of_weight(size_bytes, sample_bytes);
}

double heaplens_mean_variance_most(double mean, double most, uint64_t blocks, uint64_t size_bytes,
                                   uint64_t sample_bytes)
{
    if (sample_bytes == 0 || blocks == 0 || !(mean > 0 && mean < most)) {
        return 0;
    }
    return variance_of_weight(size_bytes, sample_bytes) * mean * (most - mean) / (double)blocks;
}

double heaplens_share_interval(double share, uint64_t blocks, uint64_t size_bytes,
                               uint64_t sample_bytes)
{
    if (sample_bytes == 0 || blocks == 0) {
        return 0;
    }
    const double n = (double)blocks / variance_of_weight(size_bytes, sample_bytes);
    const double p = (share * n + 2) / (n + 4);
    return fmin(1, fabs(share - p) + 1.959963985 * sqrt(p * (1 - p) / (n + 4)));
}

// ----------------------------------------------------------------------------------- sites

// The first row of a site; rows are by site, then by class. The number of rows if it has none.
static size_t first_size(const heaplens_process *process, uint32_t site)
{
    size_t low = 0;
    size_t high = process->site_size_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (process->site_sizes[middle].site < site) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint64_t heaplens_site_size_least(const heaplens_process *process, uint32_t site)
{
    const size_t row = first_size(process, site);
    return row == process->site_size_count || process->site_sizes[row].site != site
               ? 0
               : heaplens_size_class_least(process->site_sizes[row].size_class);
}

// Some of a site's drawn blocks were temporary: no more of its variance than all of it, and no more
// than as many blocks of its smallest size have.
static double temporary_variance(const heaplens_process *process, const heaplens_estimate *estimate)
{
    const double most = heaplens_blocks_variance_most(
        process->sites[estimate->site].blocks_temporary,
        heaplens_site_size_least(process, estimate->site), process->facts.sample_bytes);
    return fmin(most, estimate->blocks_total);
}

// A block that is still alive has lived for as long as the site has been there, at most.
static double lifetime_variance(const heaplens_process *process, const heaplens_estimate *estimate)
{
    const heaplens_site *const site = &process->sites[estimate->site];
    const uint64_t end = process->facts.duration_ns;
    const uint64_t alive = site->blocks_end > 0 && end > site->first_ns ? end - site->first_ns : 0;
    const uint64_t longest = alive > site->lifetime_max_ns ? alive : site->lifetime_max_ns;
    return heaplens_mean_variance_most((double)heaplens_site_value(site, HEAPLENS_METRIC_LIFETIME),
                                       (double)longest, site->blocks_total,
                                       heaplens_site_size_least(process, estimate->site),
                                       process->facts.sample_bytes);
}

static double variance_in(const heaplens_process *process, const heaplens_estimate *estimate,
                          heaplens_metric metric)
{
    switch (metric) {
    case HEAPLENS_METRIC_PEAK: return estimate->bytes_gmax;
    case HEAPLENS_METRIC_TOTAL: return estimate->bytes_total;
    case HEAPLENS_METRIC_BLOCKS: return estimate->blocks_total;
    case HEAPLENS_METRIC_LEAKED: return estimate->bytes_end;
    case HEAPLENS_METRIC_TEMPORARY: return temporary_variance(process, estimate);
    case HEAPLENS_METRIC_LIFETIME: return lifetime_variance(process, estimate);
    }
    return 0;
}

static int compare_site(const void *key, const void *item)
{
    const uint32_t site = *(const uint32_t *)key;
    const heaplens_estimate *const estimate = item;
    return (site > estimate->site) - (site < estimate->site);
}

const heaplens_estimate *heaplens_site_estimate(const heaplens_process *process, uint32_t site)
{
    return process->estimate_count == 0
               ? NULL
               : bsearch(&site, process->estimates, process->estimate_count,
                         sizeof(*process->estimates), compare_site);
}

double heaplens_site_variance(const heaplens_process *process, uint32_t site,
                              heaplens_metric metric)
{
    const heaplens_estimate *const found = heaplens_site_estimate(process, site);
    return found == NULL ? 0 : variance_in(process, found, metric);
}

heaplens_status heaplens_site_variances(const heaplens_process *process, heaplens_metric metric,
                                        double **out)
{
    *out = heaplens__array_zeroed(process->site_count, sizeof(**out));
    if (*out == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < process->estimate_count; i++) {
        const heaplens_estimate *const estimate = &process->estimates[i];
        (*out)[estimate->site] = variance_in(process, estimate, metric);
    }
    return HEAPLENS_OK;
}

// ------------------------------------------------------------------------------------ sums

double heaplens_process_variance(const heaplens_process *process, heaplens_metric metric)
{
    double sum = 0;
    for (size_t i = 0; i < process->estimate_count; i++) {
        sum += variance_in(process, &process->estimates[i], metric);
    }
    return sum;
}

heaplens_estimate heaplens_process_estimate(const heaplens_process *process)
{
    heaplens_estimate sum = {0};
    for (size_t i = 0; i < process->estimate_count; i++) {
        const heaplens_estimate *const estimate = &process->estimates[i];
        sum.bytes_total += estimate->bytes_total;
        sum.blocks_total += estimate->blocks_total;
        sum.bytes_gmax += estimate->bytes_gmax;
        sum.blocks_gmax += estimate->blocks_gmax;
        sum.bytes_peak += estimate->bytes_peak;
        sum.blocks_peak += estimate->blocks_peak;
        sum.bytes_end += estimate->bytes_end;
        sum.blocks_end += estimate->blocks_end;
        sum.samples += estimate->samples;
    }
    return sum;
}

void heaplens_spread_add(heaplens_spread *sum, const heaplens_process *process,
                         const heaplens_estimate *estimate)
{
    for (int metric = 0; metric < HEAPLENS_METRIC_COUNT; metric++) {
        sum->variance[metric] += variance_in(process, estimate, (heaplens_metric)metric);
    }
}
