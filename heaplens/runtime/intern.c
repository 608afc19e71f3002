// SPDX-License-Identifier: MIT
// The prefix tree of call stacks.
#include "runtime/intern.h"

#include <string.h>

#include "runtime/clock.h"

// splitmix64's finaliser: every bit of the result depends on every bit of h.
static uint64_t mix(uint64_t h)
{
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9U;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBU;
    return h ^ (h >> 31);
}

static uint64_t never_zero(uint64_t h)
{
    return h != 0 ? h : 1;
}

static uint64_t absorb(uint64_t lane, uintptr_t ip)
{
    const uint64_t h = (lane ^ ip) * 0x9E3779B97F4A7C15U;
    return h << 29 | h >> 35;
}

uint64_t heaplens__stack_hash(const uintptr_t *ips, size_t depth, uint64_t seed)
{
    // Four lanes: one multiplication after the other would take a stack's depth times its latency.
    uint64_t lanes[4] = {seed, depth, 0x243F6A8885A308D3U, 0x13198A2E03707344U};  // digits of pi
    size_t i = 0;
    for (; i + 4 <= depth; i += 4) {
        lanes[0] = absorb(lanes[0], ips[i]);
        lanes[1] = absorb(lanes[1], ips[i + 1]);
        lanes[2] = absorb(lanes[2], ips[i + 2]);
        lanes[3] = absorb(lanes[3], ips[i + 3]);
    }
    for (; i < depth; i++) {
        lanes[i & 3] = absorb(lanes[i & 3], ips[i]);
    }
    const uint64_t left = mix(lanes[0]) + lanes[1];
    return never_zero(mix(mix(left) + lanes[2]) ^ mix(lanes[3]));
}

static uint32_t add_site(heaplens__store *store, uint32_t node)
{
    const uint64_t id = heaplens__store_room(store, HEAPLENS_STORE_SITES, 1);
    if (id == HEAPLENS__STORE_FULL) {
        return HEAPLENS_STORE_SITE_REST;
    }
    heaplens_store_site *const site =
        (heaplens_store_site *)heaplens__store_items(store, HEAPLENS_STORE_SITES) + id;
    site->node = node;
    site->first_time = heaplens__clock_now();
    heaplens__store_publish(store, HEAPLENS_STORE_SITES, id + 1);
    return (uint32_t)id;
}

heaplens_status heaplens__intern_init(heaplens__intern *intern, heaplens__store *store)
{
    heaplens__table_clear(&intern->nodes);
    heaplens__table_clear(&intern->leaves);
    heaplens__table_clear(&intern->stacks);
    if (heaplens__store_room(store, HEAPLENS_STORE_NODES, 1) != HEAPLENS_STORE_NODE_ROOT ||
        heaplens__store_room(store, HEAPLENS_STORE_SITES, 2) != HEAPLENS_STORE_SITE_NONE) {
        return HEAPLENS_EIO;
    }
    heaplens_store_node *const root = heaplens__store_items(store, HEAPLENS_STORE_NODES);
    root->module = HEAPLENS_STORE_MODULE_NONE;
    heaplens__store_publish(store, HEAPLENS_STORE_NODES, 1);
    heaplens__store_publish(store, HEAPLENS_STORE_SITES, 2);
    return HEAPLENS_OK;
}

uint32_t heaplens__intern_find(const heaplens__intern *intern, uint64_t hash)
{
    return heaplens__table_find(&intern->stacks, hash);
}

// The child of `parent` at `ip`; 0 if there is no room.
static uint32_t add_node(heaplens__intern *intern, heaplens__store *store,
                         const heaplens_store_node *frame)
{
    heaplens_store_node *const nodes = heaplens__store_items(store, HEAPLENS_STORE_NODES);
    uint64_t key = mix(mix(frame->ip + ((uint64_t)frame->module << 48)) + frame->parent);
    for (;; key++) {
        key = never_zero(key);
        const uint32_t id = heaplens__table_find(&intern->nodes, key);
        if (id == 0) {
            break;
        }
        if (memcmp(&nodes[id], frame, sizeof *frame) == 0) {
            return id;
        }
    }
    const uint64_t id = heaplens__store_room(store, HEAPLENS_STORE_NODES, 1);
    if (id >= UINT32_MAX || !heaplens__table_insert(&intern->nodes, key, (uint32_t)id)) {
        return 0;
    }
    nodes[id] = *frame;
    heaplens__store_publish(store, HEAPLENS_STORE_NODES, id + 1);
    return (uint32_t)id;
}

// The innermost node of the stack. False if there is no room.
static bool add_frames(heaplens__intern *intern, heaplens__store *store, heaplens__modules *modules,
                       const heaplens__stack *stack, uint32_t *leaf)
{
    heaplens_store_node frame = {.parent = HEAPLENS_STORE_NODE_ROOT,
                                 .module = HEAPLENS_STORE_MODULE_NONE};
    if (stack->is_cut) {
        frame.parent = add_node(intern, store, &frame);
        if (frame.parent == 0) {
            return false;
        }
    }
    for (size_t i = stack->depth; i > 0; i--) {
        frame.ip = stack->ips[i - 1];
        frame.module = heaplens__modules_find(modules, frame.ip);
        frame.parent = add_node(intern, store, &frame);
        if (frame.parent == 0) {
            return false;
        }
    }
    *leaf = frame.parent;
    return true;
}

uint32_t heaplens__intern_add(heaplens__intern *intern, heaplens__store *store,
                              heaplens__modules *modules, const heaplens__stack *stack,
                              uint64_t hash)
{
    uint32_t site = heaplens__table_find(&intern->stacks, hash);
    if (site != 0) {
        return site;  // another thread was first
    }
    uint32_t leaf = 0;
    if (!add_frames(intern, store, modules, stack, &leaf)) {
        return HEAPLENS_STORE_SITE_REST;
    }
    const uint64_t key = mix((uint64_t)leaf + 1);
    site = heaplens__table_find(&intern->leaves, key);
    if (site == 0) {
        site = add_site(store, leaf);
        if (site == HEAPLENS_STORE_SITE_REST ||
            !heaplens__table_insert(&intern->leaves, key, site)) {
            return HEAPLENS_STORE_SITE_REST;
        }
    }
    (void)heaplens__table_insert(&intern->stacks, hash, site);
    return site;
}
