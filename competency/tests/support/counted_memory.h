// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TESTS_COUNTED_MEMORY_H
#define COMPETENCY_TESTS_COUNTED_MEMORY_H

#include <stddef.h>

#include <competency/allocator.h>

/** A caller's allocator: counts, and fails when told to. Zero-initialise it. */
typedef struct counted_memory {
    size_t calls;    // that wanted memory
    size_t fail_at;  // the number of the call that gets none; 0: never
    size_t live;     // blocks
} counted_memory;

/** The reallocate of a competency_allocator whose `self` is a counted_memory. */
void *counted_reallocate(void *self, void *block, size_t size);

#endif
