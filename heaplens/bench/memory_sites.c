// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/memory_sites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/memory_meter.h"
#include "profile/open.h"
#include "profile/session.h"
#include "profile/symbols.h"

// Frames and bytes of a path; the rest, towards main(), is cut.
enum { PATH_FRAMES = 24, PATH_BYTES = 1024 };

// What is open while sites are read.
typedef struct site_source {
    const heaplens_session *session;
    const heaplens_process *process;
} site_source;

typedef struct path_text {
    char text[PATH_BYTES];
    size_t length;
    size_t frames;
} path_text;

static void add_frame(path_text *path, const char *name)
{
    if (path->frames >= PATH_FRAMES || path->length >= PATH_BYTES - 1) {
        return;
    }
    const int length = snprintf(path->text + path->length, PATH_BYTES - path->length, "%s%s",
                                path->frames == 0 ? "" : " < ", name);
    path->length += length > 0 ? (size_t)length : 0;
    path->frames++;
}

// Frames of the harness, and what called it, are the same in every path.
static bool is_harness(const site_source *source, const heaplens_location *location)
{
    if (location->module == HEAPLENS_MODULE_NONE) {
        return false;
    }
    const char *const module = heaplens__names_text(
        &source->session->names, source->process->modules[location->module].path);
    const char *const slash = strrchr(module, '/');
    return strncmp(slash == NULL ? module : slash + 1, "libheaplens-bench.", 18) == 0;
}

static void add_location(path_text *path, const site_source *source,
                         const heaplens_location *location)
{
    const heaplens_names *const names = &source->session->names;
    for (uint32_t i = 0; i < location->frame_count; i++) {
        const heaplens_frame *const frame = &source->process->frames[location->frame_first + i];
        add_frame(path, heaplens__names_text(names, frame->function));
    }
    if (location->frame_count == 0) {
        const char *const module =
            location->module == HEAPLENS_MODULE_NONE
                ? ""
                : heaplens__names_text(names, source->process->modules[location->module].path);
        const char *const slash = strrchr(module, '/');
        char unknown[128];
        (void)snprintf(unknown, sizeof unknown, "(%.100s)", slash == NULL ? "?" : slash + 1);
        add_frame(path, unknown);
    }
}

static void make_path(path_text *path, const site_source *source, uint32_t stack)
{
    *path = (path_text){.length = 0};
    for (uint32_t node = stack; node != HEAPLENS_NODE_ROOT;
         node = source->process->nodes[node].parent) {
        const heaplens_location *const location =
            &source->process->locations[source->process->nodes[node].location];
        if (is_harness(source, location)) {
            break;
        }
        add_location(path, source, location);
    }
}

static heaplens_memory_site *find_site(heaplens_memory *memory, const char *path)
{
    for (size_t i = 0; i < memory->site_count; i++) {
        // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): add_site() fills every path
        if (strcmp(memory->sites[i].path, path) == 0) {
            return &memory->sites[i];
        }
    }
    return NULL;
}

// Sites that differ in lines or addresses only are one.
static bool add_site(heaplens_memory *memory, const char *path, const heaplens_scope_site *from)
{
    heaplens_memory_site *site = find_site(memory, path);
    if (site == NULL) {
        char *const copy = strdup(path);
        if (copy == NULL) {
            return false;
        }
        site = &memory->sites[memory->site_count];
        *site = (heaplens_memory_site){.path = copy};
        memory->site_count++;
    }
    site->blocks += from->blocks_total;
    site->bytes += from->bytes_total;
    site->peak_bytes += from->bytes_peak;
    return true;
}

static int compare_sites(const void *left, const void *right)
{
    const heaplens_memory_site *const l = left;
    const heaplens_memory_site *const r = right;
    if (l->blocks != r->blocks) {
        return l->blocks < r->blocks ? 1 : -1;
    }
    if (l->bytes != r->bytes) {
        return l->bytes < r->bytes ? 1 : -1;
    }
    return strcmp(l->path, r->path);
}

static void cut_sites(heaplens_memory *memory)
{
    qsort(memory->sites, memory->site_count, sizeof *memory->sites, compare_sites);
    while (memory->site_count > HEAPLENS_MEMORY_SITES_MAX) {
        memory->site_count--;
        free(memory->sites[memory->site_count].path);
        memory->sites_left_out++;
    }
}

static heaplens_status read_scope(heaplens_memory *memory, const site_source *source,
                                  uint32_t scope)
{
    const heaplens_process *const process = source->process;
    memory->sites = calloc(process->scope_site_count + 1, sizeof *memory->sites);
    if (memory->sites == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < process->scope_site_count; i++) {
        const heaplens_scope_site *const site = &process->scope_sites[i];
        path_text path;
        if (site->scope != scope || site->blocks_total == 0) {
            continue;
        }
        make_path(&path, source, process->sites[site->site].stack);
        if (!add_site(memory, path.text, site)) {
            return HEAPLENS_ENOMEM;
        }
    }
    cut_sites(memory);
    return HEAPLENS_OK;
}

static heaplens_status read_case(heaplens_memory *memory, const site_source *source, size_t number)
{
    char label[HEAPLENS_LABEL_BYTES];
    heaplens__memory_meter_label(number, label, sizeof label);
    for (size_t i = 0; i < source->process->scope_count; i++) {
        const char *const other =
            heaplens__names_text(&source->session->names, source->process->scopes[i].label);
        if (strcmp(other, label) == 0) {
            return read_scope(memory, source, (uint32_t)i);
        }
    }
    return HEAPLENS_OK;  // no iteration allocated
}

heaplens_status heaplens__memory_sites_read(const char *path, heaplens_bench_report *report)
{
    heaplens_session *session = NULL;
    bool is_raw = false;
    heaplens_status status = heaplens_session_open(&session, path, &is_raw, NULL);
    if (status == HEAPLENS_OK && is_raw) {
        status = heaplens_session_symbolise(session, NULL);
    }
    if (status == HEAPLENS_OK && session->process_count > 0) {
        const site_source source = {session, &session->processes[0]};
        for (size_t i = 0; i < report->case_count && status == HEAPLENS_OK; i++) {
            heaplens_memory *const memory = &report->cases[i].memory;
            status = memory->is_measured ? read_case(memory, &source, i) : HEAPLENS_OK;
        }
    }
    heaplens_session_destroy(session);
    return status;
}
