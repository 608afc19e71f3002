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

/** Bytes from a pool block to the end of the pool: what may be read when it is copied. */
size_t heaplens__real_pool_rest(const void *block);

#endif
