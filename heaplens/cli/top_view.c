// SPDX-License-Identifier: MIT
// What `heaplens top` shows, as text and as JSON.
#define _GNU_SOURCE

#include "cli/top_view.h"

#include <stdio.h>
#include <string.h>

#include "export/figure_text.h"
#include "export/frame_text.h"
#include "export/function_text.h"
#include "profile/responsible.h"

enum { CALLERS_SHOWN = 4, LINE_BYTES = 1024, WIDTH_DEFAULT = 160 };

static const char *command_of(const heaplens_top_view *view)
{
    return heaplens__names_text(&view->session->names, view->process->facts.command);
}

// A line that is filled as far as it goes.
typedef struct callers_line {
    char text[LINE_BYTES];
    size_t used;
    int shown;
} callers_line;

static void add_caller(callers_line *line, const heaplens_shown_frame *frame)
{
    char place[128] = "";
    if (line->shown == 0 && frame->file[0] != '\0') {
        (void)snprintf(place, sizeof(place), " %.100s:%u", heaplens__path_base(frame->file),
                       frame->line);
    }
    const size_t room = sizeof(line->text) - line->used;
    const int more =
        snprintf(line->text + line->used, room, "%s%s%s", line->shown == 0 ? "" : " < ",
                 heaplens__function_text_plain(frame->function).text, place);
    line->used += more > 0 && (size_t)more < room ? (size_t)more : 0;
    line->shown++;
}

// "read_line parse.c:12 < parse < main", as many callers as fit: the function that is responsible
// first, since the innermost ones are malloc's wrappers.
static void write_callers(heaplens_sink *sink, const heaplens_top_view *view,
                          const heaplens_site *site, size_t room)
{
    const heaplens_place who = heaplens__responsible(view->session, view->process, site->stack);
    callers_line line = {.text = ""};
    bool has_begun = false;
    for (uint32_t node = site->stack; node != HEAPLENS_NODE_ROOT && line.shown < CALLERS_SHOWN;
         node = view->process->nodes[node].parent) {
        const heaplens_location *const location =
            &view->process->locations[view->process->nodes[node].location];
        const uint32_t frames = heaplens__location_frames(location);
        for (uint32_t i = 0; i < frames && line.shown < CALLERS_SHOWN; i++) {
            heaplens_shown_frame frame;
            has_begun = has_begun || (location == who.location && i == who.frame);
            heaplens__frame_show(view->session, view->process, location, i, &frame);
            // How a thread comes to its first function is the same in every stack.
            if (has_begun && !(line.shown > 0 && heaplens__is_thread_start(frame.function))) {
                add_caller(&line, &frame);
            }
        }
    }
    line.text[room < line.used ? room : line.used] = '\0';
    heaplens__sink_line(sink, line.used == 0 ? HEAPLENS_NO_STACK_TEXT : line.text, '\0', "");
}

static void write_totals(heaplens_sink *sink, const heaplens_top_view *view)
{
    const heaplens_facts *const facts = &view->process->facts;
    heaplens__sink_printf(sink, "%s in %s live, peak %s; allocated %s in %s",
                          heaplens__figure_bytes(facts->bytes_end).text,
                          heaplens__figure_counted(facts->blocks_end, "block", "blocks").text,
                          heaplens__figure_bytes(facts->bytes_peak).text,
                          heaplens__figure_bytes(facts->bytes_total).text,
                          heaplens__figure_counted(facts->blocks_total, "block", "blocks").text);
    if (view->has_rates) {
        heaplens__sink_printf(
            sink, ", %s and %s a second",
            heaplens__figure_bytes((uint64_t)view->bytes_a_second).text,
            heaplens__figure_counted((uint64_t)view->blocks_a_second, "block", "blocks").text);
    }
    heaplens__sink_puts(sink, "\n");
}

heaplens_status heaplens__top_write_text(heaplens_sink *sink, const heaplens_top_view *view)
{
    const heaplens_facts *const facts = &view->process->facts;
    const size_t width = view->width > 0 ? view->width : WIDTH_DEFAULT;
    const char *const command = command_of(view);
    const size_t command_bytes = strlen(command);
    heaplens__sink_printf(sink, "process %u: ", facts->pid);
    char cut[LINE_BYTES];
    const size_t room = width > 40 ? width - 40 : 1;
    (void)snprintf(cut, sizeof(cut), "%.*s%s", (int)(room < 900 ? room : 900), command,
                   command_bytes > room ? "..." : "");
    heaplens__sink_line(sink, cut, '\0', "");
    heaplens__sink_puts(sink, "\n");
    write_totals(sink, view);
    heaplens__sink_puts(sink, "\n      live    blocks     total    blocks  where\n");
    for (size_t i = 0; i < view->site_count; i++) {
        const heaplens_site *const site = &view->process->sites[view->sites[i]];
        heaplens__sink_printf(sink, "%10s %9s %9s %9s  ",
                              heaplens__figure_bytes(site->bytes_end).text,
                              heaplens__figure_count(site->blocks_end).text,
                              heaplens__figure_bytes(site->bytes_total).text,
                              heaplens__figure_count(site->blocks_total).text);
        write_callers(sink, view, site, width > 64 ? width - 44 : 20);
        heaplens__sink_puts(sink, "\n");
    }
    return heaplens__sink_flush(sink);
}

// ----------------------------------------------------------------------------------- JSON

static void write_figure(heaplens_sink *sink, const char *name, uint64_t value)
{
    heaplens__sink_printf(sink, "\"%s\":%llu,", name, (unsigned long long)value);
}

static void write_frame(heaplens_sink *sink, const heaplens_top_view *view,
                        const heaplens_location *location, uint32_t index)
{
    heaplens_shown_frame frame;
    heaplens__frame_show(view->session, view->process, location, index, &frame);
    heaplens__sink_puts(sink, "{\"function\":");
    heaplens__sink_json(sink, frame.function);
    heaplens__sink_puts(sink, ",\"file\":");
    heaplens__sink_json(sink, frame.file);
    heaplens__sink_printf(sink, ",\"line\":%u,\"module\":", frame.line);
    heaplens__sink_json(sink, heaplens__location_module(view->session, view->process, location));
    heaplens__sink_puts(sink, "}");
}

static void write_site(heaplens_sink *sink, const heaplens_top_view *view,
                       const heaplens_site *site)
{
    heaplens__sink_puts(sink, "{");
    write_figure(sink, "bytes_live", site->bytes_end);
    write_figure(sink, "blocks_live", site->blocks_end);
    write_figure(sink, "bytes_total", site->bytes_total);
    write_figure(sink, "blocks_total", site->blocks_total);
    heaplens__sink_puts(sink, "\"stack\":[");
    uint32_t node = site->stack;
    for (const char *comma = ""; node != HEAPLENS_NODE_ROOT;
         node = view->process->nodes[node].parent) {
        const heaplens_location *const location =
            &view->process->locations[view->process->nodes[node].location];
        const uint32_t frames = heaplens__location_frames(location);
        for (uint32_t i = 0; i < frames; i++, comma = ",") {
            heaplens__sink_puts(sink, comma);
            write_frame(sink, view, location, i);
        }
    }
    heaplens__sink_puts(sink, "]}");
}

heaplens_status heaplens__top_write_json(heaplens_sink *sink, const heaplens_top_view *view)
{
    const heaplens_facts *const facts = &view->process->facts;
    heaplens__sink_printf(sink, "{\"version\":1,\"pid\":%u,\"command\":", facts->pid);
    heaplens__sink_json(sink, command_of(view));
    heaplens__sink_puts(sink, ",");
    write_figure(sink, "duration_ns", facts->duration_ns);
    write_figure(sink, "bytes_live", facts->bytes_end);
    write_figure(sink, "blocks_live", facts->blocks_end);
    write_figure(sink, "bytes_peak", facts->bytes_peak);
    write_figure(sink, "blocks_peak", facts->blocks_peak);
    write_figure(sink, "bytes_total", facts->bytes_total);
    write_figure(sink, "blocks_total", facts->blocks_total);
    heaplens__sink_puts(sink, "\"sites\":[");
    for (size_t i = 0; i < view->site_count; i++) {
        heaplens__sink_puts(sink, i == 0 ? "" : ",");
        write_site(sink, view, &view->process->sites[view->sites[i]]);
    }
    heaplens__sink_puts(sink, "]}\n");
    return heaplens__sink_flush(sink);
}
