// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_TESTS_UNWIND_REFERENCE_H
#define HEAPLENS_TESTS_UNWIND_REFERENCE_H

/**
 * @file
 * The same stack by our plain walk, by our remembering one and by libunwind, in our convention for
 * addresses.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/unwind_memo.h"

enum { REFERENCE_FRAMES_MAX = 1024 };

typedef struct reference_stacks {
    uintptr_t ours[REFERENCE_FRAMES_MAX];
    uintptr_t theirs[REFERENCE_FRAMES_MAX];
    size_t ours_count;
    size_t theirs_count;
    heaplens__unwind_stop why;
    size_t signal_frames;  // that libunwind saw
    uintptr_t recalled[REFERENCE_FRAMES_MAX];
    heaplens__unwind_trace trace;
    bool is_recalled;  // the remembering walk's list and reason are the plain walk's
} reference_stacks;

/** Capture the stack of the function that calls this, its own frame excluded, in all ways. */
void reference_capture(reference_stacks *stacks);

/** The first frame at which the lists differ, or SIZE_MAX. */
size_t reference_difference(const reference_stacks *stacks);

#endif
