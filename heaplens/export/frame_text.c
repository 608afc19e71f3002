// SPDX-License-Identifier: MIT
#include "export/frame_text.h"

#include <stdio.h>
#include <string.h>

const char *heaplens__path_base(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool heaplens__is_thread_start(const char *function)
{
    static const char *const starts[] = {"__libc_start_call_main",
                                         "__libc_start_main_impl",
                                         "__libc_start_main",
                                         "_start",
                                         "__clone3",
                                         "clone3",
                                         "__clone",
                                         "clone"};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (strcmp(function, starts[i]) == 0) {
            return true;
        }
    }
    return false;
}

const char *heaplens__location_module(const heaplens_session *session,
                                      const heaplens_process *process,
                                      const heaplens_location *location)
{
    if (location->module == HEAPLENS_MODULE_NONE) {
        return "";
    }
    return heaplens__names_text(&session->names, process->modules[location->module].path);
}

uint32_t heaplens__location_frames(const heaplens_location *location)
{
    return location->frame_count == 0 ? 1 : location->frame_count;
}

// Where no name is known, the place in the file, as addr2line and objdump take it.
static void describe_place(const heaplens_session *session, const heaplens_process *process,
                           const heaplens_location *location, char *text, size_t cap)
{
    if (location->address == 0) {
        (void)snprintf(text, cap, "%s", HEAPLENS_STACK_CUT_TEXT);
    } else if (location->module == HEAPLENS_MODULE_NONE) {
        (void)snprintf(text, cap, "0x%llx", (unsigned long long)location->address);
    } else {
        const char *const path = heaplens__location_module(session, process, location);
        const uint64_t bias = process->modules[location->module].bias;
        // 255 bytes: the longest name that a file has on Linux.
        (void)snprintf(text, cap, "%.255s+0x%llx", heaplens__path_base(path),
                       (unsigned long long)(location->address - bias));
    }
}

void heaplens__frame_show(const heaplens_session *session, const heaplens_process *process,
                          const heaplens_location *location, uint32_t index,
                          heaplens_shown_frame *out)
{
    heaplens_frame frame = {0};
    if (index < location->frame_count) {
        frame = process->frames[location->frame_first + index];
    }
    out->function = heaplens__names_text(&session->names, frame.function);
    out->file = heaplens__names_text(&session->names, frame.file);
    out->line = frame.line;
    if (out->function[0] == '\0') {
        describe_place(session, process, location, out->place, sizeof(out->place));
        out->function = out->place;
    }
}

size_t heaplens__stack_outermost_first(const heaplens_process *process, uint32_t node,
                                       uint32_t *nodes)
{
    size_t depth = 0;
    for (uint32_t at = node; at != HEAPLENS_NODE_ROOT; at = process->nodes[at].parent) {
        depth++;
    }
    for (size_t i = depth; i > 0; i--) {
        nodes[i - 1] = node;
        node = process->nodes[node].parent;
    }
    return depth;
}
