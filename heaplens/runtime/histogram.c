// SPDX-License-Identifier: MIT
// The words of an entry's sizes, and the tables of those that have many.
#include "runtime/histogram.h"

#include <errno.h>

static uint64_t word_of(uint64_t tag, uint64_t value)
{
    return tag << HEAPLENS_STORE_BIN_SHIFT | value;
}

// The table that the entry's last word names; the bin of that word moves into a new one if there is
// none yet. NULL if there is no room.
static heaplens_store_histogram *table_of(const heaplens__shard *shard, heaplens_store_entry *entry)
{
    heaplens_store_u64 *const last = &entry->bins[HEAPLENS_STORE_ENTRY_BINS - 1];
    heaplens__store *const store = &shard->recorder->store;
    heaplens_store_histogram *const all = heaplens__store_items(store, HEAPLENS_STORE_HISTOGRAMS);
    const uint64_t word = heaplens__counted(last);
    const uint64_t tag = word >> HEAPLENS_STORE_BIN_SHIFT;
    const uint64_t value = word - word_of(tag, 0);
    if (tag == HEAPLENS_STORE_BIN_ELSEWHERE) {
        return &all[value];
    }
    const int saved_errno = errno;
    pthread_mutex_lock(&shard->recorder->lock);
    const uint64_t at = heaplens__store_room(store, HEAPLENS_STORE_HISTOGRAMS, 1);
    if (at != HEAPLENS__STORE_FULL) {
        heaplens__count(&all[at].sizes[tag - 1], value);
        heaplens__store_publish(store, HEAPLENS_STORE_HISTOGRAMS, at + 1);
        // Release: who finds the table finds the bin that was here in it.
        atomic_store_explicit(last, word_of(HEAPLENS_STORE_BIN_ELSEWHERE, at),
                              memory_order_release);
    }
    pthread_mutex_unlock(&shard->recorder->lock);
    errno = saved_errno;
    return at != HEAPLENS__STORE_FULL ? &all[at] : NULL;
}

void heaplens__histogram_count_further(const heaplens__shard *shard, heaplens_store_entry *entry,
                                       size_t bin, uint64_t blocks)
{
    for (size_t i = 0; i < HEAPLENS_STORE_ENTRY_BINS; i++) {
        const uint64_t tag = heaplens__counted(&entry->bins[i]) >> HEAPLENS_STORE_BIN_SHIFT;
        if (tag == bin + 1 || tag == 0) {
            heaplens__count(&entry->bins[i], tag == 0 ? word_of(bin + 1, blocks) : blocks);
            return;
        }
    }
    heaplens_store_histogram *const table = table_of(shard, entry);
    if (table != NULL) {
        heaplens__count(&table->sizes[bin], blocks);
    }
}
