// SPDX-License-Identifier: MIT
// Keeps the locations of a few stacks only.
#include "profile/excerpt.h"

#include <stdlib.h>

#include "profile/array.h"

enum { DROPPED = 0 };  // in `places`: not wanted; otherwise the new index + 1

// Marks the locations of a stack.
static void mark_stack(const heaplens_process *process, uint32_t node, uint32_t *places)
{
    for (; node != HEAPLENS_NODE_ROOT; node = process->nodes[node].parent) {
        places[process->nodes[node].location] = 1;
    }
}

static void move_locations(heaplens_process *process, uint32_t *places)
{
    uint32_t kept = 0;
    for (size_t i = 0; i < process->location_count; i++) {
        if (places[i] != DROPPED) {
            process->locations[kept] = process->locations[i];
            places[i] = ++kept;
        }
    }
    for (size_t i = 1; i < process->node_count; i++) {
        const uint32_t place = places[process->nodes[i].location];
        process->nodes[i].location = place == DROPPED ? 0 : place - 1;
    }
    process->location_count = kept;
}

heaplens_status heaplens__process_keep_stacks(heaplens_process *process, const uint32_t *sites,
                                              size_t count)
{
    uint32_t *const places = heaplens__array_zeroed(process->location_count, sizeof(*places));
    if (places == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        mark_stack(process, process->sites[sites[i]].stack, places);
    }
    move_locations(process, places);
    free(places);
    return HEAPLENS_OK;
}
