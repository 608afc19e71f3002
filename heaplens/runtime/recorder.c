// SPDX-License-Identifier: MIT
// Setting up what all threads share.
#include "runtime/recorder.h"

#include <string.h>
#include <unistd.h>

#include "runtime/clock.h"
#include "runtime/pools.h"
#include "runtime/scope_labels.h"
#include "runtime/scopes.h"

heaplens__recorder heaplens__recording;

heaplens_status heaplens__recorder_init(heaplens__recorder *recorder, uint32_t depth_max,
                                        uint64_t secret)
{
    heaplens_store_header *const header = recorder->store.header;
    if (depth_max == 0) {
        depth_max = HEAPLENS__DEPTH_DEFAULT;
    }
    recorder->depth_max = depth_max < HEAPLENS__DEPTH_LIMIT ? depth_max : HEAPLENS__DEPTH_LIMIT;
    recorder->secret = secret;
    recorder->generation++;
    recorder->free_shards = NULL;
    recorder->shards_used = 0;
    atomic_store_explicit(&recorder->is_shared, false, memory_order_relaxed);
    atomic_store_explicit(&recorder->watch_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&recorder->api_bytes_peak, 0, memory_order_relaxed);
    atomic_store_explicit(&recorder->api_blocks_peak, 0, memory_order_relaxed);

    atomic_store_explicit(&header->mode, HEAPLENS_MODE_FULL, memory_order_relaxed);
    atomic_store_explicit(&header->modes_used, UINT64_C(1) << HEAPLENS_MODE_FULL,
                          memory_order_relaxed);
    header->depth_max = recorder->depth_max;
    header->page_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
    header->pid = (uint32_t)getpid();
    header->ppid = (uint32_t)getppid();
    header->pending_bytes_max = HEAPLENS__PENDING_BYTES;
    header->pending_blocks_max = HEAPLENS__PENDING_BLOCKS;
    heaplens__clock_read_both(&header->start);
    heaplens__clock_read_both(&header->latest);

    heaplens__scopes_reset();
    heaplens__scope_labels_reset();
    heaplens__pools_reset();
    heaplens__modules_init(&recorder->modules);
    return heaplens__intern_init(&recorder->intern, &recorder->store);
}
