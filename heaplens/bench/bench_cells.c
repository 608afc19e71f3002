// SPDX-License-Identifier: MIT
#include "bench/bench_cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/quantity_text.h"

static const char *const titles[HEAPLENS_COLUMNS] = {
    "benchmark", "time", "interval", "items",  "bytes/s",  "allocs",
    "bytes",     "peak", "growth",   "change", "interval", "verdict",
};

static void fill_time(char (*cells)[HEAPLENS_CELL_BYTES], const heaplens_case_result *result)
{
    const heaplens_estimated *const typical = heaplens__typical(&result->estimates);
    char low[32];
    char high[32];
    heaplens__time_text(typical->value, cells[HEAPLENS_COLUMN_TIME], HEAPLENS_CELL_BYTES);
    heaplens__time_text(typical->low, low, sizeof low);
    heaplens__time_text(typical->high, high, sizeof high);
    (void)snprintf(cells[HEAPLENS_COLUMN_INTERVAL], HEAPLENS_CELL_BYTES, "[%s  %s]", low, high);
    if (result->items > 0) {
        heaplens__rate_text((double)result->items * 1e9 / typical->value, 0,
                            cells[HEAPLENS_COLUMN_ITEMS], HEAPLENS_CELL_BYTES);
    }
    if (result->bytes > 0) {
        heaplens__rate_text((double)result->bytes * 1e9 / typical->value, 1,
                            cells[HEAPLENS_COLUMN_BYTES_RATE], HEAPLENS_CELL_BYTES);
    }
}

// Figures that do not repeat are marked as the means that they are.
static void fill_memory_figure(char *cell, const heaplens_memory *memory, heaplens_memory_kind kind)
{
    char text[40];
    heaplens__whole_text((int64_t)llround(memory->figures[kind].value), text, sizeof text);
    (void)snprintf(cell, HEAPLENS_CELL_BYTES, "%s%s", memory->repeats[kind] ? "" : "~", text);
}

static void fill_memory(char (*cells)[HEAPLENS_CELL_BYTES], const heaplens_memory *memory)
{
    fill_memory_figure(cells[HEAPLENS_COLUMN_BLOCKS], memory, HEAPLENS_MEMORY_BLOCKS);
    fill_memory_figure(cells[HEAPLENS_COLUMN_BYTES], memory, HEAPLENS_MEMORY_BYTES);
    fill_memory_figure(cells[HEAPLENS_COLUMN_PEAK], memory, HEAPLENS_MEMORY_PEAK);
    fill_memory_figure(cells[HEAPLENS_COLUMN_GROWTH], memory, HEAPLENS_MEMORY_GROWTH);
}

static heaplens_outcome memory_outcome(const heaplens_case_change *change)
{
    heaplens_outcome found = HEAPLENS_OUTCOME_NO_CHANGE;
    for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS; kind++) {
        if (change->has_memory[kind]) {
            const heaplens_outcome outcome = change->memory[kind].outcome;
            if (outcome == HEAPLENS_OUTCOME_REGRESSED || found == HEAPLENS_OUTCOME_NO_CHANGE) {
                found = outcome;
            }
        }
    }
    return found;
}

static bool has_memory_change(const heaplens_case_change *change)
{
    const heaplens_outcome outcome = memory_outcome(change);
    return outcome == HEAPLENS_OUTCOME_REGRESSED || outcome == HEAPLENS_OUTCOME_IMPROVED;
}

heaplens_outcome heaplens__case_outcome(const heaplens_case_result *result)
{
    const heaplens_case_change *const change = &result->change;
    if (!result->has_change) {
        return HEAPLENS_OUTCOME_INCONCLUSIVE;
    }
    const heaplens_outcome of_time =
        change->has_time ? change->time.outcome : HEAPLENS_OUTCOME_NO_CHANGE;
    const heaplens_outcome of_memory = memory_outcome(change);
    if (of_memory == HEAPLENS_OUTCOME_REGRESSED || of_time == HEAPLENS_OUTCOME_NO_CHANGE) {
        return of_memory;
    }
    return of_time;
}

static void fill_change(char (*cells)[HEAPLENS_CELL_BYTES], const heaplens_case_result *result)
{
    const heaplens_case_change *const change = &result->change;
    char low[32];
    char high[32];
    const char *of_time = "not comparable";
    if (change->has_time) {
        heaplens__percent_text(change->time.change, cells[HEAPLENS_COLUMN_CHANGE],
                               HEAPLENS_CELL_BYTES);
        heaplens__percent_text(change->time.low, low, sizeof low);
        heaplens__percent_text(change->time.high, high, sizeof high);
        (void)snprintf(cells[HEAPLENS_COLUMN_CHANGE_INTERVAL], HEAPLENS_CELL_BYTES, "[%s  %s]", low,
                       high);
        of_time = heaplens__outcome_name(change->time.outcome);
    }
    if (has_memory_change(change)) {
        (void)snprintf(cells[HEAPLENS_COLUMN_VERDICT], HEAPLENS_CELL_BYTES, "%s; memory %s",
                       of_time, heaplens__outcome_name(memory_outcome(change)));
    } else {
        (void)snprintf(cells[HEAPLENS_COLUMN_VERDICT], HEAPLENS_CELL_BYTES, "%s", of_time);
    }
}

static void fill_row(char (*cells)[HEAPLENS_CELL_BYTES], const heaplens_bench_report *report,
                     const heaplens_case_result *result)
{
    (void)snprintf(cells[HEAPLENS_COLUMN_NAME], HEAPLENS_CELL_BYTES, "%s", result->id);
    if (result->status == HEAPLENS_CASE_FAILED) {
        (void)snprintf(cells[HEAPLENS_COLUMN_TIME], HEAPLENS_CELL_BYTES, "failed");
        return;
    }
    if (result->sample_count > 0) {
        fill_time(cells, result);
    }
    if (result->memory.is_measured) {
        fill_memory(cells, &result->memory);
    }
    if (result->has_change) {
        fill_change(cells, result);
    } else if (report->has_base) {
        (void)snprintf(cells[HEAPLENS_COLUMN_VERDICT], HEAPLENS_CELL_BYTES, "new");
    }
}

// The column of growth is of use where something grows.
static void drop_growth_of_nothing(heaplens_cells *cells, const heaplens_bench_report *report)
{
    for (size_t i = 0; i < report->case_count; i++) {
        if (report->cases[i].memory.figures[HEAPLENS_MEMORY_GROWTH].value != 0) {
            return;
        }
    }
    for (size_t row = 1; row < cells->rows; row++) {
        cells->texts[row][HEAPLENS_COLUMN_GROWTH][0] = '\0';
    }
}

static void measure_widths(heaplens_cells *cells)
{
    for (size_t column = 0; column < HEAPLENS_COLUMNS; column++) {
        for (size_t row = cells->rows; row > 0; row--) {  // the title last: it alone is no reason
            const size_t width = strlen(cells->texts[row - 1][column]);
            const bool counts = row > 1 || cells->widths[column] > 0;
            if (counts && width > cells->widths[column]) {
                cells->widths[column] = width;
            }
        }
    }
}

bool heaplens__cells_make(heaplens_cells *out, const heaplens_bench_report *report)
{
    *out = (heaplens_cells){.rows = report->case_count + 1};
    out->texts = calloc(out->rows, sizeof *out->texts);
    if (out->texts == NULL) {
        return false;
    }
    for (size_t column = 0; column < HEAPLENS_COLUMNS; column++) {
        (void)snprintf(out->texts[0][column], HEAPLENS_CELL_BYTES, "%s", titles[column]);
    }
    for (size_t i = 0; i < report->case_count; i++) {
        fill_row(out->texts[i + 1], report, &report->cases[i]);
    }
    drop_growth_of_nothing(out, report);
    measure_widths(out);
    return true;
}

void heaplens__cells_deinit(heaplens_cells *cells)
{
    free(cells->texts);
    *cells = (heaplens_cells){.texts = NULL};
}

const char *heaplens__cell(const heaplens_cells *cells, size_t row, size_t column)
{
    return cells->texts[row][column];
}

bool heaplens__column_is_text(heaplens_bench_column column)
{
    return column == HEAPLENS_COLUMN_NAME || column == HEAPLENS_COLUMN_VERDICT;
}

size_t heaplens__last_column(const heaplens_cells *cells)
{
    size_t last = 0;
    for (size_t column = 0; column < HEAPLENS_COLUMNS; column++) {
        last = cells->widths[column] > 0 ? column : last;
    }
    return last;
}
