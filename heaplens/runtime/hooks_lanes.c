// SPDX-License-Identifier: MIT
// malloc, calloc, realloc and free, as the program calls them: one look at the lane, one jump.
//
// This file is compiled so that a call which is last in a function is a jump, in every build: no
// frame is set up here, and the functions of hooks.h find that of the program's call as it was.
#include <stdlib.h>

#include "runtime/hooks.h"
#include "runtime/lanes.h"
#include "runtime/lifecycle.h"
#include "runtime/real.h"
#include "runtime/record.h"
#include "runtime/unwind.h"

#define HOOK __attribute__((visibility("default"), noinline))

HOOK void cfree(void *block);
HOOK void free_sized(void *block, size_t size);
HOOK void free_aligned_sized(void *block, size_t alignment, size_t size);

// Count.

static inline void *count_block(void *block, size_t size)
{
    if (block == NULL || !heaplens__lane_counts(block, size)) {
        return heaplens__record_counted_block(block, size);
    }
    return heaplens__thread_leave_directly() ? block : heaplens__record_leave(block);
}

static void *malloc_counted(size_t size)
{
    return count_block(heaplens__real.malloc(size), size);
}

static void *calloc_counted(size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return heaplens__hook_calloc(count, size);
    }
    return count_block(heaplens__real.calloc(count, size), bytes);
}

HEAPLENS__APART static void leave_and_free(void *block)
{
    heaplens__thread_leave();
    heaplens__real.free(block);
}

// Ends a block that no lane fits, or none.
HEAPLENS__APART static void end_block(void *block)
{
    if (block == NULL || heaplens__real_is_pool(block)) {
        return;
    }
    if (heaplens__record_may_know()) {
        heaplens__record_free(block);
    }
    heaplens__real.free(block);
}

// Ends a block that no lane fits, or none, while no block has a tail.
HEAPLENS__APART static void end_counted(void *block)
{
    if (block != NULL && !heaplens__real_is_pool(block)) {
        heaplens__record_end_counted(block);
        heaplens__real.free(block);
    }
}

static void free_counted(void *block)
{
    if (block == NULL || !heaplens__lane_ends_counted(block)) {
        end_counted(block);
    } else if (heaplens__thread_leave_directly()) {
        heaplens__real.free(block);
    } else {
        leave_and_free(block);
    }
}

// Sample: nearly no request is drawn, and nearly no block was.

HEAPLENS__APART static void *leave_and_malloc(size_t size)
{
    heaplens__thread_leave();
    void *const block = heaplens__real.malloc(size);
    return block != NULL ? block : heaplens__record_refused(size);
}

static void *malloc_passing(size_t size)
{
    if (!heaplens__lane_passes(size)) {
        return heaplens__hook_malloc(size);
    }
    if (!heaplens__thread_leave_directly()) {
        return leave_and_malloc(size);
    }
    void *const block = heaplens__real.malloc(size);
    return block != NULL ? block : heaplens__record_refused(size);
}

static void *calloc_passing(size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || !heaplens__lane_passes(bytes)) {
        return heaplens__hook_calloc(count, size);
    }
    heaplens__thread_leave();
    void *const block = heaplens__real.calloc(count, size);
    return block != NULL ? block : heaplens__record_refused(bytes);
}

HEAPLENS__APART static void end_for_loader(void *block, const void *return_address)
{
    heaplens__unwind_note_caller(return_address);
    end_block(block);
}

static void free_passing(void *block)
{
    const void *const caller = __builtin_return_address(0);
    if (__builtin_expect(heaplens__unwind_is_loader(caller), false)) {
        end_for_loader(block, caller);
    } else if (__builtin_expect(heaplens__drawn_blocks_may_have(block), false)) {
        end_block(block);
    } else {
        heaplens__real.free(block);
    }
}

// Full.

static void free_marked(void *block)
{
    const void *const caller = __builtin_return_address(0);
    if (__builtin_expect(heaplens__unwind_is_loader(caller), false)) {
        end_for_loader(block, caller);
    } else if (block != NULL && !heaplens__real_is_pool(block)) {
        if (heaplens__lane_ends_marked(block)) {
            heaplens__thread_leave();
        } else {
            heaplens__record_end(block);
        }
        heaplens__real.free(block);
    }
}

// All else.

static void free_anyhow(void *block)
{
    end_for_loader(block, __builtin_return_address(0));
}

// What each lane does about the four, the functions that no other is asked of. Off it is the next
// allocator that does it.
static const heaplens__real_functions any_lane = {
    .malloc = heaplens__hook_malloc,
    .calloc = heaplens__hook_calloc,
    .realloc = heaplens__hook_realloc,
    .free = free_anyhow,
};

static const heaplens__real_functions count_lane = {
    .malloc = malloc_counted,
    .calloc = calloc_counted,
    .realloc = heaplens__hook_realloc,
    .free = free_counted,
};

static const heaplens__real_functions sample_lane = {
    .malloc = malloc_passing,
    .calloc = calloc_passing,
    .realloc = heaplens__hook_realloc,
    .free = free_passing,
};

static const heaplens__real_functions full_lane = {
    .malloc = heaplens__hook_malloc_marked,
    .calloc = heaplens__hook_calloc,
    .realloc = heaplens__hook_realloc,
    .free = free_marked,
};

static const heaplens__real_functions *const lanes[] = {
    [HEAPLENS__LANE_NONE] = &any_lane,    [HEAPLENS__LANE_OFF] = &heaplens__real,
    [HEAPLENS__LANE_COUNT] = &count_lane, [HEAPLENS__LANE_SAMPLE] = &sample_lane,
    [HEAPLENS__LANE_FULL] = &full_lane,
};

// The C library's headers name the parameters __ptr, __nmemb and the like.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
HOOK void *malloc(size_t size)
{
    return lanes[heaplens__lifecycle_lane()]->malloc(size);
}

HOOK void *calloc(size_t count, size_t size)
{
    return lanes[heaplens__lifecycle_lane()]->calloc(count, size);
}

HOOK void *realloc(void *old, size_t size)
{
    return lanes[heaplens__lifecycle_lane()]->realloc(old, size);
}

HOOK void free(void *block)
{
    lanes[heaplens__lifecycle_lane()]->free(block);
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

HOOK void cfree(void *block)
{
    free(block);
}

HOOK void free_sized(void *block, size_t size)
{
    (void)size;  // the next allocator knows another size: the block has a tail
    free(block);
}

HOOK void free_aligned_sized(void *block, size_t alignment, size_t size)
{
    (void)alignment;
    (void)size;
    free(block);
}
