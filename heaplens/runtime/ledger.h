// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_LEDGER_H
#define HEAPLENS_RUNTIME_LEDGER_H

/**
 * @file
 * The bookkeeping of one operation: what it changes in the figures of its site, of its shard and
 * of the process. docs/format/store.md defines every figure.
 *
 * All functions are called by the thread that has the shard. They take a lock only when a site or
 * an entry is new, never allocate, and may change errno then.
 */
#include <stddef.h>
#include <stdint.h>

#include "runtime/shard.h"
#include "runtime/tail.h"

enum {
    HEAPLENS__TIMING_FIRST = 16,  // blocks of a site in a shard that are all timed
    HEAPLENS__TIMING_EVERY = 16,  // for how many a HEAPLENS__TIMING_MANY stands
};

/**
 * The site in the tail of a block that is the chunk of a pool, and counted nowhere. No site has
 * this id: it is one past the last.
 */
#define HEAPLENS__LEDGER_SITE_CHUNK HEAPLENS_STORE_SITES_MAX

/**
 * Count an allocation and write the block's tail.
 *
 * @param block   at least size + HEAPLENS__TAIL_BYTES bytes; nobody else has it yet
 * @param usable  the allocator's malloc_usable_size()
 * @param site    from heaplens__shard_site()
 * @param entry   its heaplens__shard_entry()
 */
void heaplens__ledger_alloc(heaplens__shard *shard, void *block, size_t size, size_t usable,
                            uint32_t site, heaplens_store_entry *entry);

/**
 * The same for a block drawn in sample mode, which stands for others.
 *
 * @param block   at least size + HEAPLENS__TAIL_DRAWN_BYTES bytes
 * @param copied  for a realloc, bytes that it copied, 0 if it stayed in place; -1: not a realloc
 */
void heaplens__ledger_alloc_drawn(heaplens__shard *shard, void *block, size_t size, size_t usable,
                                  uint32_t site, int64_t copied);

/**
 * Count an allocation that has no tail, such as a block of a pool. Its timing is TIMING_ONE.
 *
 * @return its birth_clock, for heaplens__ledger_free()
 */
uint64_t heaplens__ledger_alloc_bare(heaplens__shard *shard, const void *block, size_t size,
                                     uint32_t site);

/** Undo the thread's latest allocation, in all figures but the clock of bytes and the times. */
void heaplens__ledger_take_back(heaplens__shard *shard, const heaplens__block *was);

/** Count that a block ends. `was` is its tail, which the caller has erased. */
void heaplens__ledger_free(heaplens__shard *shard, const void *block, const heaplens__block *was);

/**
 * Erase the tail of a block that ends, and count that.
 *
 * @param usable  the allocator's malloc_usable_size()
 * @return false: it is not an ordinary block with a tail (see tail_plain.h), and nothing was done
 */
bool heaplens__ledger_end(heaplens__shard *shard, void *block, size_t usable);

/**
 * Count that a block, not a drawn one, has another size, and write its tail.
 *
 * @param old     where the block was
 * @param block   where it is; `usable` bytes
 * @param was     its tail before
 * @param size    requested bytes
 */
void heaplens__ledger_resize(heaplens__shard *shard, const void *old, void *block,
                             const heaplens__block *was, size_t size, size_t usable);

/** The same of a block whose tail is written already. */
void heaplens__ledger_count_resize(heaplens__shard *shard, const void *old, const void *block,
                                   const heaplens__block *was, size_t size, size_t usable);

#endif
