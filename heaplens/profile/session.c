// SPDX-License-Identifier: MIT
#include "profile/session.h"

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
    if (worst >= limit) {
        return heaplens__fail(failure, HEAPLENS_EFORMAT, "name %u, limit %zu", worst, limit);
    }
    return HEAPLENS_OK;
}

static heaplens_status check_locations(const heaplens_process *process, heaplens_failure *failure)
{
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
    return status;
}
