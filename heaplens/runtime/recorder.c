// SPDX-License-Identifier: MIT
// Setting up what all threads share.
#include "runtime/recorder.h"

#include <string.h>
#include <unistd.h>

#include "runtime/clock.h"
#include "runtime/counter.h"
#include "runtime/pools.h"
#include "runtime/scope_labels.h"
#include "runtime/scopes.h"
#include "runtime/tally.h"
#include "runtime/timeline.h"

heaplens__recorder heaplens__recording;

heaplens_status heaplens__recorder_init(heaplens__recorder *recorder, uint32_t depth_max,
                                        uint64_t secret)
{
    heaplens_store_header *const header = recorder->store.header;
    if (depth_max == 0) {
        depth_max = HEAPLENS__DEPTH_DEFAULT;
    }
    recorder->depth_max = depth_max < HEAPLENS__DEPTH_LIMIT ? depth_max : HEAPLENS__DEPTH_LIMIT;
    recorder->secret_before = recorder->secret;
    recorder->secret = secret;
    recorder->seed = secret;
    recorder->generation++;
    recorder->free_shards = NULL;
    recorder->all_shards = NULL;  // those of a parent are its own
    recorder->shards_used = 0;
    atomic_store_explicit(&recorder->is_shared, false, memory_order_relaxed);
    atomic_store_explicit(&recorder->watch_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&recorder->api_bytes_peak, 0, memory_order_relaxed);
    atomic_store_explicit(&recorder->api_blocks_peak, 0, memory_order_relaxed);
    atomic_store_explicit(&recorder->counted_api_peak, 0, memory_order_relaxed);
    atomic_store_explicit(&recorder->counted_api_blocks, 0, memory_order_relaxed);

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
    heaplens__timeline_init(recorder);
    atomic_store_explicit(&recorder->mode, HEAPLENS_MODE_OFF, memory_order_relaxed);
    heaplens__modules_init(&recorder->modules);
    return heaplens__intern_init(&recorder->intern, &recorder->store);
}

void heaplens__recorder_set_mode(heaplens__recorder *recorder, heaplens_mode mode,
                                 uint64_t sample_bytes)
{
    heaplens_store_header *const header = recorder->store.header;
    const uint64_t used = heaplens__counted(&header->modes_used);
    const int before = atomic_load_explicit(&recorder->mode, memory_order_relaxed);
    if (mode == HEAPLENS_MODE_COUNT && used != 0 && before != HEAPLENS_MODE_COUNT) {
        heaplens__tally_begin(recorder);
    }
    if (mode == HEAPLENS_MODE_SAMPLE) {
        atomic_store_explicit(&recorder->has_drawn, true, memory_order_relaxed);
        const uint64_t wanted = sample_bytes != 0 ? sample_bytes : HEAPLENS__SAMPLE_BYTES_DEFAULT;
        const uint64_t mean =
            wanted < HEAPLENS__SAMPLE_BYTES_MAX ? wanted : HEAPLENS__SAMPLE_BYTES_MAX;
        atomic_store_explicit(&recorder->sample_bytes, mean, memory_order_relaxed);
        atomic_store_explicit(&header->sample_bytes, mean, memory_order_relaxed);
    }
    if (mode == HEAPLENS_MODE_FULL) {
        atomic_store_explicit(&recorder->has_tails, true, memory_order_relaxed);
    }
    atomic_store_explicit(&header->modes_used, used | UINT64_C(1) << mode, memory_order_relaxed);
    atomic_store_explicit(&header->mode, (uint64_t)mode, memory_order_relaxed);
    // Release: a thread that sees the mode sees the mean distance and that there are tails.
    atomic_store_explicit(&recorder->mode, (int)mode, memory_order_release);
}
