// SPDX-License-Identifier: MIT
// A comparison as Markdown, for a pull request.
#include "cli/compare_report.h"

#include <math.h>

#include "export/figure_text.h"
#include "export/path_text.h"

static void write_command(heaplens_sink *sink, const char *label, const char *command)
{
    heaplens__sink_printf(sink, "- %s: ", label);
    heaplens__sink_markdown(sink, command);
    heaplens__sink_puts(sink, "\n");
}

static void write_figure(heaplens_sink *sink, const heaplens_compared *figure)
{
    const heaplens_comparison *const item = &figure->item;
    const bool has_changed =
        item->outcome == HEAPLENS_OUTCOME_REGRESSED || item->outcome == HEAPLENS_OUTCOME_IMPROVED;
    heaplens__sink_puts(sink, "| ");
    if (figure->benchmark != NULL) {
        heaplens__sink_markdown(sink, figure->benchmark);
        heaplens__sink_puts(sink, ": ");
    }
    heaplens__sink_printf(sink, "%s | %s | %s | %s | %s | ", figure->name,
                          heaplens__compare_value(figure->unit, item->base).text,
                          heaplens__compare_value(figure->unit, item->head).text,
                          heaplens__compare_change(figure, item->change).text,
                          heaplens__compare_interval(figure).text);
    if (figure->has_control && !item->is_exact && figure->control.is_relative &&
        isfinite(heaplens__noise_floor(figure))) {
        heaplens__sink_printf(sink, "%.1f %%", 100 * heaplens__noise_floor(figure));
    }
    const char *const strong = has_changed ? "**" : "";
    heaplens__sink_printf(sink, " | %s%s%s |\n", strong, heaplens__outcome_name(item->outcome),
                          strong);
}

static void write_growth(heaplens_sink *sink, const heaplens_compare_report *report,
                         const heaplens_compared *figure)
{
    if (figure->growth.count == 0) {
        return;
    }
    heaplens__sink_puts(sink, "\n");
    if (figure->benchmark != NULL) {
        heaplens__sink_markdown(sink, figure->benchmark);
        heaplens__sink_puts(sink, ": ");
    }
    heaplens__sink_printf(sink,
                          "%s grew at\n\n| change | before | after | call site |\n"
                          "|---:|---:|---:|---|\n",
                          figure->name);
    for (size_t i = 0; i < figure->growth.count; i++) {
        const heaplens_grown_site *const grown = &figure->growth.sites[i];
        heaplens__sink_printf(
            sink, "| %s | %s | %s | ", heaplens__figure_change(grown->before, grown->after).text,
            heaplens__figure_count(grown->before).text, heaplens__figure_count(grown->after).text);
        heaplens__put_grown_path(sink, report, grown, heaplens__sink_markdown);
        heaplens__sink_puts(sink, " |\n");
    }
}

heaplens_status heaplens__write_compare_markdown(heaplens_sink *sink, const void *what)
{
    const heaplens_compare_report *const report = what;
    heaplens__sink_printf(sink, "### heaplens compare: %s\n\n",
                          heaplens__outcome_name(heaplens__compare_verdict(report)));
    write_command(sink, "base", report->commands[0]);
    write_command(sink, "head", report->commands[1]);
    heaplens__sink_printf(sink, "- %s of 4 processes, margin %.3g %%, alpha %.3g\n\n",
                          heaplens__figure_counted(report->blocks, "block", "blocks").text,
                          100 * report->margin, report->alpha);
    heaplens__sink_puts(sink, "| figure | base | head | change | interval | noise | verdict |\n"
                              "|---|---:|---:|---:|---|---:|---|\n");
    for (size_t i = 0; i < report->figure_count; i++) {
        write_figure(sink, &report->figures[i]);
    }
    for (size_t i = 0; i < report->figure_count; i++) {
        write_growth(sink, report, &report->figures[i]);
    }
    return heaplens__sink_flush(sink);
}
