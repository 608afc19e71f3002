// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_POOL_H
#define COMPETENCY_IO_POOL_H

#include <stddef.h>

#include <competency/allocator.h>

/**
 * Memory that is taken in pieces and released at once: what a document owns. Zero-initialise it,
 * but for `memory`.
 */
typedef struct competency__pool {
    competency_allocator memory;            // zeroed: the C library's
    struct competency__pool_chunk *chunks;  // newest first; NULL: nothing taken yet
} competency__pool;

/**
 * Take `count` objects of `size` bytes, zeroed, aligned for any type.
 *
 * @return owned by the pool; NULL if there is no memory or the product overflows. Never NULL
 *         for a product of 0.
 */
void *competency__pool_take(competency__pool *pool, size_t count, size_t size);

/** A NUL-terminated copy of `text`, which has no NUL within its `size` bytes; NULL: no memory. */
const char *competency__pool_text(competency__pool *pool, const char *text, size_t size);

/** Release everything and make the pool empty. */
void competency__pool_release(competency__pool *pool);

#endif
