// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_RECORDER_H
#define HEAPLENS_RUNTIME_RECORDER_H

/**
 * @file
 * The state of one recording: what all threads share.
 *
 * Fields marked `lock` are written under heaplens__recorder.lock only. Lock order: the loader's
 * lock (held inside dl_iterate_phdr) before ours, never the reverse.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/intern.h"
#include "runtime/modules.h"
#include "runtime/store_writer.h"

enum {
    HEAPLENS__PENDING_BYTES = 16384,  // what a thread holds back; docs/adr/0050
    HEAPLENS__PENDING_BLOCKS = 256,
    HEAPLENS__PENDING_CLOCK = 65536,  // the same of the clock of bytes allocated
    HEAPLENS__DEPTH_DEFAULT = 128,
    HEAPLENS__DEPTH_LIMIT = 1024,
};

struct heaplens__shard;

typedef struct heaplens__recorder {
    heaplens__store store;      // lock
    heaplens__intern intern;    // lock, look-ups aside
    heaplens__modules modules;  // lock
    pthread_mutex_t lock;
    struct heaplens__shard *free_shards;  // lock; shards of threads that have ended
    struct heaplens__shard *all_shards;   // lock
    uint32_t shards_used;                 // lock; threads that have a shard
    _Atomic bool is_shared;               // more than one thread has a shard
    uint64_t secret;                      // key of the blocks' tails
    uint64_t secret_before;               // of the recording before, or the parent's; 0: none
    uint64_t seed;                        // of the draws
    _Atomic int mode;                     // heaplens_mode
    _Atomic bool has_tails;  // blocks may have tails that heaplens__drawn_blocks does not know
    _Atomic bool has_drawn;  // blocks may have tails that it knows
    _Atomic uint64_t sample_bytes;  // mean distance of samples
    uint32_t depth_max;             // frames
    uint32_t generation;            // recordings begun; threads compare it with their own

    _Atomic int64_t watch_bytes;  // min(header.bytes_peak, api_bytes_peak)
    // The peak that heaplens_totals_read() tells: heaplens_peak_reset() lowers it, and leaves the
    // profile's own peak alone.
    _Atomic int64_t api_bytes_peak;
    _Atomic int64_t api_blocks_peak;
    _Atomic int64_t counted_api_peak;  // the same in count mode
    _Atomic int64_t counted_api_blocks;

    _Atomic uint64_t point_due;  // when the timeline wants its next point
    bool knows_rss;              // lock; the system tells the resident set
    uint64_t maxrss_before;      // what getrusage() told at the start, maybe of another program
} heaplens__recorder;

/** The one recording of the process. */
extern heaplens__recorder heaplens__recording;

/** Begin a recording in `recorder`, whose store was just created; its mode is off. Not thread-safe. */
heaplens_status heaplens__recorder_init(heaplens__recorder *recorder, uint32_t depth_max,
                                        uint64_t secret);

/**
 * Record in another way from here on. Blocks that were recorded stay known in every mode.
 *
 * @param sample_bytes  for HEAPLENS_MODE_SAMPLE the mean distance of samples; 0: the default
 *
 * Threads: one at a time; others record meanwhile, some still in the old mode.
 */
void heaplens__recorder_set_mode(heaplens__recorder *recorder, heaplens_mode mode,
                                 uint64_t sample_bytes);

#endif
