// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_INTERN_H
#define HEAPLENS_RUNTIME_INTERN_H

/**
 * @file
 * Call stacks to site ids: a prefix tree of frames in the store, and private tables to find in it.
 *
 * A stack is known by one 64-bit hash of all its frames. Two stacks with the same hash would be
 * taken for one; among 100,000 stacks the odds are 1 in 4 * 10^9.
 */
#include <stddef.h>
#include <stdint.h>

#include "runtime/modules.h"
#include "runtime/store_writer.h"
#include "runtime/table.h"

typedef struct heaplens__intern {
    heaplens__table nodes;   // hash of (parent, ip, module) -> node
    heaplens__table leaves;  // innermost node -> site
    heaplens__table stacks;  // hash of the stack -> site; read without the lock
} heaplens__intern;

/** A captured stack. */
typedef struct heaplens__stack {
    const uintptr_t *ips;  // (depth) innermost first
    size_t depth;
    bool is_cut;  // frames further out were left out
} heaplens__stack;

/** Forget all stacks and write the reserved items of an empty store. HEAPLENS_EIO: no room. */
heaplens_status heaplens__intern_init(heaplens__intern *intern, heaplens__store *store);

/** Hash of a stack; never 0. `seed` changes when modules were unloaded. */
uint64_t heaplens__stack_hash(const uintptr_t *ips, size_t depth, uint64_t seed);

/** @return the site, or 0 if the stack was not seen before. No lock. */
uint32_t heaplens__intern_find(const heaplens__intern *intern, uint64_t hash);

/**
 * Find or add a site. Under the recorder's lock, modules refreshed before.
 *
 * @return its id; HEAPLENS_STORE_SITE_REST if the store or the memory is full
 */
uint32_t heaplens__intern_add(heaplens__intern *intern, heaplens__store *store,
                              heaplens__modules *modules, const heaplens__stack *stack,
                              uint64_t hash);

#endif
