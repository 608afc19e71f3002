// SPDX-License-Identifier: MIT
#include "profile/store_stacks.h"

#include <stdlib.h>
#include <string.h>

#include "profile/array.h"

// ------------------------------------------------------------------------------ locations

// Locations by address and module: open addressing, 1 + location, 0 is free.
typedef struct location_table {
    uint32_t *slots;
    size_t mask;
} location_table;

static uint32_t find_location(location_table *table, heaplens_process *process, uint64_t address,
                              uint32_t module)
{
    const uint64_t hash = (address ^ ((uint64_t)module << 48)) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(hash >> 20) & table->mask;
    while (table->slots[at] != 0) {
        const heaplens_location *const known = &process->locations[table->slots[at] - 1];
        if (known->address == address && known->module == module) {
            return table->slots[at] - 1;
        }
        at = (at + 1) & table->mask;
    }
    process->locations[process->location_count] =
        (heaplens_location){.address = address, .module = module};
    table->slots[at] = (uint32_t)++process->location_count;
    return table->slots[at] - 1;
}

static void take_nodes(heaplens_process *process, const heaplens_store_node *stored, size_t count,
                       location_table *table)
{
    process->node_count = 1;
    for (size_t i = 1; i < count; i++) {
        // A module that a running process loaded after its count was read is not known.
        const uint32_t module =
            stored[i].module < process->module_count ? stored[i].module : HEAPLENS_MODULE_NONE;
        process->nodes[i] = (heaplens_node){
            .parent = stored[i].parent,
            .location = find_location(table, process, stored[i].ip, module),
        };
        process->node_count++;
    }
}

static heaplens_status copy_nodes(heaplens_process *process, const heaplens_store_node *stored,
                                  size_t count)
{
    location_table table = {.mask = 1023};
    while (table.mask < count * 2) {
        table.mask = table.mask * 2 + 1;
    }
    table.slots = heaplens__array_zeroed(table.mask + 1, sizeof(*table.slots));
    // At most one location a node; what is too much is given back below.
    process->locations = heaplens__array_zeroed(count, sizeof(*process->locations));
    process->nodes = heaplens__array_zeroed(count, sizeof(*process->nodes));
    if (table.slots == NULL || process->locations == NULL || process->nodes == NULL) {
        free(table.slots);
        return HEAPLENS_ENOMEM;
    }
    take_nodes(process, stored, count, &table);
    free(table.slots);
    heaplens_location *const fitted =
        realloc(process->locations, (process->location_count + 1) * sizeof(*process->locations));
    process->locations = fitted == NULL ? process->locations : fitted;
    return HEAPLENS_OK;
}

// ---------------------------------------------------------------------------------- sites

static bool is_recorder(const char *path)
{
    const char *const slash = strrchr(path, '/');
    const char *const base = slash == NULL ? path : slash + 1;
    return strncmp(base, "libheaplens.so", strlen("libheaplens.so")) == 0;
}

static uint32_t skip_recorder(const heaplens_process *process, const bool *recorder, uint32_t node)
{
    while (node != HEAPLENS_NODE_ROOT) {
        const uint32_t module = process->locations[process->nodes[node].location].module;
        if (module == HEAPLENS_MODULE_NONE || !recorder[module]) {
            break;
        }
        node = process->nodes[node].parent;
    }
    return node;
}

// Keep one site a stack. `kept` (node_count) holds 1 + the kept site of a node.
static void merge_sites(heaplens_process *process, const bool *recorder, uint32_t *kept,
                        uint32_t *site_of)
{
    size_t used = 0;
    for (size_t i = 0; i < process->site_count; i++) {
        heaplens_site site = process->sites[i];
        site_of[i] = HEAPLENS_SITE_DROPPED;
        if (site.blocks_total == 0) {
            continue;
        }
        site.stack = skip_recorder(process, recorder, site.stack);
        if (kept[site.stack] != 0) {
            heaplens__site_add(&process->sites[kept[site.stack] - 1], &site);
        } else {
            process->sites[used++] = site;
            kept[site.stack] = (uint32_t)used;
        }
        site_of[i] = kept[site.stack] - 1;
    }
    process->site_count = used;
}

heaplens_status heaplens__store_stacks(const heaplens_names *names, heaplens_process *process,
                                       const heaplens_store_node *stored, size_t count,
                                       uint32_t *site_of, heaplens_failure *failure)
{
    heaplens_status status = copy_nodes(process, stored, count);
    if (status == HEAPLENS_OK) {
        status = heaplens__process_check(process, names->size, failure);
    }
    if (status != HEAPLENS_OK) {
        return status;
    }
    bool *const recorder = heaplens__array_zeroed(process->module_count, sizeof(*recorder));
    uint32_t *const kept = heaplens__array_zeroed(process->node_count, sizeof(*kept));
    status = HEAPLENS_ENOMEM;
    if (recorder != NULL && kept != NULL) {
        for (size_t i = 0; i < process->module_count; i++) {
            recorder[i] = is_recorder(heaplens__names_text(names, process->modules[i].path));
        }
        merge_sites(process, recorder, kept, site_of);
        status = HEAPLENS_OK;
    }
    free(recorder);
    free(kept);
    return status;
}
