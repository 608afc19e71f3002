// SPDX-License-Identifier: MIT
// Shards: giving them to threads, and finding a site and its entry from within one.
#include "runtime/shard.h"

#include <errno.h>
#include <unistd.h>

#include <sys/syscall.h>

#include "runtime/clock.h"
#include "runtime/counter.h"
#include "runtime/pages.h"
#include "runtime/timeline.h"

enum {
    ENTRY_RUN = 32,           // entries given to a shard at a time: 5 KiB
    SPARE_BYTES = 64 * 1024,  // private memory taken at a time
};

static void hand_in(heaplens_store_i64 *shared, const heaplens_store_i64 *own, int64_t *handed)
{
    const int64_t level = heaplens__level(own);
    if (level != *handed) {
        atomic_fetch_add_explicit(shared, level - *handed, memory_order_relaxed);
        *handed = level;
    }
}

void heaplens__shard_flush(heaplens__shard *shard)
{
    heaplens_store_header *const header = shard->header;
    const heaplens_store_shard *const figures = shard->figures;
    hand_in(&header->bytes_live, &figures->bytes_live, &shard->handed_bytes);
    hand_in(&header->blocks_live, &figures->blocks_live, &shard->handed_blocks);
    hand_in(&header->counted_bytes, &figures->counted_bytes, &shard->handed_counted_bytes);
    hand_in(&header->counted_blocks, &figures->counted_blocks, &shard->handed_counted_blocks);
    const uint64_t clock = heaplens__shard_pending_clock(shard);
    if (clock != 0) {
        atomic_fetch_add_explicit(&header->bytes_clock, clock, memory_order_relaxed);
        shard->handed_clock += clock;
    }
    heaplens__timeline_look(shard->recorder);
}

static int64_t magnitude(int64_t value)
{
    return value < 0 ? -value : value;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// The most that is held back of any live figure, in bytes; a block as in heaplens__shard_spend().
static int64_t pending_most(const heaplens__shard *shard)
{
    const int64_t block = HEAPLENS__PENDING_BYTES / HEAPLENS__PENDING_BLOCKS;
    const heaplens_store_shard *const figures = shard->figures;
    const int64_t counted = heaplens__level(&figures->counted_bytes) - shard->handed_counted_bytes;
    const int64_t counted_blocks =
        heaplens__level(&figures->counted_blocks) - shard->handed_counted_blocks;
    const int64_t bytes =
        larger(magnitude(heaplens__shard_pending_bytes(shard)), magnitude(counted));
    const int64_t blocks =
        larger(magnitude(heaplens__shard_pending_blocks(shard)), magnitude(counted_blocks));
    return larger(bytes, blocks * block);
}

void heaplens__shard_watch(heaplens__shard *shard)
{
    const heaplens_store_header *const header = shard->header;
    const heaplens__recorder *const recorder = shard->recorder;
    shard->watch_bytes = heaplens__level(&recorder->watch_bytes) -
                         heaplens__level(&header->bytes_live) + shard->handed_bytes;
    shard->watch_counted = heaplens__level(&recorder->counted_api_peak) -
                           heaplens__level(&header->counted_bytes) + shard->handed_counted_bytes;
}

void heaplens__shard_settle(heaplens__shard *shard)
{
    // At three quarters, or a full quota would be a short one.
    enum { NEAR = HEAPLENS__PENDING_BYTES / 4 * 3, CLOCK_NEAR = HEAPLENS__PENDING_CLOCK / 4 * 3 };
    if (pending_most(shard) > NEAR || heaplens__shard_pending_clock(shard) > CLOCK_NEAR) {
        heaplens__shard_flush(shard);
    }
    const int64_t clock_left =
        HEAPLENS__PENDING_CLOCK - (int64_t)heaplens__shard_pending_clock(shard);
    shard->quota = smaller(HEAPLENS__PENDING_BYTES - pending_most(shard), clock_left);
    heaplens__shard_watch(shard);
}

static heaplens__shard *create(heaplens__recorder *recorder)
{
    heaplens__store *const store = &recorder->store;
    const uint64_t id = heaplens__store_room(store, HEAPLENS_STORE_SHARDS, 1);
    if (id == HEAPLENS__STORE_FULL) {
        return NULL;
    }
    heaplens__shard *const shard = heaplens__pages_take(sizeof *shard);
    if (shard == NULL) {
        return NULL;
    }
    shard->recorder = recorder;
    shard->header = store->header;
    shard->entries = heaplens__store_items(store, HEAPLENS_STORE_ENTRIES);
    shard->sites = heaplens__store_items(store, HEAPLENS_STORE_SITES);
    shard->generation = recorder->generation;
    shard->next_made = recorder->all_shards;
    recorder->all_shards = shard;
    shard->id = (uint32_t)id;
    shard->figures =
        (heaplens_store_shard *)heaplens__store_items(store, HEAPLENS_STORE_SHARDS) + id;
    heaplens__store_publish(store, HEAPLENS_STORE_SHARDS, id + 1);
    return shard;
}

heaplens__shard *heaplens__shard_acquire(heaplens__recorder *recorder,
                                         const volatile bool *owner_is_busy)
{
    pthread_mutex_lock(&recorder->lock);
    heaplens__shard *shard = recorder->free_shards;
    if (shard != NULL) {
        recorder->free_shards = shard->next;
    } else {
        shard = create(recorder);
    }
    if (shard != NULL) {
        heaplens__sampler_init(&shard->sampler, recorder->seed,
                               heaplens__counted(&recorder->store.header->threads));
        shard->owner_is_busy = owner_is_busy;
        shard->figures->tid = (uint32_t)syscall(SYS_gettid);
        shard->figures->threads++;
        heaplens__count(&recorder->store.header->threads, 1);
        shard->thread = (uint32_t)heaplens__counted(&recorder->store.header->threads);
        recorder->shards_used++;
        if (recorder->shards_used > 1) {
            atomic_store_explicit(&recorder->is_shared, true, memory_order_relaxed);
        }
        heaplens__clock_read_both(&recorder->store.header->latest);
        heaplens__shard_settle(shard);
    }
    pthread_mutex_unlock(&recorder->lock);
    return shard;
}

// Under the lock.
static void release(heaplens__shard *shard)
{
    heaplens__recorder *const recorder = shard->recorder;
    heaplens__shard_flush(shard);
    shard->latest_block = NULL;
    shard->owner_is_busy = NULL;
    shard->next = recorder->free_shards;
    recorder->free_shards = shard;
    recorder->shards_used--;
    if (recorder->shards_used <= 1) {
        atomic_store_explicit(&recorder->is_shared, false, memory_order_relaxed);
    }
}

void heaplens__shard_release(heaplens__shard *shard)
{
    heaplens__recorder *const recorder = shard->recorder;
    pthread_mutex_lock(&recorder->lock);
    release(shard);
    pthread_mutex_unlock(&recorder->lock);
}

void heaplens__shard_abandon(heaplens__recorder *recorder, heaplens__shard *shard,
                             uint32_t generation)
{
    pthread_mutex_lock(&recorder->lock);
    // The memory of a shard whose recording is over may be gone: it is looked for, not looked at.
    for (const heaplens__shard *s = recorder->all_shards; s != NULL; s = s->next_made) {
        if (s == shard && s->generation == generation) {
            release(shard);
            break;
        }
    }
    pthread_mutex_unlock(&recorder->lock);
}

bool heaplens__shards_are_idle(const heaplens__recorder *recorder, const heaplens__shard *own)
{
    for (const heaplens__shard *s = recorder->all_shards; s != NULL; s = s->next_made) {
        if (s != own && s->owner_is_busy != NULL && *s->owner_is_busy) {
            return false;
        }
    }
    return true;
}

void heaplens__shards_release_memory(heaplens__recorder *recorder)
{
    while (recorder->all_shards != NULL) {
        heaplens__shard *const shard = recorder->all_shards;
        recorder->all_shards = shard->next_made;
        while (shard->chunks != NULL) {
            heaplens__spare_chunk *const chunk = shard->chunks;
            shard->chunks = chunk->next;
            heaplens__pages_release(chunk, SPARE_BYTES);
        }
        heaplens__pages_release(shard, sizeof *shard);
    }
}

static uint32_t *create_page(heaplens__shard *shard)
{
    const size_t bytes = HEAPLENS__INDEX_PAGE * sizeof(uint32_t);
    if (shard->spare_bytes < bytes) {
        heaplens__spare_chunk *const chunk = heaplens__pages_take(SPARE_BYTES);
        if (chunk == NULL) {
            shard->spare_bytes = 0;
            return NULL;
        }
        chunk->next = shard->chunks;
        shard->chunks = chunk;
        shard->spare = (unsigned char *)chunk + sizeof *chunk;
        shard->spare_bytes = SPARE_BYTES - sizeof *chunk;
    }
    uint32_t *const page = (uint32_t *)(void *)shard->spare;
    shard->spare += bytes;
    shard->spare_bytes -= bytes;
    return page;
}

static bool take_run(heaplens__shard *shard)
{
    heaplens__recorder *const recorder = shard->recorder;
    pthread_mutex_lock(&recorder->lock);
    const uint64_t first =
        heaplens__store_room(&recorder->store, HEAPLENS_STORE_ENTRIES, ENTRY_RUN);
    if (first != HEAPLENS__STORE_FULL) {
        heaplens__store_publish(&recorder->store, HEAPLENS_STORE_ENTRIES, first + ENTRY_RUN);
        shard->entry_next = first;
        shard->entry_end = first + ENTRY_RUN;
    }
    pthread_mutex_unlock(&recorder->lock);
    return first != HEAPLENS__STORE_FULL;
}

static heaplens_store_entry *create_entry(heaplens__shard *shard, uint32_t site)
{
    uint32_t **const page = &shard->index[site / HEAPLENS__INDEX_PAGE];
    if (*page == NULL) {
        *page = create_page(shard);
    }
    if (*page == NULL || (shard->entry_next == shard->entry_end && !take_run(shard)) ||
        shard->entry_next >= UINT32_MAX) {
        return NULL;
    }
    const uint64_t at = shard->entry_next++;
    heaplens_store_entry *const entry = &shard->entries[at];
    entry->shard = shard->id;
    // Of an epoch that is past: before its first change, nothing of it was live.
    atomic_store_explicit(&entry->site, site, memory_order_release);
    (*page)[site % HEAPLENS__INDEX_PAGE] = (uint32_t)at + 1;
    return entry;
}

heaplens_store_entry *heaplens__shard_entry_anew(heaplens__shard *shard, uint32_t site)
{
    const int saved_errno = errno;
    heaplens_store_entry *const entry = create_entry(shard, site);
    errno = saved_errno;
    return entry;
}

static uint32_t find_shared(const heaplens__shard *shard, const heaplens__stack *stack,
                            uint64_t hash)
{
    heaplens__recorder *const recorder = shard->recorder;
    uint32_t site = heaplens__intern_find(&recorder->intern, hash);
    if (site == 0) {
        const int saved_errno = errno;
        heaplens__modules_refresh(&recorder->modules, &recorder->store, &recorder->lock);
        pthread_mutex_lock(&recorder->lock);
        site = heaplens__intern_add(&recorder->intern, &recorder->store, &recorder->modules, stack,
                                    hash);
        heaplens__clock_read_both(&recorder->store.header->latest);
        pthread_mutex_unlock(&recorder->lock);
        errno = saved_errno;
    }
    return site;
}

uint32_t heaplens__shard_site(heaplens__shard *shard, const heaplens__stack *stack)
{
    // After an unloading the same addresses may be other code: they get another hash.
    const uint64_t unloads = heaplens__counted(&shard->recorder->store.header->module_subs);
    const uint64_t seed = unloads * 2 + (stack->is_cut ? 1 : 0);
    const uint64_t hash = heaplens__stack_hash(stack->ips, stack->depth, seed);
    heaplens__cache_line *const set = shard->cache[hash >> 32 & (HEAPLENS__CACHE_SETS - 1)];
    if (set[0].hash == hash) {
        return set[0].site;
    }
    if (set[1].hash == hash) {
        return set[1].site;
    }
    const uint32_t site = find_shared(shard, stack, hash);
    set[1] = set[0];
    set[0] = (heaplens__cache_line){.hash = hash, .site = site};
    return site;
}
