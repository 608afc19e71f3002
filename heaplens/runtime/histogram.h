// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_HISTOGRAM_H
#define HEAPLENS_RUNTIME_HISTOGRAM_H

/**
 * @file
 * The requested sizes of an entry, in powers of two: three words for the sites that have few, and a
 * table for the others. docs/format/store.md defines the words.
 */
#include "runtime/counter.h"
#include "runtime/shard.h"

/** heaplens__histogram_count() where the first word is not the bin's. */
void heaplens__histogram_count_further(const heaplens__shard *shard, heaplens_store_entry *entry,
                                       size_t bin, uint64_t blocks);

/** Count `blocks` allocations in a bin. Takes the lock when an entry needs a table. */
static inline void heaplens__histogram_count(const heaplens__shard *shard,
                                             heaplens_store_entry *entry, size_t bin,
                                             uint64_t blocks)
{
    const uint64_t word = heaplens__counted(&entry->bins[0]);
    if (word >> HEAPLENS_STORE_BIN_SHIFT == bin + 1) {
        atomic_store_explicit(&entry->bins[0], word + blocks, memory_order_relaxed);
    } else {
        heaplens__histogram_count_further(shard, entry, bin, blocks);
    }
}

#endif
