// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_BENCH_PAGE_H
#define HEAPLENS_BENCH_BENCH_PAGE_H

#include <stdio.h>

#include "bench/bench_report.h"

/**
 * Write the report as one offline page around its JSON document: the charts of heaplens/viewer, or, in a
 * build without node and npm, the table. The document is in a script element of type
 * application/json with the id "heaplens-bench".
 */
void heaplens__bench_page_write(FILE *file, const heaplens_bench_report *report);

#endif
