// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_DRAWN_BLOCKS_H
#define HEAPLENS_RUNTIME_DRAWN_BLOCKS_H

/**
 * @file
 * Whether a block may be one of the few that were drawn in sample mode.
 *
 * A free must know, and looking for a tail would read the end of every block: memory that is
 * seldom in a cache. So each address has a byte in a small table, by a hash, that counts the drawn
 * blocks that are live and share it: 0 says that the block was not drawn. One block in 512 KiB
 * makes 2,000 of a heap of 1 GiB, one byte in eight.
 *
 * Most heaps are smaller, and then most answers are in a table of a sixteenth, which stays in the
 * first-level cache: it counts the blocks of sixteen bytes of the other together.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    HEAPLENS__DRAWN_BITS = 14,        // 16 KiB
    HEAPLENS__DRAWN_GROUP_BITS = 10,  // 1 KiB
};

extern _Atomic uint8_t heaplens__drawn_blocks[1 << HEAPLENS__DRAWN_BITS];
extern _Atomic uint8_t heaplens__drawn_groups[1 << HEAPLENS__DRAWN_GROUP_BITS];

// Blocks are 16 bytes apart or more. Fibonacci hashing: 2^64 over the golden ratio.
static inline uint64_t heaplens__drawn_hash(const void *block)
{
    return ((uint64_t)(uintptr_t)block >> 4) * 0x9E3779B97F4A7C15U;
}

static inline _Atomic uint8_t *heaplens__drawn_byte(uint64_t hash)
{
    return &heaplens__drawn_blocks[hash >> (64 - HEAPLENS__DRAWN_BITS)];
}

static inline _Atomic uint8_t *heaplens__drawn_group(uint64_t hash)
{
    return &heaplens__drawn_groups[hash >> (64 - HEAPLENS__DRAWN_GROUP_BITS)];
}

/**
 * False: it was not drawn.
 *
 * Relaxed: whoever frees a block got its address from the thread that allocated it, and with it what
 * that thread wrote before.
 */
static inline bool heaplens__drawn_blocks_may_have(const void *block)
{
    const uint64_t hash = heaplens__drawn_hash(block);
    return atomic_load_explicit(heaplens__drawn_group(hash), memory_order_relaxed) != 0 &&
           atomic_load_explicit(heaplens__drawn_byte(hash), memory_order_relaxed) != 0;
}

static inline void heaplens__drawn_raise(_Atomic uint8_t *byte)
{
    uint8_t was = atomic_load_explicit(byte, memory_order_relaxed);
    // A byte that is full stays full: then the tail is asked, which is right, only slower.
    while (was != UINT8_MAX &&
           !atomic_compare_exchange_weak_explicit(byte, &was, (uint8_t)(was + 1),
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

static inline void heaplens__drawn_lower(_Atomic uint8_t *byte)
{
    uint8_t was = atomic_load_explicit(byte, memory_order_relaxed);
    while (was != UINT8_MAX && was != 0 &&
           !atomic_compare_exchange_weak_explicit(byte, &was, (uint8_t)(was - 1),
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

/** A block is drawn. Before the program has it. */
static inline void heaplens__drawn_blocks_add(const void *block)
{
    const uint64_t hash = heaplens__drawn_hash(block);
    heaplens__drawn_raise(heaplens__drawn_group(hash));
    heaplens__drawn_raise(heaplens__drawn_byte(hash));
}

/** A drawn block ends. */
static inline void heaplens__drawn_blocks_remove(const void *block)
{
    const uint64_t hash = heaplens__drawn_hash(block);
    heaplens__drawn_lower(heaplens__drawn_group(hash));
    heaplens__drawn_lower(heaplens__drawn_byte(hash));
}

#endif
