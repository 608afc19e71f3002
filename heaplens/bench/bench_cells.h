// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_BENCH_CELLS_H
#define HEAPLENS_BENCH_BENCH_CELLS_H

#include "bench/bench_report.h"

/**
 * @file
 * The report's table as texts, before anybody lays it out.
 */

typedef enum heaplens_bench_column {
    HEAPLENS_COLUMN_NAME,
    HEAPLENS_COLUMN_TIME,
    HEAPLENS_COLUMN_INTERVAL,
    HEAPLENS_COLUMN_ITEMS,
    HEAPLENS_COLUMN_BYTES_RATE,
    HEAPLENS_COLUMN_BLOCKS,
    HEAPLENS_COLUMN_BYTES,
    HEAPLENS_COLUMN_PEAK,
    HEAPLENS_COLUMN_GROWTH,
    HEAPLENS_COLUMN_CHANGE,
    HEAPLENS_COLUMN_CHANGE_INTERVAL,
    HEAPLENS_COLUMN_VERDICT,
} heaplens_bench_column;

enum { HEAPLENS_COLUMNS = HEAPLENS_COLUMN_VERDICT + 1, HEAPLENS_CELL_BYTES = 256 };

typedef struct heaplens_cells {
    size_t rows;                      // a title, then one a case
    size_t widths[HEAPLENS_COLUMNS];  // of the longest text; 0: no case has anything there
    char (*texts)[HEAPLENS_COLUMNS][HEAPLENS_CELL_BYTES];  // (rows) owned
} heaplens_cells;

/** Fill them; false when memory is out. */
bool heaplens__cells_make(heaplens_cells *out, const heaplens_bench_report *report);

void heaplens__cells_deinit(heaplens_cells *cells);

/** Borrowed. */
const char *heaplens__cell(const heaplens_cells *cells, size_t row, size_t column);

/** Set to the left; numbers are to the right. */
bool heaplens__column_is_text(heaplens_bench_column column);

/** The last column that is there. */
size_t heaplens__last_column(const heaplens_cells *cells);

/** Of all verdicts about a case the one to show: a regression first, then an improvement. */
heaplens_outcome heaplens__case_outcome(const heaplens_case_result *result);

#endif
