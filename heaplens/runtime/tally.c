// SPDX-License-Identifier: MIT
// Live bytes and their peak in count mode, by the rule of docs/adr/0050: a thread holds back what it
// would add to a shared figure, and the peak is noted when the heap is about to shrink from it.
#include "runtime/tally.h"

#include "runtime/clock.h"

void heaplens__tally_peak(heaplens__shard *shard)
{
    heaplens__recorder *const recorder = shard->recorder;
    heaplens_store_header *const header = shard->header;
    const heaplens_store_shard *const figures = shard->figures;
    const int64_t bytes = heaplens__level(&header->counted_bytes) +
                          heaplens__level(&figures->counted_bytes) - shard->handed_counted_bytes;
    const int64_t blocks = heaplens__level(&header->counted_blocks) +
                           heaplens__level(&figures->counted_blocks) - shard->handed_counted_blocks;
    if (heaplens__raise(&header->counted_peak, bytes)) {
        atomic_store_explicit(&header->counted_blocks_peak, blocks, memory_order_relaxed);
        atomic_store_explicit(&header->peak_time, heaplens__clock_now(), memory_order_relaxed);
    }
    if (heaplens__raise(&recorder->counted_api_peak, bytes)) {
        atomic_store_explicit(&recorder->counted_api_blocks, blocks, memory_order_relaxed);
    }
    heaplens__shard_watch(shard);
}

void heaplens__tally_begin(heaplens__recorder *recorder)
{
    heaplens_store_header *const header = recorder->store.header;
    const heaplens_store_shard *const shards =
        heaplens__store_items(&recorder->store, HEAPLENS_STORE_SHARDS);
    const uint64_t count = heaplens__counted(&header->sections[HEAPLENS_STORE_SHARDS].count);
    int64_t bytes = 0;
    int64_t blocks = 0;
    for (uint64_t i = 0; i < count; i++) {
        bytes += heaplens__level(&shards[i].counted_bytes);
        blocks += heaplens__level(&shards[i].counted_blocks);
    }
    atomic_store_explicit(&header->counted_at_start, bytes, memory_order_relaxed);
    atomic_store_explicit(&header->counted_blocks_at_start, blocks, memory_order_relaxed);
    // What threads hold back from before is handed in on top of this: within the bound.
    atomic_store_explicit(&header->counted_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&header->counted_blocks, 0, memory_order_relaxed);
    atomic_store_explicit(&header->counted_peak, 0, memory_order_relaxed);
    atomic_store_explicit(&header->counted_blocks_peak, 0, memory_order_relaxed);
    atomic_store_explicit(&recorder->counted_api_peak, 0, memory_order_relaxed);
    atomic_store_explicit(&recorder->counted_api_blocks, 0, memory_order_relaxed);
}
