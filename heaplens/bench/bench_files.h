// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_BENCH_FILES_H
#define HEAPLENS_BENCH_BENCH_FILES_H

#include <stdio.h>

#include "bench/bench_report.h"
#include "bench/report_read.h"

/**
 * @file
 * What a run leaves behind: reports, and baselines, which are reports in JSON at
 * FOLDER/NAME/PROGRAM.json.
 */

typedef void heaplens_write_report(FILE *file, const heaplens_bench_report *report);

/**
 * Write a report to a file, which is complete or not there; into a device or a pipe as it is.
 *
 * @param path  "-": `out`
 * @return HEAPLENS_OK; HEAPLENS_EIO with a failure
 */
HEAPLENS_MUST_USE heaplens_status heaplens__bench_file_write(const char *path, FILE *out,
                                                             heaplens_write_report *write_report,
                                                             const heaplens_bench_report *report,
                                                             heaplens_bench_failure *failure);

/**
 * The file of a baseline.
 *
 * @param      name  letters, digits, '.', '_' and '-', at most 64, not beginning with '.' or '-'; or
 *                   with a slash in it, a path, which is the result
 * @param[out] path  (cap)
 * @return false if the name is none or the path does not fit
 */
bool heaplens__bench_baseline_path(const char *folder, const char *name, const char *program,
                                   char *path, size_t cap);

/**
 * Keep a report as a baseline. Cases that are in the baseline and not in the report stay, unless the
 * baseline is of another machine: then it is replaced.
 *
 * @return HEAPLENS_OK; HEAPLENS_EIO; HEAPLENS_EFORMAT if there is a file that is no baseline, which
 *         is left alone; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__bench_baseline_save(const char *path,
                                                                heaplens_bench_report *report,
                                                                heaplens_bench_failure *failure);

#endif
