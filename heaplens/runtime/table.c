// SPDX-License-Identifier: MIT
// The map from keys to ids: lock-free look-up, locked growth.
#include "runtime/table.h"

#include <stddef.h>

#include "runtime/pages.h"

typedef struct slot {
    _Atomic uint64_t key;  // 0: free; stored with release after `id`
    _Atomic uint32_t id;
} slot;

struct heaplens__slots {
    heaplens__slots *older;  // half as large; kept for readers
    size_t mask;             // slots - 1
    slot at[];
};

enum { SLOTS_FIRST = 1024 };

static size_t slots_bytes(size_t count)
{
    return sizeof(heaplens__slots) + count * sizeof(slot);
}

uint32_t heaplens__table_find(const heaplens__table *table, uint64_t key)
{
    // Acquire pairs with the release in grow(): the slots are initialised.
    const heaplens__slots *const slots = atomic_load_explicit(&table->slots, memory_order_acquire);
    if (slots == NULL) {
        return 0;
    }
    for (size_t i = (size_t)key & slots->mask;; i = (i + 1) & slots->mask) {
        // Acquire pairs with the release in put(): a key that is seen has its id.
        const uint64_t found = atomic_load_explicit(&slots->at[i].key, memory_order_acquire);
        if (found == key) {
            return atomic_load_explicit(&slots->at[i].id, memory_order_relaxed);
        }
        if (found == 0) {
            return 0;
        }
    }
}

static void put(heaplens__slots *slots, uint64_t key, uint32_t id)
{
    size_t i = (size_t)key & slots->mask;
    while (atomic_load_explicit(&slots->at[i].key, memory_order_relaxed) != 0) {
        i = (i + 1) & slots->mask;
    }
    atomic_store_explicit(&slots->at[i].id, id, memory_order_relaxed);
    atomic_store_explicit(&slots->at[i].key, key, memory_order_release);
}

static bool grow(heaplens__table *table)
{
    heaplens__slots *const old = atomic_load_explicit(&table->slots, memory_order_relaxed);
    const size_t count = old == NULL ? SLOTS_FIRST : 2 * (old->mask + 1);
    heaplens__slots *const fresh = heaplens__pages_take(slots_bytes(count));
    if (fresh == NULL) {
        return false;
    }
    fresh->older = old;
    fresh->mask = count - 1;
    for (size_t i = 0; old != NULL && i <= old->mask; i++) {
        const uint64_t key = atomic_load_explicit(&old->at[i].key, memory_order_relaxed);
        if (key != 0) {
            put(fresh, key, atomic_load_explicit(&old->at[i].id, memory_order_relaxed));
        }
    }
    atomic_store_explicit(&table->slots, fresh, memory_order_release);
    return true;
}

bool heaplens__table_insert(heaplens__table *table, uint64_t key, uint32_t id)
{
    const heaplens__slots *const slots = atomic_load_explicit(&table->slots, memory_order_relaxed);
    const bool is_full = slots == NULL || table->used >= (slots->mask + 1) / 2;
    if (is_full && !grow(table)) {
        return false;
    }
    put(atomic_load_explicit(&table->slots, memory_order_relaxed), key, id);
    table->used++;
    return true;
}

void heaplens__table_clear(heaplens__table *table)
{
    heaplens__slots *slots = atomic_load_explicit(&table->slots, memory_order_relaxed);
    while (slots != NULL) {
        heaplens__slots *const older = slots->older;
        heaplens__pages_release(slots, slots_bytes(slots->mask + 1));
        slots = older;
    }
    atomic_store_explicit(&table->slots, NULL, memory_order_relaxed);
    table->used = 0;
}
