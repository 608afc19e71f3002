// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_REPORT_JSON_H
#define HEAPLENS_BENCH_REPORT_JSON_H

#include <stdio.h>

#include "bench/bench_report.h"

/**
 * @file
 * The report as a JSON document, version 1: docs/format/bench-json.md.
 */

enum { HEAPLENS_BENCH_JSON_VERSION = 1 };

/** Write it; a failure is in the stream's error flag. The same report gives the same bytes. */
void heaplens__report_write_json(FILE *file, const heaplens_bench_report *report);

#endif
