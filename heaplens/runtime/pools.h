// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_POOLS_H
#define HEAPLENS_RUNTIME_POOLS_H

/**
 * @file
 * The pools that the program has made, and what a recording knows of their blocks.
 *
 * Pools outlive recordings: when one begins, every pool is empty. Blocks are found by address in
 * the pool's own map; their figures are the ledger's.
 */
#include <heaplens/pool.h>

#include "runtime/block_map.h"
#include "runtime/shard.h"

struct heaplens_pool {
    heaplens__block_map blocks;  // stamps[0]: the clock of bytes at the block's birth
    char label[HEAPLENS_LABEL_BYTES];
    _Atomic(heaplens_store_scope *) figures;  // of its label; NULL: not looked up, or no room
    struct heaplens_pool *next;               // in the list of all pools, or of spare ones
};

/** heaplens_pool_create(). */
heaplens_pool *heaplens__pools_create(const char *label);

/** Release a pool; its blocks are forgotten, not counted. */
void heaplens__pools_destroy(heaplens_pool *pool);

/** Count a block that was cut. False: no memory. The calling thread has the shard. */
bool heaplens__pools_alloc(heaplens_pool *pool, heaplens__shard *shard, const void *block,
                           size_t size, uint32_t site);

/** Count that a block ends. False: there is none. */
bool heaplens__pools_free(heaplens_pool *pool, heaplens__shard *shard, const void *block);

/** Count that all blocks end. */
void heaplens__pools_clear(heaplens_pool *pool, heaplens__shard *shard);

/** A recording begins: no block is known. No other thread records; locks may be held by threads
 *  that a fork has left behind. */
void heaplens__pools_reset(void);

#endif
