// SPDX-License-Identifier: MIT
// A comparison for people.
#include "cli/compare_report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "export/diff_tables.h"
#include "export/figure_text.h"
#include "export/frame_text.h"
#include "export/path_text.h"

#define BOLD  "\033[1m"
#define RED   "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

static const char *style(const heaplens_compare_report *report, const char *code)
{
    return report->has_color ? code : "";
}

static const char *style_of(const heaplens_compare_report *report, heaplens_outcome outcome)
{
    return outcome == HEAPLENS_OUTCOME_REGRESSED  ? style(report, RED)
           : outcome == HEAPLENS_OUTCOME_IMPROVED ? style(report, GREEN)
                                                  : "";
}

static void write_head(heaplens_sink *sink, const heaplens_compare_report *report)
{
    static const char *const labels[2] = {"base", "head"};
    for (size_t i = 0; i < 2; i++) {
        heaplens__sink_printf(sink, "%s%s%s  ", style(report, BOLD), labels[i],
                              style(report, PLAIN));
        heaplens__sink_safe(sink, report->commands[i]);
        heaplens__sink_puts(sink, "\n");
    }
    heaplens__sink_printf(sink, "%zu of at most %s of 4 processes", report->blocks,
                          heaplens__figure_counted(report->blocks_max, "block", "blocks").text);
    if (report->recordings > 0) {
        heaplens__sink_printf(sink, ", %zu recordings", 2 * report->recordings);
    }
    heaplens__sink_printf(sink, ", %.1f s; ", report->seconds);
    switch (report->end) {
    case HEAPLENS_COMPARE_CLEAR: heaplens__sink_puts(sink, "every verdict is clear\n"); break;
    case HEAPLENS_COMPARE_PLAN: heaplens__sink_puts(sink, "all rounds were run\n"); break;
    case HEAPLENS_COMPARE_TIME: heaplens__sink_puts(sink, "the time was up\n"); break;
    }
}

// The longest name, so that columns are aligned.
static int name_width(const heaplens_compare_report *report)
{
    size_t width = 0;
    for (size_t i = 0; i < report->figure_count; i++) {
        const size_t length = strlen(report->figures[i].name);
        width = length > width ? length : width;
    }
    return (int)width;
}

static void write_figure(heaplens_sink *sink, const heaplens_compare_report *report,
                         const heaplens_compared *figure, int width)
{
    const heaplens_comparison *const item = &figure->item;
    char noise[32] = "";
    if (figure->has_control && !item->is_exact && isfinite(heaplens__noise_floor(figure)) &&
        figure->control.is_relative) {
        (void)snprintf(noise, sizeof(noise), "%.1f %%", 100 * heaplens__noise_floor(figure));
    }
    heaplens__sink_printf(
        sink, "  %-*s %12s %12s %s%11s%s  %-21s %8s  %s%s%s\n", width, figure->name,
        heaplens__compare_value(figure->unit, item->base).text,
        heaplens__compare_value(figure->unit, item->head).text, style_of(report, item->outcome),
        heaplens__compare_change(figure, item->change).text, style(report, PLAIN),
        heaplens__compare_interval(figure).text, noise, style_of(report, item->outcome),
        heaplens__outcome_name(item->outcome), style(report, PLAIN));
}

static bool has_same_benchmark(const heaplens_compared *left, const heaplens_compared *right)
{
    return left->benchmark == right->benchmark ||
           (left->benchmark != NULL && right->benchmark != NULL &&
            strcmp(left->benchmark, right->benchmark) == 0);
}

static void write_table(heaplens_sink *sink, const heaplens_compare_report *report)
{
    const int width = name_width(report);
    heaplens__sink_printf(sink, "\n%s  %-*s %12s %12s %11s  %-21s %8s%s\n", style(report, BOLD),
                          width, "", "base", "head", "change", "interval", "noise",
                          style(report, PLAIN));
    for (size_t i = 0; i < report->figure_count; i++) {
        const heaplens_compared *const figure = &report->figures[i];
        if (figure->benchmark != NULL && (i == 0 || !has_same_benchmark(figure, figure - 1))) {
            heaplens__sink_safe(sink, figure->benchmark);
            heaplens__sink_puts(sink, "\n");
        }
        write_figure(sink, report, figure, width);
    }
}

static void write_site(heaplens_sink *sink, const heaplens_compare_report *report,
                       const heaplens_grown_site *grown, heaplens_unit unit)
{
    heaplens__sink_printf(sink, "  %14s %s  (%s -> %s)\n      ",
                          heaplens__figure_change(grown->before, grown->after).text,
                          unit == HEAPLENS_UNIT_BLOCKS ? "blocks" : "bytes",
                          heaplens__figure_count(grown->before).text,
                          heaplens__figure_count(grown->after).text);
    heaplens__put_grown_path(sink, report, grown, heaplens__sink_safe);
    if (grown->site != NULL) {
        const heaplens_diff_place place =
            heaplens__diff_place_responsible(report->diff, grown->site);
        if (place.file[0] != '\0') {
            heaplens__sink_puts(sink, "\n      at ");
            heaplens__sink_safe(sink, heaplens__path_base(place.file));
            heaplens__sink_printf(sink, ":%u", place.line);
        }
    }
    heaplens__sink_puts(sink, "\n");
}

static void write_sites(heaplens_sink *sink, const heaplens_compare_report *report)
{
    for (size_t i = 0; i < report->figure_count; i++) {
        const heaplens_compared *const figure = &report->figures[i];
        const heaplens_growth *const growth = &figure->growth;
        if (growth->count > 0) {
            heaplens__sink_printf(sink, "\n%s%s%s, where it grew\n", style(report, BOLD),
                                  figure->name, style(report, PLAIN));
        }
        for (size_t s = 0; s < growth->count; s++) {
            write_site(sink, report, &growth->sites[s], figure->unit);
        }
        if (growth->more > 0) {
            heaplens__sink_printf(sink, "      and %zu more\n", growth->more);
        }
    }
}

// What stands between the reader and taking the figures at their word.
static void write_notes(heaplens_sink *sink, const heaplens_compare_report *report)
{
    bool is_withheld = false;
    for (size_t i = 0; i < report->figure_count; i++) {
        is_withheld |= heaplens__compare_is_withheld(&report->figures[i]);
    }
    if (is_withheld) {
        heaplens__sink_puts(sink, "\nnote: a program differed from itself by more than the margin: "
                                  "no verdict on such a figure\n");
    }
    if (report->heap_reason != NULL) {
        heaplens__sink_printf(sink, "\nnote: no figures of the heap: %s\n", report->heap_reason);
    }
    if (!report->has_random_addresses) {
        heaplens__sink_puts(sink,
                            "\nnote: the kernel places programs always alike; a change may be "
                            "one of their place in memory\n");
    }
    for (size_t i = 0; i < 2; i++) {
        if (report->only[i] != NULL) {
            heaplens__sink_printf(sink, "\nnote: only %s has ", i == 0 ? "base" : "head");
            heaplens__sink_safe(sink, report->only[i]);
            heaplens__sink_puts(sink, "\n");
        }
    }
}

static void write_verdict(heaplens_sink *sink, const heaplens_compare_report *report)
{
    const heaplens_outcome verdict = heaplens__compare_verdict(report);
    heaplens__sink_printf(sink, "\n%s%s%s", style_of(report, verdict),
                          heaplens__outcome_name(verdict), style(report, PLAIN));
    size_t named = 0;
    for (size_t i = 0; i < report->figure_count; i++) {
        const heaplens_compared *const figure = &report->figures[i];
        if (figure->item.outcome != verdict || verdict == HEAPLENS_OUTCOME_NO_CHANGE) {
            continue;
        }
        heaplens__sink_puts(sink, named++ == 0 ? ": " : ", ");
        if (figure->benchmark != NULL) {
            heaplens__sink_safe(sink, figure->benchmark);
            heaplens__sink_puts(sink, " ");
        }
        heaplens__sink_puts(sink, figure->name);
    }
    heaplens__sink_printf(
        sink, "\n(margin %.3g %%; wrong in at most %.3g %% of runs of equal programs)\n",
        100 * report->margin, 100 * report->alpha);
}

heaplens_status heaplens__write_compare_text(heaplens_sink *sink, const void *what)
{
    const heaplens_compare_report *const report = what;
    write_head(sink, report);
    write_table(sink, report);
    write_sites(sink, report);
    write_notes(sink, report);
    write_verdict(sink, report);
    return heaplens__sink_flush(sink);
}
