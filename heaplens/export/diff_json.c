// SPDX-License-Identifier: MIT
// A diff with every figure, for programs: docs/format/diff.md.
#include "export/diff_export.h"

#include <stdlib.h>

#include "export/diff_tables.h"
#include "profile/array.h"

enum { DIFF_VERSION = 1 };

static void write_side(heaplens_sink *sink, const char *key, const heaplens_diff_side *side)
{
    heaplens__sink_printf(sink, ",\n\"%s\":", key);
    if (side->process == NULL) {
        heaplens__sink_puts(sink, "null");
        return;
    }
    const heaplens_facts *const facts = &side->process->facts;
    heaplens__sink_puts(sink, "{\"command\":");
    heaplens__sink_json(sink, heaplens__names_text(&side->session->names, facts->command));
    heaplens__sink_puts(sink, ",\"host\":");
    heaplens__sink_json(sink, heaplens__names_text(&side->session->names, facts->host));
    heaplens__sink_printf(sink, ",\"pid\":%u,\"start_unix_ns\":%llu,\"peak_error_bytes\":%llu}",
                          facts->pid, (unsigned long long)facts->start_unix_ns,
                          (unsigned long long)facts->peak_error_bytes);
}

static void write_pair(heaplens_sink *sink, const char *key, uint64_t before, uint64_t after)
{
    heaplens__sink_printf(sink, "\"%s\":[%llu,%llu]", key, (unsigned long long)before,
                          (unsigned long long)after);
}

static void write_figures(heaplens_sink *sink, const heaplens_figures *before,
                          const heaplens_figures *after)
{
    heaplens__sink_puts(sink, "{");
    for (int i = 0; i < HEAPLENS_METRIC_COUNT; i++) {
        const heaplens_metric metric = (heaplens_metric)i;
        write_pair(sink,
                   metric == HEAPLENS_METRIC_LIFETIME ? "lifetime_ns_sum"
                                                      : heaplens_metric_name(metric),
                   before->values[i], after->values[i]);
        heaplens__sink_puts(sink, ",");
    }
    write_pair(sink, "leaked_blocks", before->blocks_leaked, after->blocks_leaked);
    heaplens__sink_puts(sink, ",");
    write_pair(sink, "lifetime_max_bytes", before->lifetime_max_bytes, after->lifetime_max_bytes);
    heaplens__sink_puts(sink, "}");
}

static void write_functions(heaplens_sink *sink, const heaplens_diff *diff)
{
    heaplens__sink_puts(sink, ",\n\"functions\":[");
    for (size_t i = 0; i < diff->function_count; i++) {
        const heaplens_diff_function *const function = &diff->functions[i];
        heaplens__sink_puts(sink, i == 0 ? "\n{\"name\":" : ",\n{\"name\":");
        heaplens__sink_json(sink, heaplens__names_text(&diff->paths.names, function->name));
        heaplens__sink_puts(sink, ",\"self\":");
        write_figures(sink, &function->self[0], &function->self[1]);
        heaplens__sink_puts(sink, ",\"within\":");
        write_figures(sink, &function->within[0], &function->within[1]);
        heaplens__sink_puts(sink, "}");
    }
    heaplens__sink_puts(sink, "]");
}

static void write_renames(heaplens_sink *sink, const heaplens_diff *diff)
{
    heaplens__sink_puts(sink, ",\n\"renames\":[");
    for (size_t i = 0; i < diff->rename_count; i++) {
        const heaplens_diff_rename *const rename = &diff->renames[i];
        heaplens__sink_puts(sink, i == 0 ? "\n{\"before\":" : ",\n{\"before\":");
        heaplens__sink_json(sink, heaplens__names_text(&diff->paths.names, rename->before));
        heaplens__sink_puts(sink, ",\"after\":");
        heaplens__sink_json(sink, heaplens__names_text(&diff->paths.names, rename->after));
        heaplens__sink_printf(sink, ",\"sites\":%u,\"figures\":", rename->sites);
        write_figures(sink, &rename->figures[0], &rename->figures[1]);
        heaplens__sink_puts(sink, "}");
    }
    heaplens__sink_puts(sink, "]");
}

static void write_site(heaplens_sink *sink, const heaplens_diff *diff,
                       const heaplens_diff_site *site, const uint32_t *function_of_name)
{
    const char *comma = "";
    heaplens__sink_puts(sink, "{\"path\":[");
    for (heaplens_path path = site->path; path != HEAPLENS_PATH_EMPTY;
         path = diff->paths.steps[path].parent) {
        heaplens__sink_printf(sink, "%s%u", comma,
                              function_of_name[diff->paths.steps[path].function]);
        comma = ",";
    }
    heaplens__sink_puts(sink, "],");
    write_pair(sink, "stacks", site->sites_before, site->sites_after);
    const heaplens_diff_place place = heaplens__diff_place(diff, site);
    if (place.file[0] != '\0') {
        heaplens__sink_puts(sink, ",\"file\":");
        heaplens__sink_json(sink, place.file);
        heaplens__sink_printf(sink, ",\"line\":%u", place.line);
    }
    heaplens__sink_printf(sink, ",\"loose\":%s,\"renamed\":%s,\"figures\":",
                          site->is_loose ? "true" : "false", site->is_renamed ? "true" : "false");
    write_figures(sink, &site->before, &site->after);
    heaplens__sink_puts(sink, "}");
}

heaplens_status heaplens_write_diff_json(heaplens_sink *sink, const heaplens_diff *diff,
                                         const heaplens_diff_options *options)
{
    uint32_t *const function_of_name =
        heaplens__array_zeroed(diff->paths.names.size, sizeof(*function_of_name));
    if (function_of_name == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < diff->function_count; i++) {
        function_of_name[diff->functions[i].name] = (uint32_t)i;
    }
    heaplens__sink_printf(sink, "{\"format\":\"heaplens-diff\",\"version\":%d", DIFF_VERSION);
    heaplens__sink_printf(sink, ",\n\"noise\":{\"amount\":%llu,\"share\":%g}",
                          (unsigned long long)options->noise.amount, options->noise.share);
    write_side(sink, "before", &diff->before);
    write_side(sink, "after", &diff->after);
    heaplens__sink_puts(sink, ",\n\"totals\":");
    write_figures(sink, &diff->whole[0], &diff->whole[1]);
    write_functions(sink, diff);
    write_renames(sink, diff);
    heaplens__sink_puts(sink, ",\n\"sites\":[");
    for (size_t i = 0; i < diff->site_count; i++) {
        heaplens__sink_puts(sink, i == 0 ? "\n" : ",\n");
        write_site(sink, diff, &diff->sites[i], function_of_name);
    }
    heaplens__sink_puts(sink, "]}\n");
    free(function_of_name);
    return heaplens__sink_flush(sink);
}
