// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_STRING_SET_H
#define COMPETENCY_MATCH_STRING_SET_H

#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/status.h>

/**
 * Distinct strings, numbered from 0 in the order in which they were first added.
 *
 * Zero-initialise it, but for `memory`. Strings are borrowed: the caller keeps them alive as long as the set.
 */
typedef struct competency__string_set {
    const competency_allocator *memory;  // borrowed
    const char **strings;                // (count)
    uint64_t *hashes;                    // (count)
    size_t count;
    size_t capacity;    // of the two arrays
    size_t *slots;      // (slot_count) number + 1; 0: free
    size_t slot_count;  // 0, or a power of two more than twice `count`
} competency__string_set;

/** Where a string is not in a set. */
#define COMPETENCY__STRING_NONE SIZE_MAX

/** The number of `string`, or COMPETENCY__STRING_NONE. */
size_t competency__string_set_find(const competency__string_set *set, const char *string);

/**
 * Make room for one more string.
 *
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM, and the set is unchanged
 */
COMPETENCY_MUST_USE competency_status competency__string_set_reserve(competency__string_set *set);

/** Add a string that is not in the set, which has room for it. @return its number */
size_t competency__string_set_insert(competency__string_set *set, const char *string);

/** Forget all strings, keeping the room for them. */
void competency__string_set_clear(competency__string_set *set);

void competency__string_set_deinit(competency__string_set *set);

#endif
