// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TESTS_COUNTED_MEMORY_H
#define COMPETENCY_TESTS_COUNTED_MEMORY_H

#include <stddef.h>

#include <competency/allocator.h>
#include <competency/status.h>

/** A caller's allocator: counts, and fails when told to. Zero-initialise it. */
typedef struct counted_memory {
    size_t calls;    // that wanted memory
    size_t fail_at;  // the number of the call that gets none; 0: never
    size_t live;     // blocks
} counted_memory;

/** An allocator that asks `memory`, which the caller keeps. */
competency_allocator counted_allocator(counted_memory *memory);

/** Something that is done with an allocator and leaves nothing of it. @return how it ended */
typedef competency_status (*counted_work)(const competency_allocator *allocator);

/**
 * Do `work` without a failure, then with each of its requests failing in turn: every time it must
 * end with COMPETENCY_ENOMEM and have given everything back.
 */
void fail_each_request(counted_work work);

/** The same for work that may do without some of it: it ends with COMPETENCY_OK then. */
void fail_each_request_or_go_on(counted_work work);

/** The reallocate of a competency_allocator whose `self` is a counted_memory. */
void *counted_reallocate(void *self, void *block, size_t size);

#endif
