// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_BENCH_CHANGE_H
#define HEAPLENS_BENCH_BENCH_CHANGE_H

#include "bench/bench_report.h"

/**
 * Compare every case of a run with the case of the same name in a baseline, and settle all verdicts
 * together.
 *
 * Times are compared with the run's margin and false discovery rate; memory that repeats, exactly;
 * memory that does not, as times are.
 *
 * @param[in,out] head  its cases get their `change` where the baseline has them
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__report_compare(heaplens_bench_report *head,
                                                           const heaplens_bench_report *base);

/** Has any figure of any case regressed? */
bool heaplens__report_has_regressed(const heaplens_bench_report *report);

/** How a call site differs from the baseline, an iteration. */
typedef struct heaplens_site_change {
    const char *path;  // borrowed from either report
    double blocks_base;
    double blocks_head;
    double bytes_base;
    double bytes_head;
} heaplens_site_change;

/**
 * The call sites of a case that differ from the baseline's, largest difference of blocks first,
 * then of bytes.
 *
 * @param[out] out  (*count) released with free()
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__site_changes(const heaplens_memory *base,
                                                         const heaplens_memory *head,
                                                         heaplens_site_change **out, size_t *count);

#endif
