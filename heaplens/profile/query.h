// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_QUERY_H
#define HEAPLENS_PROFILE_QUERY_H

#include "profile/session.h"

/** What sites and functions are ranked by. */
typedef enum heaplens_metric {
    HEAPLENS_METRIC_PEAK,       // bytes at the process's peak
    HEAPLENS_METRIC_TOTAL,      // bytes ever allocated
    HEAPLENS_METRIC_BLOCKS,     // blocks ever allocated
    HEAPLENS_METRIC_LEAKED,     // bytes live at the end
    HEAPLENS_METRIC_TEMPORARY,  // temporary blocks
    HEAPLENS_METRIC_LIFETIME,   // mean lifetime of a block, in nanoseconds
} heaplens_metric;

enum { HEAPLENS_METRIC_COUNT = HEAPLENS_METRIC_LIFETIME + 1 };

/** The word for a metric, as on the command line: "peak", "total", ... */
const char *heaplens_metric_name(heaplens_metric metric);

/** The metric with this name; false if there is none, and *out is unchanged. */
bool heaplens_metric_parse(const char *name, heaplens_metric *out);

/** The word for what a peak is the peak of: "process", "whole", "scope", "nothing". */
const char *heaplens_peak_of_name(heaplens_peak_of peak_of);

/** Are the figures of a metric known? Not all are of a thread or a scope: then they are 0. */
bool heaplens_metric_is_known(const heaplens_process *process, heaplens_metric metric);

/** The value of a site in a metric. */
uint64_t heaplens_site_value(const heaplens_site *site, heaplens_metric metric);

/**
 * Rank the sites that have a value, largest first; equal ones in the order of the profile.
 *
 * @param[out] out  (*count) indices of sites; released with free()
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens_sites_rank(const heaplens_process *process,
                                                      heaplens_metric metric, uint32_t **out,
                                                      size_t *count);

/** A function's share of a metric. */
typedef struct heaplens_function {
    heaplens_name name;
    uint64_t self;         // of sites whose innermost named frame it is
    uint64_t cumulative;   // of sites whose stack it is in; counted once a stack, recursive or not
    double self_variance;  // of estimates; 0: exact. See heaplens_interval()
    double cumulative_variance;
} heaplens_function;

/**
 * Sum a metric over functions, ranked by their own share, then by the cumulative one.
 *
 * @param metric    not HEAPLENS_METRIC_LIFETIME: means do not add up
 * @param[out] out  (*count) released with free()
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_EINVAL
 *
 * Cost: O(frames of all stacks).
 */
HEAPLENS_MUST_USE heaplens_status heaplens_functions_rank(const heaplens_process *process,
                                                          heaplens_metric metric,
                                                          heaplens_function **out, size_t *count);

#endif
