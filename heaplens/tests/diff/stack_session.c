// SPDX-License-Identifier: MIT
#include "stack_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRAM = 0, LIBRARY = 1, ITEMS_MAX = 256, PATH_TEXT = 4096 };

static heaplens_name add_name(heaplens_session *session, const char *text, size_t length)
{
    heaplens_name name = HEAPLENS_NAME_NONE;
    if (heaplens__names_add(&session->names, text, length, &name) != HEAPLENS_OK) {
        abort();
    }
    return name;
}

static void *zeroed(size_t item_bytes)
{
    void *const items = calloc(ITEMS_MAX, item_bytes);
    if (items == NULL) {
        abort();
    }
    return items;
}

// Frames are innermost first in a location; the text has them outermost first.
static void add_frames(heaplens_session *session, heaplens_process *process,
                       heaplens_location *location, const char *text, size_t length, uint32_t line)
{
    location->frame_first = (uint32_t)process->frame_count;
    for (size_t end = length; end > 0;) {
        size_t start = end;
        while (start > 0 && text[start - 1] != '|') {
            start--;
        }
        heaplens_frame *const frame = &process->frames[process->frame_count++];
        frame->function = add_name(session, text + start, end - start);
        frame->file = add_name(session, "/src/app.c", 10);
        frame->line = line;
        location->frame_count++;
        end = start > 0 ? start - 1 : 0;
    }
}

static uint32_t add_stack(heaplens_session *session, heaplens_process *process, const char *stack,
                          const stack_program *program)
{
    uint32_t parent = HEAPLENS_NODE_ROOT;
    while (*stack != '\0') {
        const size_t length = strcspn(stack, ";");
        if (process->location_count == ITEMS_MAX || process->frame_count + 8 > ITEMS_MAX) {
            abort();
        }
        heaplens_location *const location = &process->locations[process->location_count];
        if (stack[0] == '@') {
            location->module = LIBRARY;
            location->address = process->modules[LIBRARY].bias + strtoull(stack + 1, NULL, 16);
        } else {
            location->module = PROGRAM;
            location->address = program->base + process->location_count;
            add_frames(session, process, location, stack, length, program->line);
        }
        process->nodes[process->node_count] =
            (heaplens_node){.parent = parent, .location = (uint32_t)process->location_count++};
        parent = (uint32_t)process->node_count++;
        stack += length + (stack[length] == ';' ? 1 : 0);
    }
    return parent;
}

static void add_site(heaplens_process *process, const stack_site *from, uint32_t stack)
{
    const uint64_t blocks = from->blocks_total == 0 ? 1 : from->blocks_total;
    heaplens_site *const site = &process->sites[process->site_count++];
    *site = (heaplens_site){
        .stack = stack,
        .bytes_gmax = from->bytes_peak,
        .blocks_gmax = from->bytes_peak > 0,
        .bytes_total = from->bytes_total,
        .blocks_total = blocks,
        .bytes_end = from->bytes_end,
        .blocks_end = from->bytes_end > 0,
        .blocks_temporary = from->blocks_temporary,
        .lifetime_ns = from->lifetime_ns,
        .lifetime_max_bytes = from->lifetime_max_bytes,
        .lifetime_max_ns = from->lifetime_max_ns,
    };
    heaplens_facts *const facts = &process->facts;
    facts->bytes_peak += site->bytes_gmax;
    facts->blocks_peak += site->blocks_gmax;
    facts->bytes_total += site->bytes_total;
    facts->blocks_total += site->blocks_total;
    facts->bytes_end += site->bytes_end;
    facts->blocks_end += site->blocks_end;
}

void stack_session_add(heaplens_session *session, const stack_site *sites, size_t count,
                       const stack_program *program)
{
    const char *const library = program->library == NULL ? "/lib/libdark.so.1" : program->library;
    const char *const id = program->build_id == NULL ? "" : program->build_id;
    const char *const executable = program->executable == NULL ? "/bin/app" : program->executable;
    heaplens_process process = {
        .modules = zeroed(sizeof(*process.modules)),
        .frames = zeroed(sizeof(*process.frames)),
        .locations = zeroed(sizeof(*process.locations)),
        .nodes = zeroed(sizeof(*process.nodes)),
        .sites = zeroed(sizeof(*process.sites)),
        .module_count = 2,
        .node_count = 1,
    };
    process.modules[PROGRAM].path = add_name(session, "/bin/app", 8);
    process.modules[PROGRAM].symbols =
        program->symbols == HEAPLENS_SYMBOLS_PENDING ? HEAPLENS_SYMBOLS_LINES : program->symbols;
    process.modules[LIBRARY].bias = program->base * 2;
    process.modules[LIBRARY].path = add_name(session, library, strlen(library));
    process.modules[LIBRARY].build_id = add_name(session, id, strlen(id));
    process.modules[LIBRARY].symbols = HEAPLENS_SYMBOLS_MISSING;
    process.facts.mode = HEAPLENS_MODE_FULL;
    process.facts.pid = (uint32_t)(100 + session->process_count);
    process.facts.flags = program->flags;
    process.facts.operations_lost = program->operations_lost;
    process.facts.command = add_name(session, "app -v", 6);
    process.facts.executable = add_name(session, executable, strlen(executable));
    for (size_t i = 0; i < count; i++) {
        add_site(&process, &sites[i], add_stack(session, &process, sites[i].stack, program));
    }
    if (heaplens__process_check(&process, session->names.size, NULL) != HEAPLENS_OK ||
        heaplens__session_add(session, &process) != HEAPLENS_OK) {
        abort();
    }
}

heaplens_session *stack_session(const stack_site *sites, size_t count, const stack_program *program)
{
    heaplens_session *const session = heaplens_session_create();
    if (session == NULL) {
        abort();
    }
    stack_session_add(session, sites, count, program);
    return session;
}

heaplens_diff_side stack_side(const heaplens_session *session)
{
    return (heaplens_diff_side){session, heaplens_session_largest(session)};
}

heaplens_diff *stack_diff(const heaplens_session *before, const heaplens_session *after)
{
    heaplens_diff *diff = NULL;
    const heaplens_diff_side sides[2] = {stack_side(before), stack_side(after)};
    if (heaplens_diff_create(&diff, &sides[0], &sides[1]) != HEAPLENS_OK) {
        abort();
    }
    return diff;
}

const char *stack_path(const heaplens_diff *diff, heaplens_path path)
{
    static char text[PATH_TEXT];
    size_t at = sizeof(text) - 1;
    text[at] = '\0';
    for (; path != HEAPLENS_PATH_EMPTY; path = diff->paths.steps[path].parent) {
        const char *const function = heaplens__path_function(&diff->paths, path);
        const size_t length = strlen(function);
        if (length + 1 > at) {
            abort();
        }
        if (text[at] != '\0') {
            text[--at] = ';';
        }
        at -= length;
        memcpy(text + at, function, length);
    }
    return text + at;
}

const heaplens_diff_site *stack_row(const heaplens_diff *diff, const char *path)
{
    for (size_t i = 0; i < diff->site_count; i++) {
        if (strcmp(stack_path(diff, diff->sites[i].path), path) == 0) {
            return &diff->sites[i];
        }
    }
    return NULL;
}
