// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_TAIL_H
#define HEAPLENS_RUNTIME_TAIL_H

/**
 * @file
 * What travels with a block, in the last 16 bytes that the allocator gave it.
 *
 *     block                                      usable bytes
 *     | requested | slack, watched ... [more] | birth | identity |
 *
 *     birth      bits 0..47 the clock of bytes allocated when the block was born | 48..49
 *                heaplens__timing | 50..63 check
 *     identity   bits 0..23 site | 24..31 slack bytes, at most 253; 254: drawn in sample mode, `more`
 *                holds its size and its weights; 255: `more` holds its size | 32..63 check
 *
 * The checks are keyed hashes of the block's address and of the word's other bits. Bytes that
 * nobody wrote as a tail pass for an identity by chance once in 2^32, and must then still name a
 * site that exists. Taking a tail destroys it, so that a block that is freed and given out again,
 * by whomever, is not mistaken for the old one.
 *
 * A program that writes behind its block changes the slack first, then the birth, of which little
 * depends, and then the identity. So up to 8 bytes behind the slack can be overwritten and the block
 * is still known, with the site that allocated it: heaplens__block.bytes_beyond.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    HEAPLENS__TAIL_BYTES = 16,
    HEAPLENS__TAIL_DRAWN_BYTES = 56,  // with the weights of a block drawn in sample mode
    HEAPLENS__TAIL_WATCHED = 16,      // bytes of slack that are filled and looked at
};

/** Sizes above this are left to the allocator, which refuses them: adding a tail could wrap. */
#define HEAPLENS__TAIL_SIZE_MAX ((size_t)PTRDIFF_MAX - 4096)

/** Births are kept modulo 2^48: they are compared over much less. */
#define HEAPLENS__TAIL_CLOCK_MASK ((UINT64_C(1) << 48) - 1)

/** Whether the life of a block is timed, and for how many blocks of its site it stands. */
typedef enum heaplens__timing {
    HEAPLENS__TIMING_NONE = 0,
    HEAPLENS__TIMING_ONE = 1,   // itself; if it is drawn, all that it stands for
    HEAPLENS__TIMING_MANY = 2,  // HEAPLENS__TIMING_EVERY
} heaplens__timing;

/** What a drawn block stands for: docs/format/store.md, Samples. */
typedef struct heaplens__weight {
    uint64_t blocks;
    uint64_t bytes;
    double variance_blocks;
    double variance_bytes;
} heaplens__weight;

typedef struct heaplens__block {
    size_t size;              // requested bytes
    size_t usable;            // what the allocator gave; set by heaplens__tail_read() only
    uint64_t birth_clock;     // bytes allocated by the process when it was born, modulo 2^48
    uint32_t site;            // never HEAPLENS_STORE_SITE_NONE
    heaplens__timing timing;  // NONE if the birth was overwritten
    bool is_drawn;            // `weight` is valid
    bool is_birth_lost;       // overwritten: birth_clock means nothing
    uint32_t bytes_beyond;    // 0, or up to which byte behind its end the block was overwritten
    heaplens__weight weight;
} heaplens__block;

/** Bytes behind the requested ones that the tail takes. */
static inline size_t heaplens__tail_bytes(const heaplens__block *what)
{
    return what->is_drawn ? HEAPLENS__TAIL_DRAWN_BYTES : HEAPLENS__TAIL_BYTES;
}

/**
 * Write the tail of a block, and fill the slack.
 *
 * @param block   start of the block; `usable` bytes are writable
 * @param usable  what the allocator's malloc_usable_size() says; >= what->size and the tail
 * @param secret  key of this recording
 */
void heaplens__tail_write(void *block, size_t usable, const heaplens__block *what, uint64_t secret);

/**
 * Read the tail of a block that may not have one.
 *
 * @param[out] out  unchanged unless the result is true; `weight` only if is_drawn
 */
bool heaplens__tail_read(const void *block, size_t usable, uint64_t secret, heaplens__block *out);

/** Destroy the tail, so that it will not be read again. Only after heaplens__tail_read(). */
static inline void heaplens__tail_erase(void *block, size_t usable)
{
    // All zero names no site: it is refused whatever the check says.
    memset((unsigned char *)block + usable - HEAPLENS__TAIL_BYTES, 0, HEAPLENS__TAIL_BYTES);
}

#endif
