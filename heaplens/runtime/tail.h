// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_TAIL_H
#define HEAPLENS_RUNTIME_TAIL_H

/**
 * @file
 * What travels with a block, in the last 16 bytes that the allocator gave it.
 *
 *     block                                     usable bytes
 *     | requested size | slack ... [size u64] | word 0 | word 1 |
 *
 *     word 0   bits 0..23 site | 24..31 slack, at most 254; 255: the size is in `[size]` | 32..63 check
 *     word 1   the clock of bytes allocated when the block was born
 *
 * The check is a keyed hash of the block's address and of everything else in the tail. Bytes that
 * nobody wrote as a tail pass it by chance once in 2^32, and must then still name a site that
 * exists. Taking a tail destroys it, so that a block that is freed and given out again, by
 * whomever, is not mistaken for the old one.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HEAPLENS__TAIL_BYTES = 16 };

/** Sizes above this are left to the allocator, which refuses them: adding a tail could wrap. */
#define HEAPLENS__TAIL_SIZE_MAX ((size_t)PTRDIFF_MAX - 4096)

typedef struct heaplens__block {
    size_t size;           // requested bytes
    uint64_t birth_clock;  // bytes allocated by the process when it was born
    uint32_t site;         // never HEAPLENS_STORE_SITE_NONE
} heaplens__block;

/**
 * Write the tail of a block.
 *
 * @param block   start of the block; `usable` bytes are writable
 * @param usable  what the allocator's malloc_usable_size() says; >= what->size + 16
 * @param secret  key of this recording
 */
void heaplens__tail_write(void *block, size_t usable, const heaplens__block *what, uint64_t secret);

/**
 * Read the tail of a block that may not have one.
 *
 * @param[out] out  unchanged unless the result is true
 */
bool heaplens__tail_read(const void *block, size_t usable, uint64_t secret, heaplens__block *out);

/** Destroy the tail, so that it will not be read again. Only after heaplens__tail_read(). */
void heaplens__tail_erase(void *block, size_t usable);

#endif
