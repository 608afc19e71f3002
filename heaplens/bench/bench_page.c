// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/bench_page.h"

#include <stdlib.h>

#include "bench/bench_cells.h"
#include "bench/report_html.h"
#include "bench/report_json.h"

static void write_text(FILE *file, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        switch (*c) {
        case '<': (void)fprintf(file, "&lt;"); break;
        case '>': (void)fprintf(file, "&gt;"); break;
        case '&': (void)fprintf(file, "&amp;"); break;
        default: (void)fprintf(file, "%c", *c); break;
        }
    }
}

static void write_table(FILE *file, const heaplens_cells *cells)
{
    (void)fprintf(file, "<table>\n");
    for (size_t row = 0; row < cells->rows; row++) {
        (void)fprintf(file, "<tr>");
        for (size_t column = 0; column < HEAPLENS_COLUMNS; column++) {
            if (cells->widths[column] > 0) {
                const char *const tag = row == 0 ? "th" : "td";
                const bool is_text = heaplens__column_is_text((heaplens_bench_column)column);
                (void)fprintf(file, "<%s%s>", tag, is_text ? "" : " class=\"number\"");
                write_text(file, heaplens__cell(cells, row, column));
                (void)fprintf(file, "</%s>", tag);
            }
        }
        (void)fprintf(file, "</tr>\n");
    }
    (void)fprintf(file, "</table>\n");
}

// Without node and npm the build has no viewer: a page with the table, and the document for others.
static void write_plain_head(FILE *file, const heaplens_bench_report *report,
                             const heaplens_cells *cells)
{
    (void)fprintf(
        file,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Benchmarks of ");
    write_text(file, report->program);
    (void)fprintf(file, "</title>\n<style>body { font: 16px system-ui, sans-serif; margin: 2em; }\n"
                        "td, th { padding: 0.2em 0.8em; text-align: left; }\n"
                        ".number { text-align: right; font-variant-numeric: tabular-nums; }\n"
                        "</style>\n<h1>");
    write_text(file, report->program);
    (void)fprintf(file, "</h1>\n<p>");
    write_text(file, report->machine.processor);
    (void)fprintf(file, ", %u processors, ", report->machine.processors);
    write_text(file, report->machine.kernel);
    (void)fprintf(file, "</p>\n");
    write_table(file, cells);
}

static void write_plain_page(FILE *file, const heaplens_bench_report *report, const char *json,
                             size_t size)
{
    heaplens_cells cells;
    if (!heaplens__cells_make(&cells, report)) {
        return;
    }
    write_plain_head(file, report, &cells);
    heaplens__report_html_write_document(file, json, size);
    (void)fprintf(file, "</html>\n");
    heaplens__cells_deinit(&cells);
}

void heaplens__bench_page_write(FILE *file, const heaplens_bench_report *report)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const memory = open_memstream(&text, &size);
    if (memory == NULL) {
        return;
    }
    heaplens__report_write_json(memory, report);
    if (fclose(memory) == 0 && heaplens__report_html_exists()) {
        heaplens__report_html_write(file, text, size);
    } else {
        write_plain_page(file, report, text, size);
    }
    free(text);
}
