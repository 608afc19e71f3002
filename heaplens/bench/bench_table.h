// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_BENCH_TABLE_H
#define HEAPLENS_BENCH_BENCH_TABLE_H

#include <stdio.h>

#include "bench/bench_report.h"

/**
 * @file
 * The report for people: an aligned table for a terminal, the same as Markdown, and the lines that
 * go with it.
 */

typedef struct heaplens_table_options {
    bool has_color;
    bool is_verbose;
    const heaplens_bench_report *base;  // whose call sites are compared; NULL: none
} heaplens_table_options;

/** The table, and below it what needs more words. The same report gives the same bytes. */
void heaplens__bench_table_write(FILE *file, const heaplens_bench_report *report,
                                 const heaplens_table_options *options);

/** The table alone, in GitHub's Markdown. */
void heaplens__bench_markdown_write(FILE *file, const heaplens_bench_report *report);

#endif
