// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_TALLY_H
#define HEAPLENS_RUNTIME_TALLY_H

/**
 * @file
 * Figures without sites: the requests of every mode, and the live bytes of count mode.
 *
 * In count mode a block bears no mark, so its requested size is not known when it is freed. What
 * malloc_usable_size() says is the same at both ends: docs/format/store.md, Count mode.
 */
#include <stddef.h>
#include <stdint.h>

#include "runtime/counter.h"
#include "runtime/shard.h"

/** The bin of a size: docs/format/store.md. */
static inline size_t heaplens__tally_bin(size_t size)
{
    const size_t width = size == 0 ? 0 : 64 - (size_t)__builtin_clzll(size);
    return width < HEAPLENS_STORE_SIZE_BINS ? width : HEAPLENS_STORE_SIZE_BINS - 1;
}

/** Count a request that was met, once, or UINT64_MAX times to undo that. */
static inline void heaplens__tally_request(heaplens_store_shard *figures, size_t size,
                                           uint64_t times)
{
    heaplens__count(&figures->blocks_total, times);
    heaplens__count(&figures->sizes[heaplens__tally_bin(size)], times);
    heaplens__count(&figures->bytes_total, times * size);
}

/**
 * Count mode: a block of `usable` bytes is allocated.
 *
 * The peak is exact while one thread allocates, and within HEAPLENS__PENDING_BYTES a thread else.
 */
static inline void heaplens__tally_alloc(heaplens__shard *shard, size_t usable)
{
    heaplens__shift(&shard->figures->counted_bytes, (int64_t)usable);
    heaplens__shift(&shard->figures->counted_blocks, 1);
    heaplens__shard_spend(shard, (int64_t)usable);
}

/** Note the peak, and set what is watched. */
void heaplens__tally_peak(heaplens__shard *shard);

/** Count mode: such a block is about to be freed. */
static inline void heaplens__tally_free(heaplens__shard *shard, size_t usable)
{
    heaplens_store_shard *const figures = shard->figures;
    if (heaplens__level(&figures->counted_bytes) > shard->watch_counted ||
        (int64_t)usable > shard->quota) {
        heaplens__tally_peak(shard);
    }
    heaplens__shift(&figures->counted_bytes, -(int64_t)usable);
    heaplens__shift(&figures->counted_blocks, -1);
    heaplens__shard_spend(shard, (int64_t)usable);
}

/** Count mode begins in a process that recorded before: what is live is counted from here. */
void heaplens__tally_begin(heaplens__recorder *recorder);

#endif
