// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_SHARD_H
#define HEAPLENS_RUNTIME_SHARD_H

/**
 * @file
 * What one thread counts, and the private indices that find its counters.
 *
 * A shard belongs to one thread at a time: its counters in the store are written by plain
 * (relaxed) stores. When the thread ends, the next one goes on counting in the same shard.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "format/store.h"
#include "runtime/deferred.h"
#include "runtime/recorder.h"
#include "runtime/sampler.h"
#include "runtime/unwind_memo.h"

enum {
    HEAPLENS__CACHE_SETS = 512,  // of 2 ways: 16 KiB, all of which a few dozen stacks touch
    HEAPLENS__CACHE_WAYS = 2,
    HEAPLENS__INDEX_PAGE = 256,  // entries a page; sites that a thread uses lie close together
    HEAPLENS__INDEX_PAGES = (HEAPLENS_STORE_SITES_MAX + 1) / HEAPLENS__INDEX_PAGE,
};

typedef struct heaplens__cache_line {
    uint64_t hash;  // of a stack; 0: free
    uint32_t site;
    uint32_t reserved;
} heaplens__cache_line;

/** The head of a piece of private memory. A cache line, so that what follows stays aligned. */
typedef struct heaplens__spare_chunk {
    _Alignas(64) struct heaplens__spare_chunk *next;
} heaplens__spare_chunk;

// The first two cache lines are what nearly every operation touches: count and sample mode, the first.
typedef struct heaplens__shard {
    heaplens_store_shard *figures;  // in the store
    int64_t quota;          // bytes that may still move before heaplens__shard_settle() looks
    int64_t watch_counted;  // figures->counted_bytes at which the peak that is watched is reached
    const void *latest_block;  // of this thread's latest allocation; NULL: it is freed
    heaplens__sampler sampler;
    int64_t watch_bytes;  // what watch_counted is, for figures->bytes_live
    heaplens__recorder *recorder;
    heaplens_store_header *header;  // of the store, and where its entries and sites begin
    heaplens_store_entry *entries;
    heaplens_store_site *sites;
    uint32_t id;
    uint32_t thread;                // number of the thread that has it, from 1
    uint32_t timing_gap;            // blocks to the next that is timed
    int64_t handed_bytes;           // of figures->bytes_live, what is in header.bytes_live
    int64_t handed_blocks;          // the same of blocks
    uint64_t handed_clock;          // of figures->bytes_total, what is in header.bytes_clock
    int64_t handed_counted_bytes;   // of figures->counted_bytes, what is in header.counted_bytes
    int64_t handed_counted_blocks;  // the same of blocks
    uint64_t entry_next;            // of the run of entries that the shard was given
    uint64_t entry_end;
    unsigned char *spare;  // private memory for index pages
    size_t spare_bytes;
    heaplens__spare_chunk *chunks;       // all that it took, the one in use first
    struct heaplens__shard *next;        // of those that no thread has
    struct heaplens__shard *next_made;   // of all
    const volatile bool *owner_is_busy;  // lock; the flag of the thread that has it; NULL: none
    uint32_t generation;                 // of the recording that it belongs to
    heaplens__deferred_list deferred;    // what handlers did while the thread was in the recorder
    heaplens__unwind_memo memo;          // stacks seen before; a note is 1 + an entry
    uint64_t memo_unloads;               // header.module_subs that the notes belong to
    uintptr_t ips[HEAPLENS__DEPTH_LIMIT];
    heaplens__cache_line cache[HEAPLENS__CACHE_SETS][HEAPLENS__CACHE_WAYS];
    uint32_t *index[HEAPLENS__INDEX_PAGES];  // site -> entry + 1; mostly never touched
} heaplens__shard;

/**
 * Give the calling thread a shard: one that a thread left, or a new one.
 *
 * @param owner_is_busy  true while the thread uses the shard; valid until it gives it back; NULL in
 *                       tests that have one thread
 * @return NULL if there is no room or memory
 */
heaplens__shard *heaplens__shard_acquire(heaplens__recorder *recorder,
                                         const volatile bool *owner_is_busy);

/** heaplens__shard_release(), unless the recording that the shard belonged to is over. */
void heaplens__shard_abandon(heaplens__recorder *recorder, heaplens__shard *shard,
                             uint32_t generation);

/** Hand in what is pending, and let another thread have the shard. */
void heaplens__shard_release(heaplens__shard *shard);

/** Is no thread in the middle of using a shard, `own` aside? Call under the lock. */
bool heaplens__shards_are_idle(const heaplens__recorder *recorder, const heaplens__shard *own);

/** Release the memory of all shards. Call under the lock, when they are idle. */
void heaplens__shards_release_memory(heaplens__recorder *recorder);

/** Hand in what is pending. */
void heaplens__shard_flush(heaplens__shard *shard);

/** Hand in what is pending if it is near the bound, and set the quota and what is watched. */
void heaplens__shard_settle(heaplens__shard *shard);

/** Set what is watched: a peak was noted. */
void heaplens__shard_watch(heaplens__shard *shard);

/**
 * So many bytes moved, in one block: no figure that is held back changed by more.
 *
 * A block takes as much of the quota as the bound of blocks allows it, so that one comparison keeps
 * both bounds.
 */
static inline void heaplens__shard_spend(heaplens__shard *shard, int64_t bytes)
{
    shard->quota -= bytes + HEAPLENS__PENDING_BYTES / HEAPLENS__PENDING_BLOCKS;
    if (__builtin_expect(shard->quota < 0, 0)) {
        heaplens__shard_settle(shard);
    }
}

/**
 * heaplens__shard_spend() if it need not settle; false otherwise, and then heaplens__shard_spend() is
 * due: what it spends a second time, settling forgets.
 */
static inline bool heaplens__shard_spends(heaplens__shard *shard, int64_t bytes)
{
    shard->quota -= bytes + HEAPLENS__PENDING_BYTES / HEAPLENS__PENDING_BLOCKS;
    return __builtin_expect(shard->quota >= 0, true);
}

/** heaplens__shard_entry() where there is none yet. Keeps errno. */
heaplens_store_entry *heaplens__shard_entry_anew(heaplens__shard *shard, uint32_t site);

/** The shard's entry for a site, made when first asked for; NULL if there is no room. */
static inline heaplens_store_entry *heaplens__shard_entry(heaplens__shard *shard, uint32_t site)
{
    const uint32_t *const page = shard->index[site / HEAPLENS__INDEX_PAGE];
    if (page != NULL && page[site % HEAPLENS__INDEX_PAGE] != 0) {
        return &shard->entries[page[site % HEAPLENS__INDEX_PAGE] - 1];
    }
    return heaplens__shard_entry_anew(shard, site);
}

/** What of the bytes live that it counted is not in header.bytes_live. */
static inline int64_t heaplens__shard_pending_bytes(const heaplens__shard *shard)
{
    return atomic_load_explicit(&shard->figures->bytes_live, memory_order_relaxed) -
           shard->handed_bytes;
}

/** The same of blocks. */
static inline int64_t heaplens__shard_pending_blocks(const heaplens__shard *shard)
{
    return atomic_load_explicit(&shard->figures->blocks_live, memory_order_relaxed) -
           shard->handed_blocks;
}

/** What of the bytes allocated that it counted is not in header.bytes_clock. */
static inline uint64_t heaplens__shard_pending_clock(const heaplens__shard *shard)
{
    return atomic_load_explicit(&shard->figures->bytes_total, memory_order_relaxed) -
           shard->handed_clock;
}

/** The site of a stack, by way of the shard's cache. Takes the lock for a new stack only. */
uint32_t heaplens__shard_site(heaplens__shard *shard, const heaplens__stack *stack);

#endif
