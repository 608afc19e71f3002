// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_REPORT_READ_H
#define HEAPLENS_BENCH_REPORT_READ_H

#include <stdio.h>

#include "bench/bench_report.h"

/** One line of detail about a document that cannot be read: which value, and what it may be. */
typedef struct heaplens_bench_failure {
    char text[240];
} heaplens_bench_failure;

/**
 * Read a JSON document that heaplens__report_write_json() wrote. Nothing in it is trusted.
 *
 * What follows from the samples (estimates, fences, densities, what repeats) is not read:
 * heaplens__case_estimate() computes it again, so that a document cannot claim an interval that its
 * samples do not give. Changes and the baseline are left out.
 *
 * @param[out] out  released by heaplens__bench_report_deinit(); empty on failure
 * @return HEAPLENS_OK; HEAPLENS_EFORMAT with the first thing that is wrong; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__report_parse(heaplens_bench_report *out,
                                                         const char *text, size_t size,
                                                         heaplens_bench_failure *failure);

/**
 * The same, of a file; limit HEAPLENS_REPORT_BYTES_MAX.
 *
 * @return also HEAPLENS_ENOINPUT if there is no such file; HEAPLENS_EIO
 */
HEAPLENS_MUST_USE heaplens_status heaplens__report_read(heaplens_bench_report *out,
                                                        const char *path,
                                                        heaplens_bench_failure *failure);

#define HEAPLENS_REPORT_BYTES_MAX ((size_t)256 << 20)

#endif
