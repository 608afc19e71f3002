// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_LANES_H
#define HEAPLENS_RUNTIME_LANES_H

/**
 * @file
 * What count and sample mode do about an ordinary operation, in few instructions.
 *
 * Each function does all of its part or nothing. What it leaves to record.h: a thread without a shard
 * or inside the recorder, figures that are due to be handed in, a peak, a block that is drawn, and
 * a block whose size only the allocator can tell. None calls another function, so that the
 * allocation functions need not save registers for one.
 */
#include "runtime/drawn_blocks.h"
#include "runtime/ledger.h"
#include "runtime/real.h"
#include "runtime/scopes.h"
#include "runtime/tally.h"
#include "runtime/thread.h"

/**
 * HEAPLENS__LANE_COUNT: count a block that was allocated.
 *
 * True: the thread is still in the recorder, for heaplens__thread_leave(). False: nothing was
 * done, heaplens__record_counted() does it.
 */
static inline bool heaplens__lane_counts(void *block, size_t size)
{
    size_t usable = 0;
    heaplens__shard *const shard =
        heaplens__real_header_tells(block, &usable) ? heaplens__thread_enter_directly() : NULL;
    if (__builtin_expect(shard == NULL, false)) {
        return false;
    }
    if (__builtin_expect(!heaplens__shard_spends(shard, (int64_t)usable), false)) {
        heaplens__thread_set_busy(false);
        return false;
    }
    heaplens_store_shard *const figures = shard->figures;
    heaplens__tally_request_of_block(figures, size);
    heaplens__tally_move(figures, (int64_t)usable, 1);
    return true;
}

/** HEAPLENS__LANE_COUNT: count a block that ends. The result as of heaplens__lane_counts(). */
static inline bool heaplens__lane_ends_counted(void *block)
{
    size_t usable = 0;
    heaplens__shard *const shard =
        heaplens__real_header_tells(block, &usable) ? heaplens__thread_enter_directly() : NULL;
    if (__builtin_expect(shard == NULL, false)) {
        return false;
    }
    if (__builtin_expect(heaplens__tally_is_at_peak(shard) ||
                             !heaplens__shard_spends(shard, (int64_t)usable),
                         false)) {
        heaplens__thread_set_busy(false);
        return false;
    }
    heaplens__tally_move(shard->figures, -(int64_t)usable, -1);
    return true;
}

/**
 * HEAPLENS__LANE_SAMPLE: count a request that is not drawn, before it is made.
 *
 * The result as of heaplens__lane_counts(); what is left undone is heaplens__record_choose()'s. A
 * request that is then not met is to be withdrawn.
 */
static inline bool heaplens__lane_passes(size_t size)
{
    // A request of no bytes counts as one byte for the sampler: it is no ordinary one.
    const bool is_ordinary = size - 1 < HEAPLENS__PENDING_BYTES;
    heaplens__shard *const shard = is_ordinary ? heaplens__thread_enter_directly() : NULL;
    if (__builtin_expect(shard == NULL, false)) {
        return false;
    }
    const uint64_t mean =
        atomic_load_explicit(&heaplens__recording.sample_bytes, memory_order_relaxed);
    if (__builtin_expect(!heaplens__sampler_would_pass(&shard->sampler, size, mean) ||
                             !heaplens__shard_spends(shard, (int64_t)size),
                         false)) {
        heaplens__thread_set_busy(false);
        return false;
    }
    heaplens__sampler_pass(&shard->sampler, size);
    heaplens__tally_request_of_block(shard->figures, size);
    shard->latest_block = NULL;
    return true;
}

/**
 * HEAPLENS__LANE_FULL: erase the tail of a block that ends, and count that. The result as of
 * heaplens__lane_counts().
 */
static inline bool heaplens__lane_ends_marked(void *block)
{
    const size_t usable = heaplens__real_usable(block);
    heaplens__shard *const shard = heaplens__thread_enter_directly();
    if (__builtin_expect(shard == NULL, false)) {
        return false;
    }
    if (__builtin_expect(heaplens__scopes_are_open(), false) ||
        !heaplens__ledger_end(shard, block, usable)) {
        heaplens__thread_set_busy(false);
        return false;
    }
    return true;
}

#endif
