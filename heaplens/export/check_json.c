// SPDX-License-Identifier: MIT
// The result of a check for programs: docs/format/budget.md.
#include "export/check_words.h"

#include "export/diff_tables.h"

enum { CHECK_VERSION = 1 };

static void write_number(heaplens_sink *sink, const char *key, uint64_t value)
{
    heaplens__sink_printf(sink, ",\"%s\":%llu", key, (unsigned long long)value);
}

static void write_text(heaplens_sink *sink, const char *key, const char *text)
{
    heaplens__sink_printf(sink, ",\"%s\":", key);
    heaplens__sink_json(sink, text);
}

static void write_place(heaplens_sink *sink, const heaplens_diff *diff,
                        const heaplens_check_place *place, bool has_baseline)
{
    const heaplens_diff_site *const site = &diff->sites[place->row];
    const heaplens_diff_place source = heaplens__diff_place(diff, site);
    const char *comma = "";
    heaplens__sink_puts(sink, "{\"path\":[");
    for (heaplens_path path = site->path; path != HEAPLENS_PATH_EMPTY;
         path = diff->paths.steps[path].parent) {
        heaplens__sink_puts(sink, comma);
        heaplens__sink_json(sink, heaplens__path_function(&diff->paths, path));
        comma = ",";
    }
    heaplens__sink_puts(sink, "]");
    if (source.file[0] != '\0') {
        write_text(sink, "file", source.file);
        write_number(sink, "line", source.line);
    }
    write_number(sink, "value", place->after);
    if (has_baseline) {
        write_number(sink, "baseline", place->before);
    }
    heaplens__sink_puts(sink, "}");
}

static void write_limit(heaplens_sink *sink, const heaplens_check *check, size_t limit)
{
    const heaplens_budget_file *const budget = check->budget;
    const heaplens_budget_limit *const asked = &budget->limits[limit];
    const heaplens_check_result *const result = &check->results[limit];
    heaplens__sink_puts(sink, "{\"section\":");
    heaplens__sink_json(sink, heaplens__budget_text(budget, budget->sections[asked->section].name));
    write_text(sink, "limit", heaplens__budget_text(budget, asked->text));
    write_number(sink, "line", asked->line);
    write_text(sink, "metric", heaplens_budget_metric_name(asked->metric));
    write_text(sink, "verdict", heaplens_verdict_name(result->verdict));
    write_text(sink, "message", heaplens__check_clause(check, limit).text);
    write_number(sink, "value", result->value);
    write_number(sink, "bound", result->bound);
    write_number(sink, "interval", result->interval);
    if (check->has_baseline) {
        write_number(sink, "baseline", result->baseline);
    }
    write_number(sink, "stacks", result->stacks);
    heaplens__sink_puts(sink, ",\"places\":[");
    for (size_t i = 0; i < result->place_count; i++) {
        heaplens__sink_puts(sink, i == 0 ? "\n  " : ",\n  ");
        write_place(sink, check->sections[asked->section].diff,
                    &check->places[result->place_first + i], check->has_baseline);
    }
    heaplens__sink_puts(sink, "]}");
}

heaplens_status heaplens_write_check_json(heaplens_sink *sink, const heaplens_check *check,
                                          const heaplens_check_names *names)
{
    heaplens__sink_printf(sink, "{\"format\":\"heaplens-check\",\"version\":%d", CHECK_VERSION);
    write_text(sink, "verdict", heaplens_verdict_name(heaplens_check_verdict(check)));
    write_text(sink, "budget", names->budget);
    write_text(sink, "profile", names->profile);
    if (names->baseline != NULL) {
        write_text(sink, "baseline", names->baseline);
    }
    heaplens__sink_puts(sink, ",\n\"limits\":[");
    for (size_t i = 0; i < check->budget->limit_count; i++) {
        heaplens__sink_puts(sink, i == 0 ? "\n" : ",\n");
        write_limit(sink, check, i);
    }
    heaplens__sink_puts(sink, "]}\n");
    return heaplens__sink_flush(sink);
}
