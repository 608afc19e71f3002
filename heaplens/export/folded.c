// SPDX-License-Identifier: MIT
// Folded stacks. Format: https://github.com/brendangregg/FlameGraph, the head of flamegraph.pl.
#include "export/folded.h"

#include "export/frame_text.h"

static void write_location(heaplens_sink *sink, const heaplens_session *session,
                           const heaplens_process *process, uint32_t index)
{
    const heaplens_location *const location = &process->locations[index];
    heaplens_shown_frame frame;
    for (uint32_t f = heaplens__location_frames(location); f > 0; f--) {
        heaplens__frame_show(session, process, location, f - 1, &frame);
        heaplens__sink_line(sink, frame.function, ';', ":");
        heaplens__sink_puts(sink, f > 1 ? ";" : "");
    }
}

static void write_stack(heaplens_sink *sink, const heaplens_session *session,
                        const heaplens_process *process, uint32_t stack)
{
    uint32_t nodes[HEAPLENS_STACK_DEPTH_MAX];
    const size_t depth = heaplens__stack_outermost_first(process, stack, nodes);
    if (depth == 0) {
        heaplens__sink_puts(sink, HEAPLENS_NO_STACK_TEXT);
    }
    for (size_t i = 0; i < depth; i++) {
        heaplens__sink_puts(sink, i == 0 ? "" : ";");
        write_location(sink, session, process, process->nodes[nodes[i]].location);
    }
}

heaplens_status heaplens_write_folded(heaplens_sink *sink, const heaplens_session *session,
                                      const heaplens_process *process, heaplens_metric metric)
{
    if (metric == HEAPLENS_METRIC_LIFETIME) {
        return HEAPLENS_EINVAL;
    }
    for (size_t i = 0; i < process->site_count; i++) {
        const uint64_t value = heaplens_site_value(&process->sites[i], metric);
        if (value > 0) {
            write_stack(sink, session, process, process->sites[i].stack);
            heaplens__sink_printf(sink, " %llu\n", (unsigned long long)value);
        }
    }
    return heaplens__sink_flush(sink);
}
