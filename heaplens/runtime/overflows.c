// SPDX-License-Identifier: MIT
// Overwritten blocks, by site: one item for the first of a site, and the number of all.
#include "runtime/overflows.h"

#include <errno.h>

#include "runtime/clock.h"
#include "runtime/counter.h"

static heaplens_store_overflow *find_site(const heaplens__store *store, uint32_t site)
{
    heaplens_store_overflow *const all = heaplens__store_items(store, HEAPLENS_STORE_OVERFLOWS);
    const uint64_t count =
        heaplens__counted(&store->header->sections[HEAPLENS_STORE_OVERFLOWS].count);
    for (uint64_t i = 0; i < count; i++) {
        if (all[i].site == site) {
            return &all[i];
        }
    }
    return NULL;
}

static void add_site(heaplens__store *store, const heaplens__shard *shard,
                     const heaplens__block *what)
{
    const uint64_t at = heaplens__store_room(store, HEAPLENS_STORE_OVERFLOWS, 1);
    if (at == HEAPLENS__STORE_FULL) {
        return;
    }
    heaplens_store_overflow *const item =
        (heaplens_store_overflow *)heaplens__store_items(store, HEAPLENS_STORE_OVERFLOWS) + at;
    item->site = what->site;
    item->size = what->size;
    item->bytes = what->bytes_beyond;
    item->time = heaplens__clock_now();
    item->tid = shard->figures->tid;
    heaplens__count(&item->count, 1);
    heaplens__store_publish(store, HEAPLENS_STORE_OVERFLOWS, at + 1);
}

void heaplens__overflows_note(heaplens__shard *shard, const heaplens__block *what)
{
    const int saved_errno = errno;
    heaplens__recorder *const recorder = shard->recorder;
    heaplens__count(&shard->figures->overflows, 1);
    pthread_mutex_lock(&recorder->lock);
    heaplens_store_overflow *const item = find_site(&recorder->store, what->site);
    if (item != NULL) {
        heaplens__count(&item->count, 1);
    } else {
        add_site(&recorder->store, shard, what);
    }
    pthread_mutex_unlock(&recorder->lock);
    errno = saved_errno;
}
