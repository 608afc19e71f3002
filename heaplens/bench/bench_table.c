// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/bench_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_cells.h"
#include "bench/bench_change.h"
#include "bench/quantity_text.h"

static const char *color_of(heaplens_outcome outcome)
{
    switch (outcome) {
    case HEAPLENS_OUTCOME_REGRESSED: return "\033[31m";
    case HEAPLENS_OUTCOME_IMPROVED: return "\033[32m";
    case HEAPLENS_OUTCOME_INCONCLUSIVE:
    case HEAPLENS_OUTCOME_NO_CHANGE: return "";
    }
    return "";
}

static void write_cell(FILE *file, const heaplens_cells *cells, size_t row, size_t column,
                       const char *color)
{
    const char *const text = heaplens__cell(cells, row, column);
    const int width = (int)cells->widths[column];
    const char *const end = color[0] == '\0' ? "" : "\033[0m";
    if (heaplens__column_is_text((heaplens_bench_column)column)) {
        // Nothing follows the last cell of a line.
        const bool is_last = column == heaplens__last_column(cells);
        (void)fprintf(file, "%s%*s%s", color, is_last ? 0 : -width, text, end);
    } else {
        (void)fprintf(file, "%s%*s%s", color, width, text, end);
    }
}

static void write_rows(FILE *file, const heaplens_bench_report *report, const heaplens_cells *cells,
                       bool has_color)
{
    for (size_t row = 0; row < cells->rows; row++) {
        bool is_first = true;
        const heaplens_case_result *const result = row == 0 ? NULL : &report->cases[row - 1];
        for (size_t column = 0; column < HEAPLENS_COLUMNS; column++) {
            if (cells->widths[column] == 0) {
                continue;
            }
            const bool is_verdict = column == HEAPLENS_COLUMN_VERDICT && result != NULL;
            (void)fprintf(file, "%s", is_first ? "" : "  ");
            write_cell(file, cells, row, column,
                       has_color && is_verdict ? color_of(heaplens__case_outcome(result)) : "");
            is_first = false;
        }
        (void)fprintf(file, "\n");
    }
}

static void write_failures(FILE *file, const heaplens_bench_report *report)
{
    for (size_t i = 0; i < report->case_count; i++) {
        const heaplens_case_result *const result = &report->cases[i];
        if (result->status == HEAPLENS_CASE_FAILED) {
            (void)fprintf(file, "%s failed: %s\n", result->id,
                          result->message == NULL ? "no reason given" : result->message);
        }
    }
}

static void write_counter(FILE *file, const heaplens_counter *counter, const char *before)
{
    const bool is_whole = counter->value == floor(counter->value) && fabs(counter->value) < 1e15;
    char text[64];
    if (is_whole || fabs(counter->value) >= 1000) {
        heaplens__whole_text((int64_t)llround(counter->value), text, sizeof text);
    } else {
        (void)snprintf(text, sizeof text, "%.4g", counter->value);
    }
    (void)fprintf(file, "%s%s %s", before, counter->name, text);
}

static void write_counters(FILE *file, const heaplens_bench_report *report)
{
    bool has_title = false;
    for (size_t i = 0; i < report->case_count; i++) {
        const heaplens_case_result *const result = &report->cases[i];
        if (result->counter_count + result->hardware_count == 0) {
            continue;
        }
        (void)fprintf(file, "%s  %s: ", has_title ? "" : "\nCounters\n", result->id);
        has_title = true;
        for (size_t c = 0; c < result->counter_count; c++) {
            write_counter(file, &result->counters[c], c == 0 ? "" : ", ");
        }
        for (size_t c = 0; c < result->hardware_count; c++) {
            write_counter(file, &result->hardware[c], c + result->counter_count == 0 ? "" : ", ");
        }
        (void)fprintf(file, "\n");
    }
}

// With its sign; whole where it is whole, as it is unless iterations differ.
static void signed_text(double value, char *text, size_t cap)
{
    if (value == floor(value) && fabs(value) < 1e15) {
        char digits[40];
        heaplens__whole_text((int64_t)value, digits, sizeof digits);
        (void)snprintf(text, cap, "%s%s", value > 0 ? "+" : "", digits);
    } else {
        (void)snprintf(text, cap, "%+.2f", value);
    }
}

static void write_site(FILE *file, const heaplens_site_change *site)
{
    char blocks[48];
    char bytes[48];
    signed_text(site->blocks_head - site->blocks_base, blocks, sizeof blocks);
    signed_text(site->bytes_head - site->bytes_base, bytes, sizeof bytes);
    (void)fprintf(file, "    %s %s, %s bytes an iteration (%.10g before): %s\n", blocks,
                  fabs(site->blocks_head - site->blocks_base) == 1 ? "block" : "blocks", bytes,
                  site->blocks_base, site->path);
}

enum { SITES_SHOWN = 8 };

static bool has_changed_memory(const heaplens_case_result *result)
{
    for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS; kind++) {
        const heaplens_outcome outcome = result->change.memory[kind].outcome;
        if (result->change.has_memory[kind] &&
            (outcome == HEAPLENS_OUTCOME_REGRESSED || outcome == HEAPLENS_OUTCOME_IMPROVED)) {
            return true;
        }
    }
    return false;
}

// The figures that changed, from what to what.
static void write_memory_changes(FILE *file, const heaplens_case_result *result)
{
    (void)fprintf(file, "  %s:", result->id);
    const char *before = " ";
    for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS; kind++) {
        const heaplens_comparison *const change = &result->change.memory[kind];
        if (!result->change.has_memory[kind] || change->base == change->head) {
            continue;
        }
        char from[40];
        char to[40];
        heaplens__whole_text((int64_t)llround(change->base), from, sizeof from);
        heaplens__whole_text((int64_t)llround(change->head), to, sizeof to);
        (void)fprintf(file, "%s%s %s -> %s (%s)", before,
                      heaplens__memory_kind_name((heaplens_memory_kind)kind), from, to,
                      heaplens__outcome_name(change->outcome));
        before = ", ";
    }
    (void)fprintf(file, "\n");
}

static void write_site_changes(FILE *file, const heaplens_bench_report *report,
                               const heaplens_bench_report *base)
{
    bool has_title = false;
    for (size_t i = 0; i < report->case_count; i++) {
        const heaplens_case_result *const result = &report->cases[i];
        const heaplens_case_result *const other = heaplens__bench_report_find(base, result->id);
        heaplens_site_change *sites = NULL;
        size_t count = 0;
        if (other == NULL || !result->has_change || !has_changed_memory(result) ||
            heaplens__site_changes(&other->memory, &result->memory, &sites, &count) !=
                HEAPLENS_OK) {
            continue;
        }
        (void)fprintf(file, "%s", has_title ? "" : "\nMemory that changed, and where\n");
        has_title = true;
        write_memory_changes(file, result);
        for (size_t s = 0; s < count && s < SITES_SHOWN; s++) {
            write_site(file, &sites[s]);
        }
        if (count > SITES_SHOWN) {
            (void)fprintf(file, "    and %zu more call sites\n", count - SITES_SHOWN);
        }
        free(sites);
    }
}

static void write_figure(FILE *file, const char *name, const heaplens_estimated *figure)
{
    char value[32];
    char low[32];
    char high[32];
    heaplens__time_text(figure->value, value, sizeof value);
    heaplens__time_text(figure->low, low, sizeof low);
    heaplens__time_text(figure->high, high, sizeof high);
    (void)fprintf(file, "    %-18s %10s  [%s  %s]\n", name, value, low, high);
}

static void write_details(FILE *file, const heaplens_case_result *result)
{
    const heaplens_estimates *const estimates = &result->estimates;
    (void)fprintf(file, "\n  %s: %zu samples, %s, %" PRIu64 " iterations to begin with\n",
                  result->id, result->sample_count, heaplens__plan_mode_name(result->plan.mode),
                  result->warm_up_iterations);
    if (estimates->has_slope) {
        write_figure(file, "slope", &estimates->slope);
        (void)fprintf(file, "    %-18s %10.5f\n", "R^2", estimates->determination);
    }
    write_figure(file, "mean", &estimates->mean);
    write_figure(file, "median", &estimates->median);
    write_figure(file, "standard deviation", &estimates->deviation);
    write_figure(file, "MAD", &estimates->median_deviation);
    const uint32_t *const found = estimates->outliers;
    (void)fprintf(file, "    outliers: %u low severe, %u low mild, %u high mild, %u high severe\n",
                  found[HEAPLENS_OUTLIER_LOW_SEVERE], found[HEAPLENS_OUTLIER_LOW_MILD],
                  found[HEAPLENS_OUTLIER_HIGH_MILD], found[HEAPLENS_OUTLIER_HIGH_SEVERE]);
    (void)fprintf(file, "    intervals from blocks of %zu samples\n", estimates->block_length);
    for (size_t i = 0; i < result->memory.site_count && i < SITES_SHOWN; i++) {
        const heaplens_memory_site *const site = &result->memory.sites[i];
        const double iterations = (double)result->memory.iterations;
        (void)fprintf(file, "    %.4g blocks, %.6g bytes an iteration: %s\n",
                      (double)site->blocks / iterations, (double)site->bytes / iterations,
                      site->path);
    }
}

static void write_notes(FILE *file, const heaplens_bench_report *report)
{
    char sample[32];
    char iteration[32];
    heaplens__time_text(report->sample_overhead_ns, sample, sizeof sample);
    heaplens__time_text(report->iteration_overhead_ns, iteration, sizeof iteration);
    (void)fprintf(file,
                  "\n%g %% intervals. The harness takes %s a sample and %s an iteration, which is "
                  "in the times.\n",
                  100 * report->settings.confidence, sample, iteration);
    if (report->memory_reason != NULL) {
        (void)fprintf(file, "Memory not measured: %s.\n", report->memory_reason);
    }
    if (report->has_base) {
        (void)fprintf(file,
                      "Compared with %s%s, which was measured at another time; `heaplens compare` "
                      "measures both side by side.\n",
                      report->base.name, report->base.is_foreign ? " OF ANOTHER MACHINE" : "");
    }
}

void heaplens__bench_table_write(FILE *file, const heaplens_bench_report *report,
                                 const heaplens_table_options *options)
{
    heaplens_cells cells;
    if (!heaplens__cells_make(&cells, report)) {
        return;
    }
    write_rows(file, report, &cells, options->has_color);
    heaplens__cells_deinit(&cells);
    write_counters(file, report);
    if (options->base != NULL) {
        write_site_changes(file, report, options->base);
    }
    for (size_t i = 0; i < report->case_count && options->is_verbose; i++) {
        if (report->cases[i].sample_count > 0) {
            write_details(file, &report->cases[i]);
        }
    }
    write_notes(file, report);
    write_failures(file, report);
}

// A bar would end the cell.
static void write_markdown_cell(FILE *file, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        (void)fprintf(file, *c == '|' ? "\\%c" : "%c", *c);
    }
}

void heaplens__bench_markdown_write(FILE *file, const heaplens_bench_report *report)
{
    heaplens_cells cells;
    if (!heaplens__cells_make(&cells, report)) {
        return;
    }
    for (size_t row = 0; row < cells.rows; row++) {
        for (size_t column = 0; column < HEAPLENS_COLUMNS; column++) {
            if (cells.widths[column] > 0) {
                (void)fprintf(file, "| ");
                write_markdown_cell(file, heaplens__cell(&cells, row, column));
                (void)fprintf(file, " ");
            }
        }
        (void)fprintf(file, "|\n");
        for (size_t column = 0; column < HEAPLENS_COLUMNS && row == 0; column++) {
            if (cells.widths[column] > 0) {
                const bool is_text = heaplens__column_is_text((heaplens_bench_column)column);
                (void)fprintf(file, is_text ? "|---" : "|--:");
            }
        }
        (void)fprintf(file, "%s", row == 0 ? "|\n" : "");
    }
    heaplens__cells_deinit(&cells);
    write_notes(file, report);
}
