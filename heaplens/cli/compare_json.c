// SPDX-License-Identifier: MIT
// A comparison as JSON, as docs/format/compare.md says.
#include "cli/compare_report.h"

#include <math.h>

#include "export/diff_tables.h"

static void put_number(heaplens_sink *sink, double value)
{
    if (isfinite(value)) {
        heaplens__sink_printf(sink, "%.17g", value);
    } else {
        heaplens__sink_puts(sink, "null");
    }
}

static void put_interval(heaplens_sink *sink, double low, double high)
{
    if (isfinite(low) && isfinite(high)) {
        heaplens__sink_printf(sink, "[%.17g, %.17g]", low, high);
    } else {
        heaplens__sink_puts(sink, "null");
    }
}

static const char *boolean(bool value)
{
    return value ? "true" : "false";
}

static void put_optional(heaplens_sink *sink, const char *text)
{
    if (text == NULL) {
        heaplens__sink_puts(sink, "null");
    } else {
        heaplens__sink_json(sink, text);
    }
}

static void put_outcome(heaplens_sink *sink, heaplens_outcome outcome)
{
    static const char *const words[HEAPLENS_OUTCOME_COUNT] = {
        [HEAPLENS_OUTCOME_INCONCLUSIVE] = "inconclusive",
        [HEAPLENS_OUTCOME_NO_CHANGE] = "no-change",
        [HEAPLENS_OUTCOME_IMPROVED] = "improved",
        [HEAPLENS_OUTCOME_REGRESSED] = "regressed",
    };
    heaplens__sink_printf(sink, "\"%s\"", words[outcome]);
}

static void put_values(heaplens_sink *sink, const double *values, size_t count)
{
    heaplens__sink_puts(sink, "[");
    for (size_t i = 0; i < count; i++) {
        heaplens__sink_puts(sink, i == 0 ? "" : ", ");
        put_number(sink, values[i]);
    }
    heaplens__sink_puts(sink, "]");
}

static void put_place(heaplens_sink *sink, const heaplens_compare_report *report,
                      const heaplens_grown_site *grown)
{
    if (grown->site == NULL) {
        return;
    }
    const heaplens_diff_place place = heaplens__diff_place(report->diff, grown->site);
    if (place.file[0] != '\0') {
        heaplens__sink_puts(sink, ", \"file\": ");
        heaplens__sink_json(sink, place.file);
        heaplens__sink_printf(sink, ", \"line\": %u", place.line);
    }
}

static void put_path(heaplens_sink *sink, const heaplens_compare_report *report,
                     const heaplens_grown_site *grown)
{
    if (grown->site == NULL) {
        heaplens__sink_puts(sink, "[");
        heaplens__sink_json(sink, grown->path);
        heaplens__sink_puts(sink, "]");
        return;
    }
    const heaplens_paths *const paths = &report->diff->paths;
    const char *comma = "[";
    for (heaplens_path path = grown->site->path; path != HEAPLENS_PATH_EMPTY;
         path = paths->steps[path].parent) {
        heaplens__sink_puts(sink, comma);
        heaplens__sink_json(sink, heaplens__path_function(paths, path));
        comma = ", ";
    }
    heaplens__sink_puts(sink, comma[0] == '[' ? "[]" : "]");
}

static void put_growth(heaplens_sink *sink, const heaplens_compare_report *report,
                       const heaplens_compared *figure)
{
    heaplens__sink_puts(sink, ",\n     \"grown\": [");
    for (size_t i = 0; i < figure->growth.count; i++) {
        const heaplens_grown_site *const grown = &figure->growth.sites[i];
        heaplens__sink_printf(
            sink, "%s\n      {\"before\": %llu, \"after\": %llu, \"path\": ", i == 0 ? "" : ",",
            (unsigned long long)grown->before, (unsigned long long)grown->after);
        put_path(sink, report, grown);
        put_place(sink, report, grown);
        heaplens__sink_puts(sink, "}");
    }
    heaplens__sink_printf(sink, "], \"grown_left_out\": %zu", figure->growth.more);
}

static const char *unit_name(heaplens_unit unit)
{
    switch (unit) {
    case HEAPLENS_UNIT_SECONDS: return "s";
    case HEAPLENS_UNIT_BYTES: return "B";
    case HEAPLENS_UNIT_BLOCKS: return "blocks";
    }
    return "";
}

static void put_statistics(heaplens_sink *sink, const heaplens_compared *figure)
{
    const heaplens_comparison *const item = &figure->item;
    heaplens__sink_printf(sink,
                          ",\n     \"p\": %.17g, \"p_adjusted\": %.17g, \"control\": ", item->p,
                          item->p_adjusted);
    if (figure->has_control) {
        put_interval(sink, figure->control.low, figure->control.high);
    } else {
        heaplens__sink_puts(sink, "null");
    }
    heaplens__sink_printf(sink, ", \"withheld\": %s",
                          boolean(heaplens__compare_is_withheld(figure)));
}

static void put_figure(heaplens_sink *sink, const heaplens_compare_report *report,
                       const heaplens_compared *figure)
{
    const heaplens_comparison *const item = &figure->item;
    heaplens__sink_puts(sink, "    {\"benchmark\": ");
    put_optional(sink, figure->benchmark);
    heaplens__sink_printf(sink,
                          ", \"figure\": \"%s\", \"unit\": \"%s\", \"verdict\": ", figure->key,
                          unit_name(figure->unit));
    put_outcome(sink, item->outcome);
    heaplens__sink_puts(sink, ",\n     \"base\": ");
    put_number(sink, item->base);
    heaplens__sink_puts(sink, ", \"head\": ");
    put_number(sink, item->head);
    heaplens__sink_puts(sink, ", \"change\": ");
    put_number(sink, item->change);
    heaplens__sink_puts(sink, ", \"interval\": ");
    put_interval(sink, item->low, item->high);
    heaplens__sink_printf(sink, ", \"relative\": %s, \"exact\": %s, \"margin\": %.17g",
                          boolean(item->is_relative), boolean(item->is_exact), item->margin);
    if (!item->is_exact) {
        put_statistics(sink, figure);
    }
    if (figure->has_metric) {
        put_growth(sink, report, figure);
    }
    heaplens__sink_puts(sink, ",\n     \"base_values\": ");
    put_values(sink, figure->values[0], figure->value_counts[0]);
    heaplens__sink_puts(sink, ",\n     \"head_values\": ");
    put_values(sink, figure->values[1], figure->value_counts[1]);
    heaplens__sink_puts(sink, "}");
}

heaplens_status heaplens__write_compare_json(heaplens_sink *sink, const void *what)
{
    const heaplens_compare_report *const report = what;
    heaplens__sink_puts(sink, "{\"format\": \"heaplens-compare\", \"version\": 1,\n  \"base\": ");
    heaplens__sink_json(sink, report->commands[0]);
    heaplens__sink_puts(sink, ",\n  \"head\": ");
    heaplens__sink_json(sink, report->commands[1]);
    heaplens__sink_puts(sink, ",\n  \"verdict\": ");
    put_outcome(sink, heaplens__compare_verdict(report));
    heaplens__sink_printf(sink,
                          ", \"alpha\": %.17g, \"margin\": %.17g, \"seed\": %llu,\n"
                          "  \"blocks\": %zu, \"blocks_max\": %zu, \"recordings\": %zu, "
                          "\"end\": \"%s\", \"random_addresses\": %s,\n  \"heap_reason\": ",
                          report->alpha, report->margin, (unsigned long long)report->seed,
                          report->blocks, report->blocks_max, report->recordings,
                          heaplens__compare_end_name(report->end),
                          boolean(report->has_random_addresses));
    put_optional(sink, report->heap_reason);
    heaplens__sink_puts(sink, ",\n  \"only_base\": ");
    put_optional(sink, report->only[0]);
    heaplens__sink_puts(sink, ", \"only_head\": ");
    put_optional(sink, report->only[1]);
    heaplens__sink_puts(sink, ",\n  \"figures\": [\n");
    for (size_t i = 0; i < report->figure_count; i++) {
        heaplens__sink_puts(sink, i == 0 ? "" : ",\n");
        put_figure(sink, report, &report->figures[i]);
    }
    heaplens__sink_puts(sink, "\n  ]}\n");
    return heaplens__sink_flush(sink);
}
