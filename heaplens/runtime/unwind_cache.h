// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_UNWIND_CACHE_H
#define HEAPLENS_RUNTIME_UNWIND_CACHE_H

/**
 * @file
 * Rules by code address, shared by all threads.
 *
 * An entry is one 64-bit word: 35 bits of the address, its rule, and nothing else. A reader
 * therefore never sees half an entry, and needs no lock, no sequence number and no fence. The rest
 * of the address is in the entry's place: the set is the low 12 bits xor a hash of the high ones,
 * so that (tag, set) stand for exactly one address and a hit is never wrong.
 *
 *     63                            29 27 26              0
 *     | address >> 12 (35)            |00| packed rule (27) |      0: empty
 *
 * 16,384 entries (128 KiB, of which only touched pages count) in sets of four: a direct-mapped
 * table of 4,096 was measured to miss on sqlite3 at every sixth stack.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/unwind_rule.h"

enum {
    HEAPLENS__CACHE_SET_BITS = 12,
    HEAPLENS__RULE_CACHE_SETS = 1 << HEAPLENS__CACHE_SET_BITS,
    HEAPLENS__RULE_CACHE_WAYS = 4,
    HEAPLENS__CACHE_RULE_SHIFT = 29,
    HEAPLENS__CACHE_ADDRESS_BITS = 47,  // user space of x86-64 with four page-table levels
};

typedef struct heaplens__cache_set {
    _Alignas(32) _Atomic uint64_t ways[HEAPLENS__RULE_CACHE_WAYS];  // most recently added first
} heaplens__cache_set;

extern heaplens__cache_set heaplens__unwind_cache[HEAPLENS__RULE_CACHE_SETS];

static inline heaplens__cache_set *heaplens__unwind_cache_set(uintptr_t ip)
{
    const uint64_t tag = ip >> HEAPLENS__CACHE_SET_BITS;
    // Fibonacci hashing: 2^64 over the golden ratio.
    const uint64_t hash = tag * 0x9E3779B97F4A7C15U >> (64 - HEAPLENS__CACHE_SET_BITS);
    return &heaplens__unwind_cache[(ip ^ hash) & (HEAPLENS__RULE_CACHE_SETS - 1)];
}

/**
 * The packed rule cached for an address, or 0.
 *
 * @param ip  below 2^47
 *
 * Threads and signals: safe. Relaxed loads: an entry is complete in itself.
 */
static inline uint64_t heaplens__unwind_cache_find(uintptr_t ip)
{
    heaplens__cache_set *const set = heaplens__unwind_cache_set(ip);
    const uint64_t tag = ip >> HEAPLENS__CACHE_SET_BITS;
    for (size_t i = 0; i < HEAPLENS__RULE_CACHE_WAYS; i++) {
        const uint64_t entry = atomic_load_explicit(&set->ways[i], memory_order_relaxed);
        if (entry >> HEAPLENS__CACHE_RULE_SHIFT == tag) {
            // Tag 0 is the never mapped first page: an empty entry cannot hit for a real address.
            return entry & ((UINT64_C(1) << HEAPLENS__RULE_BITS) - 1);
        }
    }
    return 0;
}

/** Remember a rule; the oldest of its set goes. Threads and signals: safe. */
void heaplens__unwind_cache_add(uintptr_t ip, uint64_t packed_rule);

/** Forget everything. Threads: safe; an addition at the same time may survive. */
void heaplens__unwind_cache_clear(void);

extern _Atomic uint32_t heaplens__unwind_cache_clears;

/** Changes when rules were forgotten: what was concluded from them may be wrong too. */
static inline uint32_t heaplens__unwind_cache_generation(void)
{
    return atomic_load_explicit(&heaplens__unwind_cache_clears, memory_order_relaxed);
}

#endif
