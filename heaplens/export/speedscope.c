// SPDX-License-Identifier: MIT
// Speedscope's own file format, version 0.0.1: https://www.speedscope.app/file-format-schema.json
#include "export/speedscope.h"

#include "export/frame_text.h"
#include "export/function_table.h"
#include "profile/query.h"

static const struct view {
    heaplens_metric metric;
    const char *name;
    const char *unit;  // speedscope has one for bytes, and none for counts
} views[] = {
    {HEAPLENS_METRIC_PEAK, "live at the peak", "bytes"},
    {HEAPLENS_METRIC_TOTAL, "allocated", "bytes"},
    {HEAPLENS_METRIC_LEAKED, "never freed", "bytes"},
    {HEAPLENS_METRIC_BLOCKS, "blocks allocated", "none"},
    {HEAPLENS_METRIC_TEMPORARY, "temporary blocks", "none"},
};

static void write_frame(heaplens_sink *sink, const heaplens_session *session,
                        const heaplens_process *process, heaplens_function_row row)
{
    heaplens__sink_puts(sink, "{\"name\":");
    if (row.name != HEAPLENS_NAME_NONE) {
        heaplens__sink_json(sink, heaplens__names_text(&session->names, row.name));
    } else {
        const heaplens_location nameless = {.address = process->locations[row.location].address,
                                            .module = process->locations[row.location].module};
        heaplens_shown_frame shown;
        heaplens__frame_show(session, process, &nameless, 0, &shown);
        heaplens__sink_json(sink, shown.function);
    }
    if (row.file != HEAPLENS_NAME_NONE) {
        heaplens__sink_puts(sink, ",\"file\":");
        heaplens__sink_json(sink, heaplens__names_text(&session->names, row.file));
    }
    heaplens__sink_puts(sink, "},\n");
}

// The frame behind the last function is the one of sites without a stack.
static void write_frames(heaplens_sink *sink, const heaplens_session *session,
                         const heaplens_process *process, const heaplens_function_table *table)
{
    heaplens__sink_puts(sink, "\"shared\":{\"frames\":[\n");
    for (size_t i = 0; i < table->functions.count; i++) {
        write_frame(sink, session, process, heaplens__function_table_row(table, (uint32_t)i));
    }
    heaplens__sink_puts(sink, "{\"name\":\"" HEAPLENS_NO_STACK_TEXT "\"}]}");
}

static void write_sample(heaplens_sink *sink, const heaplens_process *process,
                         const heaplens_function_table *table, uint32_t stack)
{
    uint32_t nodes[HEAPLENS_STACK_DEPTH_MAX];
    const size_t depth = heaplens__stack_outermost_first(process, stack, nodes);
    const char *comma = "";
    if (depth == 0) {
        heaplens__sink_printf(sink, "[%zu]", table->functions.count);
        return;
    }
    heaplens__sink_puts(sink, "[");
    for (size_t i = 0; i < depth; i++) {
        const uint32_t location = process->nodes[nodes[i]].location;
        for (uint32_t f = heaplens__location_frames(&process->locations[location]); f > 0; f--) {
            heaplens__sink_printf(sink, "%s%u", comma,
                                  heaplens__function_table_at(table, process, location, f - 1));
            comma = ",";
        }
    }
    heaplens__sink_puts(sink, "]");
}

static void write_samples(heaplens_sink *sink, const heaplens_process *process,
                          const heaplens_function_table *table, heaplens_metric metric)
{
    const char *comma = "";
    heaplens__sink_puts(sink, ",\"samples\":[");
    for (size_t i = 0; i < process->site_count; i++) {
        if (heaplens_site_value(&process->sites[i], metric) > 0) {
            heaplens__sink_printf(sink, "%s\n", comma);
            write_sample(sink, process, table, process->sites[i].stack);
            comma = ",";
        }
    }
    heaplens__sink_puts(sink, "]");
}

static void write_weights(heaplens_sink *sink, const heaplens_process *process,
                          heaplens_metric metric)
{
    uint64_t sum = 0;
    const char *comma = "";
    heaplens__sink_puts(sink, ",\"weights\":[");
    for (size_t i = 0; i < process->site_count; i++) {
        const uint64_t value = heaplens_site_value(&process->sites[i], metric);
        if (value > 0) {
            heaplens__sink_printf(sink, "%s%llu", comma, (unsigned long long)value);
            comma = ",";
        }
        sum += value;
    }
    heaplens__sink_printf(sink, "],\"startValue\":0,\"endValue\":%llu}", (unsigned long long)sum);
}

heaplens_status heaplens_write_speedscope(heaplens_sink *sink, const heaplens_session *session,
                                          const heaplens_process *process)
{
    heaplens_function_table table;
    if (!heaplens__function_table_init(&table, process)) {
        heaplens__function_table_deinit(&table);
        return HEAPLENS_ENOMEM;
    }
    heaplens__sink_puts(sink, "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\","
                              "\"exporter\":\"heaplens\",\"activeProfileIndex\":0,\n\"name\":");
    heaplens__sink_json(sink, heaplens__names_text(&session->names, process->facts.command));
    heaplens__sink_puts(sink, ",\n\"profiles\":[");
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        heaplens__sink_printf(sink, "%s\n{\"type\":\"sampled\",\"name\":\"%s\",\"unit\":\"%s\"",
                              i == 0 ? "" : ",", views[i].name, views[i].unit);
        write_samples(sink, process, &table, views[i].metric);
        write_weights(sink, process, views[i].metric);
    }
    heaplens__sink_puts(sink, "],\n");
    write_frames(sink, session, process, &table);
    heaplens__sink_puts(sink, "}\n");
    heaplens__function_table_deinit(&table);
    return heaplens__sink_flush(sink);
}
