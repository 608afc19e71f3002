// SPDX-License-Identifier: MIT
// The timeline in the report for people: heap and resident memory as two small plots, each on a scale
// of its own, since a program's code and stacks can dwarf its heap.
#include "export/report_context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/figure_text.h"

enum {
    USUAL_WIDTH = 80,    // where the terminal's is not known
    LEAST_COLUMNS = 16,  // of a plot
    MOST_COLUMNS = 120,
    LABEL_COLUMNS = 22,  // "  resident  1023.9 KiB |"
    HEAP_ROWS = 6,
    RESIDENT_ROWS = 3,
    STEPS = 8,         // a cell is filled by eighths
    LEAST_POINTS = 8,  // of fewer, some tens of milliseconds, a plot would show their spacing
};

// One plot: what was largest in the time of each column.
typedef struct plot {
    const char *name;
    uint64_t levels[MOST_COLUMNS];
    uint64_t largest;
    int rows;
} plot;

typedef struct timeline {
    const heaplens_report *report;
    const heaplens_process *process;
    uint64_t duration_ns;
    int columns;
    plot heap;
    plot resident;
} timeline;

static int column_at(const timeline *t, uint64_t time_ns)
{
    const double at = (double)time_ns / (double)t->duration_ns * t->columns;
    return at >= t->columns ? t->columns - 1 : (int)at;
}

static void raise(plot *p, int column, uint64_t level)
{
    p->levels[column] = level > p->levels[column] ? level : p->levels[column];
    p->largest = level > p->largest ? level : p->largest;
}

// Between two points nothing happened that is worth one: a level holds until the next.
static void take_points(timeline *t)
{
    const heaplens_process *const process = t->process;
    for (size_t i = 0; i < process->point_count; i++) {
        const heaplens_point *const point = &process->points[i];
        const int first = column_at(t, point->time_ns);
        const int last = i + 1 < process->point_count ? column_at(t, process->points[i + 1].time_ns)
                                                      : t->columns - 1;
        for (int column = first; column <= last; column++) {
            raise(&t->heap, column, point->bytes_live);
            raise(&t->resident, column, point->rss_bytes);
        }
    }
}

static int count_steps(const plot *p, uint64_t level)
{
    if (level == 0) {
        return 0;
    }
    const int steps = (int)((double)level / (double)p->largest * p->rows * STEPS + 0.5);
    return steps == 0 ? 1 : steps;
}

static void put_cell(const timeline *t, int steps)
{
    static const char *const blocks[STEPS + 1] = {" ",
                                                  "\xe2\x96\x81",
                                                  "\xe2\x96\x82",
                                                  "\xe2\x96\x83",
                                                  "\xe2\x96\x84",
                                                  "\xe2\x96\x85",
                                                  "\xe2\x96\x86",
                                                  "\xe2\x96\x87",
                                                  "\xe2\x96\x88"};
    static const char *const letters[STEPS + 1] = {" ", ".", ".", ".", ":", ":", ":", "#", "#"};
    const int fill = steps < 0 ? 0 : steps > STEPS ? STEPS : steps;
    heaplens__sink_puts(t->report->sink,
                        t->report->options->has_utf8 ? blocks[fill] : letters[fill]);
}

// Behind it the row is empty: no blanks at the ends of lines.
static int last_cell(const timeline *t, const plot *p, int row)
{
    int last = t->columns - 1;
    while (last >= 0 && count_steps(p, p->levels[last]) <= row * STEPS) {
        last--;
    }
    return last;
}

static void write_plot(const timeline *t, const plot *p)
{
    const heaplens_report *const r = t->report;
    for (int row = p->rows - 1; row >= 0; row--) {
        const bool is_top = row == p->rows - 1;
        heaplens__sink_printf(r->sink, "  %-8s %10s |%s", is_top ? p->name : "",
                              is_top ? heaplens__figure_bytes(p->largest).text : "",
                              heaplens__report_style(r, HEAPLENS_CYAN));
        for (int column = 0; column <= last_cell(t, p, row); column++) {
            put_cell(t, count_steps(p, p->levels[column]) - row * STEPS);
        }
        heaplens__sink_printf(r->sink, "%s\n", heaplens__report_style(r, HEAPLENS_PLAIN));
    }
    heaplens__sink_printf(r->sink, "  %8s %10s +", "", "0 B");
    for (int column = 0; column < t->columns; column++) {
        heaplens__sink_puts(r->sink, "-");
    }
    heaplens__sink_puts(r->sink, "\n");
}

// "^ peak, 3 ms after the start" under the peak's column; the words before it where they would not fit.
static void write_peak_mark(const timeline *t)
{
    const heaplens_report *const r = t->report;
    const int column = column_at(t, t->process->facts.peak_ns);
    char words[80];
    const int length = snprintf(words, sizeof(words), "peak, %s after the start",
                                heaplens__figure_time(t->process->facts.peak_ns).text);
    const bool is_behind = column + 2 + length <= t->columns || column < length + 1;
    const int indent = LABEL_COLUMNS + column - (is_behind ? 0 : length + 1);
    heaplens__sink_printf(r->sink, "%*s%s", indent, "", heaplens__report_style(r, HEAPLENS_BOLD));
    heaplens__sink_printf(r->sink, is_behind ? "^ %s" : "%s ^", words);
    heaplens__sink_printf(r->sink, "%s\n", heaplens__report_style(r, HEAPLENS_PLAIN));
}

static void write_time_axis(const timeline *t)
{
    heaplens__sink_printf(t->report->sink, "%*s0%*s\n", LABEL_COLUMNS, "", t->columns - 1,
                          heaplens__figure_time(t->duration_ns).text);
}

static bool has_peak_time(const heaplens_facts *facts)
{
    return (facts->flags & HEAPLENS_PROCESS_COUNTED) == 0 && facts->bytes_peak > 0;
}

void heaplens__report_timeline(const heaplens_report *r)
{
    const heaplens_process *const process =
        r->process->part.whole == NULL ? r->process : r->process->part.whole;
    const int width = r->options->width == 0 ? USUAL_WIDTH : (int)r->options->width;
    timeline t = {.report = r, .process = process};
    t.duration_ns = process->facts.duration_ns;
    t.columns = width - LABEL_COLUMNS - 1;
    t.columns = t.columns > MOST_COLUMNS ? MOST_COLUMNS : t.columns;
    if (r->process->site_count == 0 && r->process != process) {
        return;  // a part in which nothing happened
    }
    if (process->point_count < LEAST_POINTS || t.duration_ns == 0 || t.columns < LEAST_COLUMNS) {
        return;
    }
    t.heap = (plot){.name = "heap", .rows = HEAP_ROWS};
    t.resident = (plot){.name = "resident", .rows = RESIDENT_ROWS};
    take_points(&t);
    if (has_peak_time(&process->facts)) {
        raise(&t.heap, column_at(&t, process->facts.peak_ns), process->facts.bytes_peak);
    }
    heaplens__report_heading(r,
                             process == r->process ? "Over time" : "Over time, the whole process");
    if (t.heap.largest > 0) {
        write_plot(&t, &t.heap);
    }
    if (t.heap.largest > 0 && has_peak_time(&process->facts)) {
        write_peak_mark(&t);
    }
    if (t.resident.largest > 0) {
        write_plot(&t, &t.resident);
    }
    write_time_axis(&t);
}
