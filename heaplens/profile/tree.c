// SPDX-License-Identifier: MIT
#include "profile/tree.h"

#include <stdlib.h>

#include "profile/array.h"
#include "profile/interval.h"

typedef struct builder {
    const heaplens_process *process;
    const double *variances;  // by site
    heaplens_branch *branches;
    size_t count;
    size_t capacity;
    uint32_t *slots;  // open addressing by parent and function; id of a branch, 0 is free
    size_t mask;
    bool is_out_of_memory;
} builder;

static size_t first_slot(const builder *b, uint32_t parent, heaplens_name function,
                         uint32_t location)
{
    const uint64_t key = (uint64_t)parent << 32 ^
                         (function == HEAPLENS_NAME_NONE ? UINT64_C(1) << 63 | location : function);
    return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 24) & b->mask;
}

static bool is_branch(const heaplens_branch *branch, uint32_t parent, heaplens_name function,
                      uint32_t location)
{
    return branch->parent == parent && branch->function == function &&
           (function != HEAPLENS_NAME_NONE || branch->location == location);
}

static bool grow_slots(builder *b)
{
    const size_t mask = b->mask == 0 ? 1023 : b->mask * 2 + 1;
    uint32_t *const slots = heaplens__array_zeroed(mask + 1, sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    free(b->slots);
    b->slots = slots;
    b->mask = mask;
    for (uint32_t id = 1; id < b->count; id++) {
        const heaplens_branch *const branch = &b->branches[id];
        size_t at = first_slot(b, branch->parent, branch->function, branch->location);
        while (slots[at] != 0) {
            at = (at + 1) & mask;
        }
        slots[at] = id;
    }
    return true;
}

// The branch of a function under a parent, which is made when it is new. The root when memory is
// out.
static uint32_t enter(builder *b, uint32_t parent, heaplens_name function, uint32_t location)
{
    if ((b->count * 2 >= b->mask && !grow_slots(b)) ||
        !heaplens__array_reserve(&b->branches, &b->capacity, b->count + 1, sizeof(*b->branches))) {
        b->is_out_of_memory = true;
        return 0;
    }
    size_t at = first_slot(b, parent, function, location);
    while (b->slots[at] != 0) {
        if (is_branch(&b->branches[b->slots[at]], parent, function, location)) {
            return b->slots[at];
        }
        at = (at + 1) & b->mask;
    }
    const uint32_t id = (uint32_t)b->count++;
    b->branches[id] =
        (heaplens_branch){.function = function, .location = location, .parent = parent};
    b->slots[at] = id;
    return id;
}

// Enter all frames of a location: outermost first, or innermost first if inverted.
static uint32_t enter_location(builder *b, uint32_t parent, uint32_t index, bool is_inverted)
{
    const heaplens_location *const location = &b->process->locations[index];
    if (location->frame_count == 0) {
        return enter(b, parent, HEAPLENS_NAME_NONE, index);
    }
    for (uint32_t i = 0; i < location->frame_count; i++) {
        const uint32_t f = is_inverted ? i : location->frame_count - 1 - i;
        parent = enter(b, parent, b->process->frames[location->frame_first + f].function, index);
    }
    return parent;
}

// Upright: nodes are a tree already, outermost first, and a parent precedes its children. Only the
// nodes of stacks that have a value become branches.
static bool build_upright(builder *b, heaplens_metric metric)
{
    const heaplens_process *const process = b->process;
    bool *const used = heaplens__array_zeroed(process->node_count, sizeof(*used));
    uint32_t *const branch_of = heaplens__array_zeroed(process->node_count, sizeof(*branch_of));
    if (used == NULL || branch_of == NULL) {
        free(used);
        free(branch_of);
        return false;
    }
    for (size_t i = 0; i < process->site_count; i++) {
        const heaplens_site *const site = &process->sites[i];
        used[site->stack] = used[site->stack] || heaplens_site_value(site, metric) > 0;
    }
    for (size_t i = process->node_count; i > 1; i--) {
        const uint32_t parent = process->nodes[i - 1].parent;
        used[parent] = used[parent] || used[i - 1];
    }
    for (size_t i = 1; i < process->node_count; i++) {
        if (used[i]) {
            branch_of[i] = enter_location(b, branch_of[process->nodes[i].parent],
                                          process->nodes[i].location, false);
        }
    }
    for (size_t i = 0; i < process->site_count; i++) {
        const heaplens_site *const site = &process->sites[i];
        b->branches[branch_of[site->stack]].self += heaplens_site_value(site, metric);
        b->branches[branch_of[site->stack]].variance += b->variances[i];
    }
    free(used);
    free(branch_of);
    return true;
}

// The branch of the innermost frame of a stack.
static uint32_t enter_innermost(builder *b, const heaplens_site *site)
{
    const heaplens_process *const process = b->process;
    if (site->stack == HEAPLENS_NODE_ROOT) {
        return 0;
    }
    const uint32_t index = process->nodes[site->stack].location;
    const heaplens_location *const location = &process->locations[index];
    const heaplens_name function = location->frame_count == 0
                                       ? HEAPLENS_NAME_NONE
                                       : process->frames[location->frame_first].function;
    return enter(b, 0, function, index);
}

// Stacks share their outer frames, not their inner ones: turned around they are as many branches as
// frames. So what allocated is summed first, and only what has at least `least` gets its callers.
static void build_inverted(builder *b, heaplens_metric metric, uint64_t least)
{
    const heaplens_process *const process = b->process;
    for (size_t i = 0; i < process->site_count && !b->is_out_of_memory; i++) {
        const uint64_t value = heaplens_site_value(&process->sites[i], metric);
        if (value > 0) {
            b->branches[enter_innermost(b, &process->sites[i])].value += value;
        }
    }
    for (size_t i = 0; i < process->site_count && !b->is_out_of_memory; i++) {
        const heaplens_site *const site = &process->sites[i];
        const uint64_t value = heaplens_site_value(site, metric);
        uint32_t branch = value > 0 ? enter_innermost(b, site) : 0;
        if (value > 0 && b->branches[branch].value >= least) {
            branch = 0;
            for (uint32_t node = site->stack; node != HEAPLENS_NODE_ROOT;
                 node = process->nodes[node].parent) {
                branch = enter_location(b, branch, process->nodes[node].location, true);
            }
        }
        b->branches[branch].self += value;
        b->branches[branch].variance += b->variances[i];
    }
}

typedef struct ranked_branch {
    uint64_t value;
    uint32_t id;
} ranked_branch;

// Smallest first: each is then put before the others of its parent.
static int compare_branches(const void *a, const void *b)
{
    const ranked_branch *const x = a;
    const ranked_branch *const y = b;
    if (x->value != y->value) {
        return x->value < y->value ? -1 : 1;
    }
    return (x->id < y->id) - (x->id > y->id);
}

static bool order_children(builder *b)
{
    ranked_branch *const order = heaplens__array_zeroed(b->count, sizeof(*order));
    if (order == NULL) {
        return false;
    }
    for (size_t i = b->count; i > 1; i--) {
        heaplens_branch *const parent = &b->branches[b->branches[i - 1].parent];
        parent->value += b->branches[i - 1].value;
        parent->variance += b->branches[i - 1].variance;
    }
    for (uint32_t i = 1; i < b->count; i++) {
        order[i - 1] = (ranked_branch){.value = b->branches[i].value, .id = i};
    }
    qsort(order, b->count - 1, sizeof(*order), compare_branches);
    for (size_t i = 0; i + 1 < b->count; i++) {
        heaplens_branch *const branch = &b->branches[order[i].id];
        heaplens_branch *const parent = &b->branches[branch->parent];
        branch->sibling = parent->child;
        parent->child = order[i].id;
    }
    free(order);
    return true;
}

heaplens_status heaplens_tree_build(const heaplens_process *process, heaplens_metric metric,
                                    bool is_inverted, uint64_t least, heaplens_tree *out)
{
    builder b = {.process = process};
    *out = (heaplens_tree){0};
    if (metric == HEAPLENS_METRIC_LIFETIME) {
        return HEAPLENS_EINVAL;
    }
    double *variances = NULL;
    bool is_built = heaplens_site_variances(process, metric, &variances) == HEAPLENS_OK &&
                    heaplens__array_reserve(&b.branches, &b.capacity, 1, sizeof(*b.branches));
    b.variances = variances;
    if (is_built) {
        b.branches[b.count++] = (heaplens_branch){0};
        if (is_inverted) {
            build_inverted(&b, metric, least);
        } else {
            is_built = build_upright(&b, metric);
        }
    }
    free(b.slots);
    free(variances);
    for (size_t i = 0; i < b.count; i++) {
        b.branches[i].value = b.branches[i].self;
    }
    if (!is_built || b.is_out_of_memory || !order_children(&b)) {
        free(b.branches);
        return HEAPLENS_ENOMEM;
    }
    *out = (heaplens_tree){.branches = b.branches, .count = b.count};
    return HEAPLENS_OK;
}

void heaplens_tree_deinit(heaplens_tree *tree)
{
    free(tree->branches);
    *tree = (heaplens_tree){0};
}
