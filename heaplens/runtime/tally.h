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

/** The bits of a size. */
static inline size_t heaplens__tally_width(size_t size)
{
    // The highest bit of 2n + 1 is where the width of n is: no branch for a size of 0.
    return 63 ^ (size_t)__builtin_clzll(2 * size + 1);
}

/** The bin of a size: docs/format/store.md. */
static inline size_t heaplens__tally_bin(size_t size)
{
    const size_t width = heaplens__tally_width(size);
    return width < HEAPLENS_STORE_SIZE_BINS ? width : HEAPLENS_STORE_SIZE_BINS - 1;
}

/** heaplens__tally_request() of a size whose bin is known. */
static inline void heaplens__tally_request_in(heaplens_store_shard *figures, size_t bin,
                                              size_t size, uint64_t times)
{
    heaplens__count(&figures->blocks_total, times);
    heaplens__count(&figures->sizes[bin], times);
    heaplens__count(&figures->bytes_total, times * size);
}

/** Count a request that was met, once, or UINT64_MAX times to undo that. */
static inline void heaplens__tally_request(heaplens_store_shard *figures, size_t size,
                                           uint64_t times)
{
    heaplens__tally_request_in(figures, heaplens__tally_bin(size), size, times);
}

/** heaplens__tally_request() once, of a size that a block can have: those have bins of their own. */
static inline void heaplens__tally_request_of_block(heaplens_store_shard *figures, size_t size)
{
    _Static_assert(HEAPLENS_STORE_SIZE_BINS > 47, "an address has 47 bits");
    heaplens__tally_request_in(figures, heaplens__tally_width(size), size, 1);
}

/** Count mode: so many blocks more are live, and so many bytes of them. */
static inline void heaplens__tally_move(heaplens_store_shard *figures, int64_t usable,
                                        int64_t blocks)
{
    heaplens__shift(&figures->counted_bytes, usable);
    heaplens__shift(&figures->counted_blocks, blocks);
}

/**
 * Count mode: a block of `usable` bytes is allocated.
 *
 * The peak is exact while one thread allocates, and within HEAPLENS__PENDING_BYTES a thread else.
 */
static inline void heaplens__tally_alloc(heaplens__shard *shard, size_t usable)
{
    heaplens__tally_move(shard->figures, (int64_t)usable, 1);
    heaplens__shard_spend(shard, (int64_t)usable);
}

/** Note the peak, and set what is watched. */
void heaplens__tally_peak(heaplens__shard *shard);

/** Is what is live, as far as the shard knows, above the peak that is watched? */
static inline bool heaplens__tally_is_at_peak(const heaplens__shard *shard)
{
    return heaplens__level(&shard->figures->counted_bytes) > shard->watch_counted;
}

/** Count mode: such a block is about to be freed. */
static inline void heaplens__tally_free(heaplens__shard *shard, size_t usable)
{
    // More than the quota may not go unlooked, whatever the shard knows.
    if ((int64_t)usable > shard->quota) {
        heaplens__shard_settle(shard);
    }
    if (heaplens__tally_is_at_peak(shard)) {
        heaplens__tally_peak(shard);
    }
    heaplens__tally_move(shard->figures, -(int64_t)usable, -1);
    heaplens__shard_spend(shard, (int64_t)usable);
}

/** Count mode begins in a process that recorded before: what is live is counted from here. */
void heaplens__tally_begin(heaplens__recorder *recorder);

#endif
