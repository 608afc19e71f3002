// SPDX-License-Identifier: MIT
// Blocks by address: insertion, removal without graves, growth.
#include "runtime/block_map.h"

#include <string.h>

#include "runtime/pages.h"

enum { SLOTS_FIRST = 64 };  // 3 KiB: within the first page

static size_t slots_bytes(size_t capacity)
{
    return capacity * sizeof(heaplens__block_entry);
}

static size_t home_of(const heaplens__block_map *map, uintptr_t address)
{
    // The upper half of the product depends on all bits.
    return (size_t)(((uint64_t)address * 0x9E3779B97F4A7C15U) >> 32) & (map->capacity - 1);
}

// The slot of `address`, or the free one where it belongs.
static size_t slot_of(const heaplens__block_map *map, uintptr_t address)
{
    size_t at = home_of(map, address);
    while (map->slots[at].address != 0 && map->slots[at].address != address) {
        at = (at + 1) & (map->capacity - 1);
    }
    return at;
}

static bool grow(heaplens__block_map *map)
{
    const heaplens__block_map old = *map;
    const size_t capacity = old.capacity == 0 ? SLOTS_FIRST : 2 * old.capacity;
    heaplens__block_entry *const slots = heaplens__pages_take(slots_bytes(capacity));
    if (slots == NULL) {
        return false;
    }
    map->slots = slots;
    map->capacity = capacity;
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.slots[i].address != 0) {
            slots[slot_of(map, old.slots[i].address)] = old.slots[i];
        }
    }
    heaplens__pages_release(old.slots, slots_bytes(old.capacity));
    return true;
}

// Moves later entries of the run back, so that none is cut off from its home by the gap.
static void close_gap(heaplens__block_map *map, size_t gap)
{
    const size_t mask = map->capacity - 1;
    for (size_t at = (gap + 1) & mask; map->slots[at].address != 0; at = (at + 1) & mask) {
        const size_t home = home_of(map, map->slots[at].address);
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            map->slots[gap] = map->slots[at];
            gap = at;
        }
    }
    map->slots[gap].address = 0;
    map->used--;
}

void heaplens__block_map_init(heaplens__block_map *map)
{
    *map = (heaplens__block_map){.slots = NULL};
    map->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
}

static bool put(heaplens__block_map *map, const heaplens__block_entry *entry)
{
    size_t at = map->capacity == 0 ? 0 : slot_of(map, entry->address);
    const bool is_new = map->capacity == 0 || map->slots[at].address == 0;
    if (is_new && 2 * map->used >= map->capacity) {
        if (!grow(map)) {
            return false;
        }
        at = slot_of(map, entry->address);
    }
    map->slots[at] = *entry;
    map->used += is_new ? 1 : 0;
    return true;
}

bool heaplens__block_map_put(heaplens__block_map *map, const heaplens__block_entry *entry)
{
    pthread_mutex_lock(&map->lock);
    const bool is_kept = put(map, entry);
    pthread_mutex_unlock(&map->lock);
    return is_kept;
}

bool heaplens__block_map_take(heaplens__block_map *map, const void *block,
                              heaplens__block_entry *out)
{
    bool is_there = false;
    pthread_mutex_lock(&map->lock);
    if (map->used > 0) {
        const size_t at = slot_of(map, (uintptr_t)block);
        is_there = map->slots[at].address != 0;
        if (is_there) {
            *out = map->slots[at];
            close_gap(map, at);
        }
    }
    pthread_mutex_unlock(&map->lock);
    return is_there;
}

bool heaplens__block_map_take_any(heaplens__block_map *map, size_t *from,
                                  heaplens__block_entry *out)
{
    bool is_there = false;
    pthread_mutex_lock(&map->lock);
    // A removal can move an entry from beyond the end to before `from`: hence the wrap.
    for (size_t left = map->used > 0 ? map->capacity : 0; left > 0 && !is_there; left--) {
        const size_t at = *from & (map->capacity - 1);
        is_there = map->slots[at].address != 0;
        if (is_there) {
            *out = map->slots[at];
            close_gap(map, at);
        } else {
            (*from)++;
        }
    }
    pthread_mutex_unlock(&map->lock);
    return is_there;
}

void heaplens__block_map_clear(heaplens__block_map *map)
{
    pthread_mutex_lock(&map->lock);
    if (map->capacity > SLOTS_FIRST) {
        heaplens__pages_release(map->slots, slots_bytes(map->capacity));
        map->slots = NULL;
        map->capacity = 0;
    } else if (map->used > 0) {
        memset(map->slots, 0, slots_bytes(map->capacity));
    }
    map->used = 0;
    pthread_mutex_unlock(&map->lock);
}
