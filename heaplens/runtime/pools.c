// SPDX-License-Identifier: MIT
// Pools: their list, and counting their blocks.
#include "runtime/pools.h"

#include <string.h>

#include "runtime/ledger.h"
#include "runtime/pages.h"
#include "runtime/scope_labels.h"
#include "runtime/scopes.h"

static struct {
    pthread_mutex_t lock;
    heaplens_pool *all;
    heaplens_pool *spare;  // keep their memory: pools of requests come and go
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

heaplens_pool *heaplens__pools_create(const char *label)
{
    pthread_mutex_lock(&registry.lock);
    heaplens_pool *pool = registry.spare;
    if (pool != NULL) {
        registry.spare = pool->next;
    } else {
        pool = heaplens__pages_take(sizeof *pool);
        if (pool != NULL) {
            heaplens__block_map_init(&pool->blocks);
        }
    }
    if (pool != NULL) {
        memset(pool->label, 0, sizeof pool->label);
        memcpy(pool->label, label, strnlen(label, sizeof pool->label - 1));
        atomic_store_explicit(&pool->figures, NULL, memory_order_relaxed);
        pool->next = registry.all;
        registry.all = pool;
    }
    pthread_mutex_unlock(&registry.lock);
    return pool;
}

void heaplens__pools_destroy(heaplens_pool *pool)
{
    heaplens__block_map_clear(&pool->blocks);
    pthread_mutex_lock(&registry.lock);
    heaplens_pool **link = &registry.all;
    while (*link != pool) {
        link = &(*link)->next;
    }
    *link = pool->next;
    pool->next = registry.spare;
    registry.spare = pool;
    pthread_mutex_unlock(&registry.lock);
}

// Under the lock, where another thread may have been first: a pool is counted once.
static heaplens_store_scope *look_up_figures(heaplens_pool *pool, heaplens__recorder *recorder)
{
    pthread_mutex_lock(&recorder->lock);
    heaplens_store_scope *figures = atomic_load_explicit(&pool->figures, memory_order_relaxed);
    if (figures == NULL) {
        figures =
            heaplens__scope_labels_find(&recorder->store, pool->label, HEAPLENS_STORE_SCOPE_POOL);
        if (figures != NULL) {
            heaplens__scope_labels_count_pool(figures);
        }
        // Pairs with the acquire in figures_of().
        atomic_store_explicit(&pool->figures, figures, memory_order_release);
    }
    pthread_mutex_unlock(&recorder->lock);
    return figures;
}

// The figures of the pool's label, looked up once a recording. NULL: the store has no room.
static heaplens_store_scope *figures_of(heaplens_pool *pool, heaplens__recorder *recorder)
{
    heaplens_store_scope *const figures =
        atomic_load_explicit(&pool->figures, memory_order_acquire);
    return figures != NULL ? figures : look_up_figures(pool, recorder);
}

static void add(heaplens_store_u64 *figure, uint64_t more)
{
    atomic_fetch_add_explicit(figure, more, memory_order_relaxed);
}

static void count_birth(heaplens_store_scope *figures, uint64_t size)
{
    add(&figures->bytes_total, size);
    add(&figures->blocks_total, 1);
    const uint64_t blocks =
        atomic_fetch_add_explicit(&figures->blocks_live, 1, memory_order_relaxed) + 1;
    const uint64_t bytes =
        atomic_fetch_add_explicit(&figures->bytes_live, size, memory_order_relaxed) + size;
    uint64_t peak = atomic_load_explicit(&figures->bytes_peak, memory_order_relaxed);
    while (bytes >= peak) {
        if (atomic_compare_exchange_weak_explicit(&figures->bytes_peak, &peak, bytes,
                                                  memory_order_relaxed, memory_order_relaxed)) {
            atomic_store_explicit(&figures->blocks_peak, blocks, memory_order_relaxed);
            return;
        }
    }
}

static void count_death(heaplens_store_scope *figures, uint64_t size)
{
    add(&figures->bytes_freed, size);
    add(&figures->blocks_freed, 1);
    add(&figures->bytes_live, 0 - size);
    add(&figures->blocks_live, UINT64_MAX);
}

static void count_end(heaplens_pool *pool, heaplens__shard *shard,
                      const heaplens__block_entry *entry)
{
    const heaplens__block was = {.size = entry->size,
                                 .usable = entry->size + HEAPLENS__TAIL_BYTES,
                                 .birth_clock = entry->stamps[0],
                                 .timing = HEAPLENS__TIMING_ONE,
                                 .site = entry->site};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the address that it was given
    const void *const block = (const void *)entry->address;
    heaplens_store_scope *const figures = figures_of(pool, shard->recorder);
    if (figures != NULL) {
        count_death(figures, entry->size);
    }
    heaplens__ledger_free(shard, block, &was);
    if (heaplens__scopes_are_open()) {
        heaplens__scopes_note_free(block, entry->size);
    }
}

bool heaplens__pools_alloc(heaplens_pool *pool, heaplens__shard *shard, const void *block,
                           size_t size, uint32_t site)
{
    (void)heaplens__pools_free(pool, shard, block);
    const uint64_t clock = heaplens__ledger_alloc_bare(shard, block, size, site);
    const heaplens__block_entry entry = {
        .address = (uintptr_t)block, .size = size, .site = site, .stamps = {clock}};
    if (!heaplens__block_map_put(&pool->blocks, &entry)) {
        const heaplens__block what = {.size = size,
                                      .usable = size + HEAPLENS__TAIL_BYTES,
                                      .birth_clock = clock,
                                      .timing = HEAPLENS__TIMING_ONE,
                                      .site = site};
        heaplens__ledger_take_back(shard, &what);
        return false;
    }
    heaplens_store_scope *const figures = figures_of(pool, shard->recorder);
    if (figures != NULL) {
        count_birth(figures, size);
    }
    if (heaplens__scopes_are_open()) {
        heaplens__scopes_note_alloc(block, size, site);
    }
    return true;
}

bool heaplens__pools_free(heaplens_pool *pool, heaplens__shard *shard, const void *block)
{
    heaplens__block_entry entry;
    const bool is_there = heaplens__block_map_take(&pool->blocks, block, &entry);
    if (is_there) {
        count_end(pool, shard, &entry);
    }
    return is_there;
}

void heaplens__pools_clear(heaplens_pool *pool, heaplens__shard *shard)
{
    heaplens__block_entry entry;
    size_t from = 0;
    while (heaplens__block_map_take_any(&pool->blocks, &from, &entry)) {
        count_end(pool, shard, &entry);
    }
}

void heaplens__pools_reset(void)
{
    registry.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    for (heaplens_pool *pool = registry.all; pool != NULL; pool = pool->next) {
        pool->blocks.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
        heaplens__block_map_clear(&pool->blocks);
        atomic_store_explicit(&pool->figures, NULL, memory_order_relaxed);
    }
}
