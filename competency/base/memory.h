// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_MEMORY_H
#define COMPETENCY_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include <competency/allocator.h>

/** `given`, or for NULL the C library's, which a zeroed allocator stands for, too. */
competency_allocator competency__allocator(const competency_allocator *given);

/*
 * Everywhere below, a `memory` of NULL is the C library's, too.
 */

/** A block of `size` bytes, which is above 0, or NULL. */
void *competency__allocate(const competency_allocator *memory, size_t size);

/** `block`, or for NULL a new one, with `size` bytes, above 0. NULL: no memory, and it is unchanged. */
void *competency__resize(const competency_allocator *memory, void *block, size_t size);

/** Give a block back; NULL is accepted. */
void competency__release(const competency_allocator *memory, void *block);

/**
 * `count` items of `size` bytes, all zero; NULL, too, if that is more than there can be.
 *
 * Of the C library, pages of a large block that nobody touches are never resident.
 */
void *competency__allocate_zeroed(const competency_allocator *memory, size_t count, size_t size);

/**
 * `size` bytes, above 0, at a multiple of `alignment`, a power of two; given back by
 * competency__release_aligned(). The allocator is asked for some `alignment` bytes more, since a
 * caller's promises the alignment of every type and no other.
 */
void *competency__allocate_aligned(const competency_allocator *memory, size_t alignment,
                                   size_t size);

/** NULL is accepted. */
void competency__release_aligned(const competency_allocator *memory, void *block);

/** A copy of `text`, or NULL. */
char *competency__copy_text(const competency_allocator *memory, const char *text);

/**
 * Make room for `wanted` items in an array that at least doubles when it grows.
 *
 * @param[in,out] items     the array; NULL while `*capacity` is 0
 * @param[in,out] capacity  items that fit
 * @return false, with both unchanged, if there is no memory
 */
bool competency__reserve(const competency_allocator *memory, void **items, size_t *capacity,
                         size_t wanted, size_t item_bytes);

#endif
