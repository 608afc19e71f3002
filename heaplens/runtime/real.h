// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_REAL_H
#define HEAPLENS_RUNTIME_REAL_H

#include <stdbool.h>
#include <stddef.h>

/**
 * The allocator that comes next in symbol order: glibc's, or whichever the program has.
 *
 * Before the first call each member finds all of them, and then forwards; so the table can be used
 * at any time, by the first allocation of the process too.
 */
typedef struct heaplens__real_functions {
    void *(*malloc)(size_t);
    void *(*calloc)(size_t, size_t);
    void *(*realloc)(void *, size_t);
    void (*free)(void *);
    int (*posix_memalign)(void **, size_t, size_t);
    void *(*aligned_alloc)(size_t, size_t);
    void *(*memalign)(size_t, size_t);
    size_t (*malloc_usable_size)(void *);
} heaplens__real_functions;

extern heaplens__real_functions heaplens__real;

// Of the word before a block of glibc's: a block with pages of its own has another layout.
enum { HEAPLENS__REAL_IS_MAPPED = 2, HEAPLENS__REAL_FLAGS = 7 };

/** Was every function found? */
bool heaplens__real_is_complete(void);

/**
 * Does a call of malloc() arrive at the recorder?
 *
 * Not where a library that comes first in symbol order, or the program itself, has a malloc that
 * does not ask the next one. The recorder would then see nothing, which must not pass for zero.
 *
 * Makes one allocation. One thread at a time; others may allocate meanwhile.
 */
bool heaplens__real_is_reached(void);

/**
 * Is it one of the few blocks that were given out while the functions were being found?
 *
 * They come from a static pool, are never reused, and the real functions must not see them.
 */
bool heaplens__real_is_pool(const void *block);

/** The usable bytes of a block, by the word before it. */
static inline size_t heaplens__real_header_bytes(size_t word)
{
    return (word & ~(size_t)HEAPLENS__REAL_FLAGS) - sizeof word;
}

/**
 * Does the word before a block say how large it is?
 *
 * glibc's allocator keeps the size there, with three flags in its lowest bits. What
 * malloc_usable_size() does besides, it looks whether the block is in use: in the word behind its end,
 * which nobody else may read for long.
 */
extern bool heaplens__real_has_headers;

/**
 * Find out whether it does: the allocator is glibc's own, and some blocks agree with
 * malloc_usable_size().
 *
 * Makes a few allocations. One thread at a time; others may allocate meanwhile.
 */
void heaplens__real_look_at_headers(void);

/** The usable bytes of a block, where blocks have headers. False: only the allocator can tell. */
static inline bool heaplens__real_header_tells(const void *block, size_t *out)
{
    const size_t word = ((const size_t *)block)[-1];
    *out = heaplens__real_header_bytes(word);
    return (word & HEAPLENS__REAL_IS_MAPPED) == 0;
}

/** malloc_usable_size() of the next allocator, by the word before the block where that says it. */
static inline size_t heaplens__real_usable(void *block)
{
    size_t usable = 0;
    return heaplens__real_has_headers && heaplens__real_header_tells(block, &usable)
               ? usable
               : heaplens__real.malloc_usable_size(block);
}

/** What realloc() does with a block of the pool: the pool's memory is not used again. */
void *heaplens__real_copy_from_pool(const void *old, size_t size);

#endif
