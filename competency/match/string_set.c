// SPDX-License-Identifier: MIT
// A set of borrowed strings with dense numbers: open addressing, linear probing.
#include "match/string_set.h"

#include <stdbool.h>
#include <string.h>

#include "base/checked.h"
#include "base/memory.h"

// FNV-1a, 64 bits.
static uint64_t hash_string(const char *string)
{
    uint64_t hash = 0xCBF29CE484222325U;
    for (; *string != '\0'; string++) {
        hash = (hash ^ (unsigned char)*string) * 0x100000001B3U;
    }
    return hash ^ (hash >> 32);
}

// The slot of the string, or the free one where it belongs.
static size_t find_slot(const competency__string_set *set, const char *string, uint64_t hash)
{
    const size_t mask = set->slot_count - 1;
    size_t slot = (size_t)hash & mask;
    for (; set->slots[slot] != 0; slot = (slot + 1) & mask) {
        const size_t number = set->slots[slot] - 1;
        if (set->hashes[number] == hash && strcmp(set->strings[number], string) == 0) {
            break;
        }
    }
    return slot;
}

size_t competency__string_set_find(const competency__string_set *set, const char *string)
{
    if (set->slot_count == 0) {
        return COMPETENCY__STRING_NONE;
    }
    return set->slots[find_slot(set, string, hash_string(string))] - 1;  // 0 - 1 is NONE
}

static bool grow_arrays(competency__string_set *set)
{
    void *hashes = set->hashes;
    void *strings = (void *)set->strings;
    size_t capacity = set->capacity;
    if (!competency__reserve(set->memory, &hashes, &capacity, set->count + 1,
                             sizeof(set->hashes[0]))) {
        return false;
    }
    set->hashes = hashes;
    if (!competency__reserve(set->memory, &strings, &set->capacity, set->count + 1,
                             sizeof(set->strings[0]))) {
        return false;  // the longer `hashes` is harmless: `capacity` still holds for both
    }
    set->strings = strings;
    return true;
}

static bool grow_slots(competency__string_set *set)
{
    size_t slot_count = 32;
    if (set->slot_count != 0 && !competency__mul(&slot_count, set->slot_count, 2)) {
        return false;
    }
    size_t bytes = 0;
    size_t *const slots = competency__mul(&bytes, slot_count, sizeof(slots[0]))
                              ? competency__allocate(set->memory, bytes)
                              : NULL;
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0, bytes);
    competency__release(set->memory, set->slots);
    set->slots = slots;
    set->slot_count = slot_count;
    for (size_t i = 0; i < set->count; i++) {
        slots[find_slot(set, set->strings[i], set->hashes[i])] = i + 1;
    }
    return true;
}

competency_status competency__string_set_reserve(competency__string_set *set)
{
    const bool has_room = (set->count < set->capacity || grow_arrays(set)) &&
                          (2 * (set->count + 1) < set->slot_count || grow_slots(set));
    return has_room ? COMPETENCY_OK : COMPETENCY_ENOMEM;
}

size_t competency__string_set_insert(competency__string_set *set, const char *string)
{
    const uint64_t hash = hash_string(string);
    set->strings[set->count] = string;
    set->hashes[set->count] = hash;
    set->slots[find_slot(set, string, hash)] = set->count + 1;
    return set->count++;
}

void competency__string_set_clear(competency__string_set *set)
{
    set->count = 0;
    if (set->slot_count > 0) {
        memset(set->slots, 0, set->slot_count * sizeof(set->slots[0]));
    }
}

void competency__string_set_deinit(competency__string_set *set)
{
    competency__release(set->memory, (void *)set->strings);
    competency__release(set->memory, set->hashes);
    competency__release(set->memory, set->slots);
    *set = (competency__string_set){.memory = set->memory};
}
