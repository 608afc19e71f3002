// SPDX-License-Identifier: MIT
// DHAT JSON v2. Keys and rules: Valgrind 3.19, dhat/dh_main.c, and what dhat/dh_view.js checks.
#include "export/dhat.h"

#include <stdio.h>
#include <stdlib.h>

#include "export/frame_text.h"
#include "profile/array.h"

enum {
    NS_PER_US = 1000,
    // Blocks younger than this count as short-lived in the viewer; the value of dhat-rs.
    SHORT_LIVED_US = 10,
};

// The viewer refuses two sites with the same sequence of frame indices. Frames are therefore numbered
// by location, not by text: stacks of different locations can never come out equal.
static uint32_t frame_slots(const heaplens_location *location)
{
    return location->frame_count == 0 ? 1 : location->frame_count;
}

// 1: index 0 of the frame table is the root.
static uint32_t *number_frames(const heaplens_process *process)
{
    uint32_t *const first = heaplens__array_zeroed(process->location_count, sizeof(*first));
    uint32_t next = 1;
    for (size_t i = 0; first != NULL && i < process->location_count; i++) {
        first[i] = next;
        next += frame_slots(&process->locations[i]);
    }
    return first;
}

static void write_field(heaplens_sink *sink, const char *key, uint64_t value)
{
    heaplens__sink_printf(sink, ",\"%s\":%llu", key, (unsigned long long)value);
}

static void write_stack(heaplens_sink *sink, const heaplens_process *process, const uint32_t *first,
                        uint32_t node)
{
    const char *comma = "";
    heaplens__sink_puts(sink, ",\"fs\":[");
    for (; node != HEAPLENS_NODE_ROOT; node = process->nodes[node].parent) {
        const uint32_t location = process->nodes[node].location;
        for (uint32_t f = 0; f < frame_slots(&process->locations[location]); f++) {
            heaplens__sink_printf(sink, "%s%u", comma, first[location] + f);
            comma = ",";
        }
    }
    heaplens__sink_puts(sink, "]}");
}

static void write_site(heaplens_sink *sink, const heaplens_process *process, const uint32_t *first,
                       const heaplens_site *site)
{
    heaplens__sink_printf(sink, "{\"tb\":%llu", (unsigned long long)site->bytes_total);
    write_field(sink, "tbk", site->blocks_total);
    write_field(sink, "tl", site->lifetime_ns / NS_PER_US);
    write_field(sink, "mb", site->bytes_peak);
    write_field(sink, "mbk", site->blocks_peak);
    write_field(sink, "gb", site->bytes_gmax);
    write_field(sink, "gbk", site->blocks_gmax);
    write_field(sink, "eb", site->bytes_end);
    write_field(sink, "ebk", site->blocks_end);
    write_stack(sink, process, first, site->stack);
}

static void write_frame_text(heaplens_sink *sink, const heaplens_session *session,
                             const heaplens_process *process, const heaplens_location *location,
                             uint32_t index)
{
    char text[4096];
    const char *const module = heaplens__location_module(session, process, location);
    const unsigned long long address = (unsigned long long)location->address;
    heaplens_frame frame = {0};
    if (index < location->frame_count) {
        frame = process->frames[location->frame_first + index];
    }
    const char *const function = heaplens__names_text(&session->names, frame.function);
    const char *const file = heaplens__names_text(&session->names, frame.file);
    const char *const shown = function[0] == '\0' ? "???" : function;
    if (file[0] != '\0') {
        (void)snprintf(text, sizeof(text), "0x%llX: %s (%s:%u)", address, shown,
                       heaplens__path_base(file), frame.line);
    } else if (module[0] != '\0') {
        (void)snprintf(text, sizeof(text), "0x%llX: %s (in %s)", address, shown, module);
    } else {
        (void)snprintf(text, sizeof(text), "0x%llX: %s", address, shown);
    }
    heaplens__sink_json(sink, text);
}

static void write_frames(heaplens_sink *sink, const heaplens_session *session,
                         const heaplens_process *process)
{
    heaplens__sink_puts(sink, "\n,\"ftbl\":[\"[root]\"");
    for (size_t i = 0; i < process->location_count; i++) {
        const heaplens_location *const location = &process->locations[i];
        for (uint32_t f = 0; f < frame_slots(location); f++) {
            heaplens__sink_puts(sink, "\n,");
            write_frame_text(sink, session, process, location, f);
        }
    }
    heaplens__sink_puts(sink, "]}\n");
}

static void write_head(heaplens_sink *sink, const heaplens_session *session,
                       const heaplens_facts *facts)
{
    heaplens__sink_puts(sink, "{\"dhatFileVersion\":2,\"mode\":\"heap\",\"verb\":\"Allocated\""
                              ",\"bklt\":true,\"bkacc\":false,\"tu\":\"\xC2\xB5s\",\"Mtu\":\"s\"");
    write_field(sink, "tuth", SHORT_LIVED_US);
    heaplens__sink_puts(sink, ",\"cmd\":");
    heaplens__sink_json(sink, heaplens__names_text(&session->names, facts->command));
    write_field(sink, "pid", facts->pid);
    write_field(sink, "te", facts->duration_ns / NS_PER_US);
    write_field(sink, "tg", facts->peak_ns / NS_PER_US);
}

heaplens_status heaplens_write_dhat(heaplens_sink *sink, const heaplens_session *session,
                                    const heaplens_process *process)
{
    uint32_t *const first = number_frames(process);
    if (first == NULL) {
        return HEAPLENS_ENOMEM;
    }
    write_head(sink, session, &process->facts);
    heaplens__sink_puts(sink, "\n,\"pps\":[");
    for (size_t i = 0; i < process->site_count; i++) {
        heaplens__sink_puts(sink, i == 0 ? "\n" : "\n,");
        write_site(sink, process, first, &process->sites[i]);
    }
    heaplens__sink_puts(sink, "]");
    write_frames(sink, session, process);
    free(first);
    return heaplens__sink_flush(sink);
}
