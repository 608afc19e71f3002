// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_INTERVAL_H
#define HEAPLENS_PROFILE_INTERVAL_H

#include "profile/query.h"

/** Variances of figures that are sums over sites, by metric; 0: exact. */
typedef struct heaplens_spread {
    double variance[HEAPLENS_METRIC_COUNT];
} heaplens_spread;

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

/**
 * The variance of a site's value in a metric; 0 if it is exact.
 *
 * The recorder keeps it of bytes and blocks. Of temporary blocks this is an upper bound, by the
 * sizes that the site asks for, and of mean lifetimes by its longest life, which is known of the block
 * that lived longest on the clock of bytes: see heaplens_mean_variance_most(). That is 0 where a single
 * block was drawn.
 */
double heaplens_site_variance(const heaplens_process *process, uint32_t site,
                              heaplens_metric metric);

/** What is known of the variances of a site's figures; NULL if they are exact. */
const heaplens_estimate *heaplens_site_estimate(const heaplens_process *process, uint32_t site);

/** The variance of the sum over all sites: of the process's own figure. */
double heaplens_process_variance(const heaplens_process *process, heaplens_metric metric);

/** All variances of the process's own figures: those of the sites, summed. */
heaplens_estimate heaplens_process_estimate(const heaplens_process *process);

/** Add the variances of what `estimate` is about to a sum, in every metric. */
void heaplens_spread_add(heaplens_spread *sum, const heaplens_process *process,
                         const heaplens_estimate *estimate);

/**
 * The variance of every site in a metric, for those who sum over many.
 *
 * @param[out] out  (site_count) by site; released with free()
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens_site_variances(const heaplens_process *process,
                                                          heaplens_metric metric, double **out);

/**
 * The most that the variance of an estimated number of blocks can be, if every block was drawn and has
 * `size_bytes` or more.
 *
 * A drawn block stands for 1/p blocks and adds (1 - p) / p^2 and its rounding, at most
 * min((1 - p) / p, 1/4) / p, to the variance. Both fall as blocks get larger, so
 *
 *     variance <= blocks * (k + min(k, 1/4)),  k = (1 - p) / p = 1 / (exp(size / R) - 1)
 *
 * @param sample_bytes  R, the mean distance of samples; 0: nothing is sampled, the result is 0
 */
double heaplens_blocks_variance_most(uint64_t blocks, uint64_t size_bytes, uint64_t sample_bytes);

/** The least size of a site's blocks, as far as is known: of its smallest size class; 0: unknown. */
uint64_t heaplens_site_size_least(const heaplens_process *process, uint32_t site);

/**
 * The most that the variance of an estimated mean over blocks can be: of a share of blocks, of a
 * lifetime.
 *
 * The estimate is sum(w y) / sum(w) over drawn blocks, with a value y in [0, most] and the weight w of
 * each. To first order its variance is sum(v (y - mean)^2) / blocks^2, where v <= w (k + min(k, 1/4)) as
 * above, and the weighted mean of (y - mean)^2 is at most mean (most - mean):
 *
 *     variance <= (k + min(k, 1/4)) * mean * (most - mean) / blocks
 *
 * Sources: W. Cochran 1977, "Sampling Techniques", section 6.4, for the ratio; R. Bhatia, C. Davis
 * 2000, "A better bound on the variance", for the bound.
 */
double heaplens_mean_variance_most(double mean, double most, uint64_t blocks, uint64_t size_bytes,
                                   uint64_t sample_bytes);

/**
 * Half the width of a 95 % interval of an estimated share of blocks.
 *
 * With n = blocks / (k + min(k, 1/4)) as the sample's effective size, the interval of A. Agresti and
 * B. Coull (1998, "Approximate is better than exact"), which holds where all or none of a few blocks
 * were seen, stretched to be symmetric about the share:
 *
 *     p = (share n + 2) / (n + 4),  half = |share - p| + 1.96 sqrt(p (1 - p) / (n + 4))
 *
 * @return 0 .. 1; 0 if nothing is sampled
 */
double heaplens_share_interval(double share, uint64_t blocks, uint64_t size_bytes,
                               uint64_t sample_bytes);

/**
 * Half the width of a 95 % interval of a part's share of a whole, where one sample tells both.
 *
 *     1.96 sqrt((1 - s)^2 V(part) + s^2 (V(whole) - V(part))) / whole,  s = part / whole
 *
 * to first order; draws of the part and of the rest are independent. Of a whole that is known exactly it
 * is the interval of the part.
 *
 * @param whole_variance  of all of it, the part included; 0: exact
 * @return 0 if both are exact, or there is no whole
 */
double heaplens_part_interval(uint64_t part, uint64_t whole, double part_variance,
                              double whole_variance);

/** The most that the variance of copied bytes can be (docs/adr/0143), by that of all bytes. */
double heaplens_copied_variance(double bytes_variance);

/** The smallest size of a class: 0, 1, 2, 4, 8, ... */
uint64_t heaplens_size_class_least(uint32_t size_class);

#endif
