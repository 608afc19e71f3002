// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_COUNTER_H
#define HEAPLENS_RUNTIME_COUNTER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "format/store.h"

// Counters in the store have one writer, the thread that owns them, and readers that may look at
// any time: one plain addition to memory, not a locked one.

// One instruction where there is one: the compiler makes three of a relaxed load and store. A signal
// handler finds it done or not begun.
#if defined(__x86_64__)
#define HEAPLENS__ADD(figure, more) \
    __asm__("addq %1, %0" : "+m"(*(figure)) : "er"((uint64_t)(more)) : "cc")
#else
#define HEAPLENS__ADD(figure, more)                                                                \
    atomic_store_explicit((figure), atomic_load_explicit((figure), memory_order_relaxed) + (more), \
                          memory_order_relaxed)
#endif

/** Add to a counter that only this thread writes. */
static inline void heaplens__count(heaplens_store_u64 *counter, uint64_t more)
{
    HEAPLENS__ADD(counter, more);
}

/** The same for a figure that can fall. */
static inline void heaplens__shift(heaplens_store_i64 *figure, int64_t more)
{
    HEAPLENS__ADD(figure, more);
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
