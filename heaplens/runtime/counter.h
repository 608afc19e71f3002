// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_COUNTER_H
#define HEAPLENS_RUNTIME_COUNTER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "format/store.h"

// Counters in the store have one writer, the thread that owns them, and readers that may look at
// any time: a relaxed load and store, which is one plain addition to memory, not a locked one.

/** Add to a counter that only this thread writes. @return what it is now */
static inline uint64_t heaplens__count(heaplens_store_u64 *counter, uint64_t more)
{
    const uint64_t sum = atomic_load_explicit(counter, memory_order_relaxed) + more;
    atomic_store_explicit(counter, sum, memory_order_relaxed);
    return sum;
}

/** The same for a figure that can fall. */
static inline int64_t heaplens__shift(heaplens_store_i64 *figure, int64_t more)
{
    const int64_t sum = atomic_load_explicit(figure, memory_order_relaxed) + more;
    atomic_store_explicit(figure, sum, memory_order_relaxed);
    return sum;
}

/** Raise a maximum that several threads write. False if it was as high already. */
static inline bool heaplens__raise(heaplens_store_i64 *maximum, int64_t value)
{
    int64_t was = atomic_load_explicit(maximum, memory_order_relaxed);
    while (value > was) {
        if (atomic_compare_exchange_weak_explicit(maximum, &was, value, memory_order_relaxed,
                                                  memory_order_relaxed)) {
            return true;
        }
    }
    return false;
}

static inline uint64_t heaplens__counted(const heaplens_store_u64 *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static inline int64_t heaplens__level(const heaplens_store_i64 *figure)
{
    return atomic_load_explicit(figure, memory_order_relaxed);
}

#endif
