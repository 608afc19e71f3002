// SPDX-License-Identifier: MIT
#include "profile/session.h"

#include <math.h>
#include <stdlib.h>

#include "profile/array.h"

heaplens_session *heaplens_session_create(void)
{
    return calloc(1, sizeof(heaplens_session));
}

void heaplens__process_deinit(heaplens_process *process)
{
    free(process->modules);
    free(process->frames);
    free(process->locations);
    free(process->nodes);
    free(process->sites);
    free(process->moments);
    free(process->sizes);
    free(process->site_sizes);
    free(process->estimates);
    free(process->points);
    free(process->overflows);
    free(process->scopes);
    free(process->scope_sites);
    free(process->threads);
    free(process->thread_sites);
    *process = (heaplens_process){0};
}

void heaplens_session_destroy(heaplens_session *session)
{
    if (session == NULL) {
        return;
    }
    for (size_t i = 0; i < session->process_count; i++) {
        heaplens__process_deinit(&session->processes[i]);
    }
    free(session->processes);
    heaplens__names_deinit(&session->names);
    free(session);
}

heaplens_status heaplens__session_add(heaplens_session *session, heaplens_process *process)
{
    if (!heaplens__array_reserve(&session->processes, &session->process_capacity,
                                 session->process_count + 1, sizeof(*session->processes))) {
        return HEAPLENS_ENOMEM;
    }
    size_t at = session->process_count;
    while (at > 0 &&
           session->processes[at - 1].facts.start_unix_ns > process->facts.start_unix_ns) {
        session->processes[at] = session->processes[at - 1];
        at--;
    }
    session->processes[at] = *process;
    session->process_count++;
    *process = (heaplens_process){0};
    return HEAPLENS_OK;
}

const heaplens_process *heaplens_session_process(const heaplens_session *session, uint32_t pid)
{
    for (size_t i = session->process_count; i > 0; i--) {
        if (session->processes[i - 1].facts.pid == pid) {
            return &session->processes[i - 1];
        }
    }
    return NULL;
}

const heaplens_process *heaplens_session_largest(const heaplens_session *session)
{
    const heaplens_process *largest = NULL;
    for (size_t i = 0; i < session->process_count; i++) {
        const heaplens_process *const process = &session->processes[i];
        if (largest == NULL || process->facts.bytes_peak > largest->facts.bytes_peak) {
            largest = process;
        }
    }
    return largest;
}

void heaplens__site_add(heaplens_site *into, const heaplens_site *from)
{
    into->bytes_total += from->bytes_total;
    into->blocks_total += from->blocks_total;
    into->bytes_gmax += from->bytes_gmax;
    into->blocks_gmax += from->blocks_gmax;
    into->bytes_peak += from->bytes_peak;
    into->blocks_peak += from->blocks_peak;
    into->bytes_end += from->bytes_end;
    into->blocks_end += from->blocks_end;
    into->lifetime_ns += from->lifetime_ns;
    into->lifetime_bytes += from->lifetime_bytes;
    if (from->lifetime_max_bytes > into->lifetime_max_bytes) {
        into->lifetime_max_bytes = from->lifetime_max_bytes;
        into->lifetime_max_ns = from->lifetime_max_ns;
    }
    into->blocks_short += from->blocks_short;
    into->blocks_temporary += from->blocks_temporary;
    into->reallocs += from->reallocs;
    into->bytes_copied += from->bytes_copied;
    into->bytes_rounding += from->bytes_rounding;
    into->blocks_zero += from->blocks_zero;
    into->first_ns = from->first_ns < into->first_ns ? from->first_ns : into->first_ns;
    // The same thread may have been at both: this is the most that it can have been.
    into->threads += from->threads;
    into->last_ns = from->last_ns > into->last_ns ? from->last_ns : into->last_ns;
}

// ------------------------------------------------------------------ checks of what a file said

static heaplens_status check_names(const heaplens_process *process, size_t names_size,
                                   heaplens_failure *failure)
{
    const heaplens_facts *const facts = &process->facts;
    // An empty table of names still answers the empty name.
    const size_t limit = names_size == 0 ? 1 : names_size;
    heaplens_name worst = facts->command;
    worst = facts->executable > worst ? facts->executable : worst;
    worst = facts->folder > worst ? facts->folder : worst;
    worst = facts->host > worst ? facts->host : worst;
    for (size_t i = 0; i < process->module_count; i++) {
        const heaplens_module *const module = &process->modules[i];
        worst = module->path > worst ? module->path : worst;
        worst = module->build_id > worst ? module->build_id : worst;
    }
    for (size_t i = 0; i < process->frame_count; i++) {
        const heaplens_frame *const frame = &process->frames[i];
        worst = frame->function > worst ? frame->function : worst;
        worst = frame->file > worst ? frame->file : worst;
    }
    for (size_t i = 0; i < process->moment_count; i++) {
        worst = process->moments[i].label > worst ? process->moments[i].label : worst;
    }
    for (size_t i = 0; i < process->scope_count; i++) {
        worst = process->scopes[i].label > worst ? process->scopes[i].label : worst;
    }
    if (worst >= limit) {
        return heaplens__fail(failure, HEAPLENS_EFORMAT, "name %u, limit %zu", worst, limit);
    }
    return HEAPLENS_OK;
}

static heaplens_status check_locations(const heaplens_process *process, heaplens_failure *failure)
{
    uint64_t frames = 0;
    for (size_t i = 0; i < process->location_count; i++) {
        const heaplens_location *const location = &process->locations[i];
        if (location->module != HEAPLENS_MODULE_NONE && location->module >= process->module_count) {
            return heaplens__fail(failure, HEAPLENS_EFORMAT, "location %zu: module %u, limit %zu",
                                  i, location->module, process->module_count);
        }
        if (location->frame_first > process->frame_count ||
            location->frame_count > process->frame_count - location->frame_first) {
            return heaplens__fail(
                failure, HEAPLENS_EFORMAT, "location %zu: frames %u + %u, limit %zu", i,
                location->frame_first, location->frame_count, process->frame_count);
        }
        frames += location->frame_count;
    }
    // Each frame belongs to one location. If locations shared them, a small hostile file could make
    // every walk over frames quadratic.
    if (frames > process->frame_count) {
        return heaplens__fail(failure, HEAPLENS_EFORMAT, "locations have %llu frames, limit %zu",
                              (unsigned long long)frames, process->frame_count);
    }
    return HEAPLENS_OK;
}

static heaplens_status check_nodes(const heaplens_process *process, uint16_t *depths,
                                   heaplens_failure *failure)
{
    for (size_t i = 1; i < process->node_count; i++) {
        const heaplens_node *const node = &process->nodes[i];
        if (node->parent >= i || node->location >= process->location_count) {
            return heaplens__fail(failure, HEAPLENS_EFORMAT,
                                  "node %zu: parent %u, location %u, limit %zu", i, node->parent,
                                  node->location, process->location_count);
        }
        // Without a bound, walking every stack would be quadratic in the size of a hostile file.
        depths[i] = (uint16_t)(depths[node->parent] + 1);
        if (depths[i] > HEAPLENS_STACK_DEPTH_MAX) {
            return heaplens__fail(failure, HEAPLENS_EFORMAT, "node %zu: depth %u, limit %d", i,
                                  depths[i], HEAPLENS_STACK_DEPTH_MAX);
        }
    }
    return HEAPLENS_OK;
}

static heaplens_status check_stacks(const heaplens_process *process, heaplens_failure *failure)
{
    if (process->node_count == 0) {
        return heaplens__fail(failure, HEAPLENS_EFORMAT, "no root of the call stacks");
    }
    uint16_t *const depths = heaplens__array_zeroed(process->node_count, sizeof(*depths));
    if (depths == NULL) {
        return HEAPLENS_ENOMEM;
    }
    const heaplens_status status = check_nodes(process, depths, failure);
    free(depths);
    if (status != HEAPLENS_OK) {
        return status;
    }
    for (size_t i = 0; i < process->site_count; i++) {
        if (process->sites[i].stack >= process->node_count) {
            return heaplens__fail(failure, HEAPLENS_EFORMAT, "site %zu: node %u, limit %zu", i,
                                  process->sites[i].stack, process->node_count);
        }
    }
    return HEAPLENS_OK;
}

static heaplens_status check_estimates(const heaplens_process *process, heaplens_failure *failure)
{
    for (size_t i = 0; i < process->estimate_count; i++) {
        const heaplens_estimate *const e = &process->estimates[i];
        const double values[] = {e->bytes_total, e->blocks_total, e->bytes_gmax, e->blocks_gmax,
                                 e->bytes_peak,  e->blocks_peak,  e->bytes_end,  e->blocks_end};
        for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
            if (!(values[v] >= 0 && isfinite(values[v]))) {
                return heaplens__fail(failure, HEAPLENS_EFORMAT, "estimate %zu: variance %g", i,
                                      values[v]);
            }
        }
    }
    return HEAPLENS_OK;
}

// The limit that the largest id so far needs.
static void raise_limit(uint64_t *limit, uint32_t id)
{
    *limit = (uint64_t)id + 1 > *limit ? (uint64_t)id + 1 : *limit;
}

// Every table whose rows name a site, and those that name a scope or a thread too.
static heaplens_status check_site_ids(const heaplens_process *process, heaplens_failure *failure)
{
    uint64_t worst_site = 0;
    uint64_t worst_scope = 0;
    uint64_t worst_thread = 0;
    uint64_t worst_class = 0;
    for (size_t i = 0; i < process->site_size_count; i++) {
        raise_limit(&worst_site, process->site_sizes[i].site);
        raise_limit(&worst_class, process->site_sizes[i].size_class);
    }
    for (size_t i = 0; i < process->estimate_count; i++) {
        raise_limit(&worst_site, process->estimates[i].site);
    }
    for (size_t i = 0; i < process->overflow_count; i++) {
        raise_limit(&worst_site, process->overflows[i].site);
    }
    for (size_t i = 0; i < process->scope_site_count; i++) {
        raise_limit(&worst_site, process->scope_sites[i].site);
        raise_limit(&worst_scope, process->scope_sites[i].scope);
    }
    for (size_t i = 0; i < process->thread_site_count; i++) {
        raise_limit(&worst_site, process->thread_sites[i].site);
        raise_limit(&worst_thread, process->thread_sites[i].thread);
    }
    if (worst_site > process->site_count || worst_scope > process->scope_count ||
        worst_thread > process->thread_count || worst_class > HEAPLENS_SIZE_CLASSES) {
        return heaplens__fail(failure, HEAPLENS_EFORMAT,
                              "site %llu of %zu, scope %llu of %zu, thread %llu of %zu, class %llu "
                              "of %d",
                              (unsigned long long)worst_site, process->site_count,
                              (unsigned long long)worst_scope, process->scope_count,
                              (unsigned long long)worst_thread, process->thread_count,
                              (unsigned long long)worst_class, HEAPLENS_SIZE_CLASSES);
    }
    if (process->size_count != 0 && process->size_count != HEAPLENS_SIZE_CLASSES) {
        return heaplens__fail(failure, HEAPLENS_EFORMAT, "%zu classes of sizes, expected %d",
                              process->size_count, HEAPLENS_SIZE_CLASSES);
    }
    return HEAPLENS_OK;
}

heaplens_status heaplens__process_check(const heaplens_process *process, size_t names_size,
                                        heaplens_failure *failure)
{
    heaplens_status status = check_names(process, names_size, failure);
    if (status == HEAPLENS_OK) {
        status = check_locations(process, failure);
    }
    if (status == HEAPLENS_OK) {
        status = check_stacks(process, failure);
    }
    if (status == HEAPLENS_OK) {
        status = check_site_ids(process, failure);
    }
    if (status == HEAPLENS_OK) {
        status = check_estimates(process, failure);
    }
    return status;
}
