// SPDX-License-Identifier: MIT
// The functions of the malloc family that begin a block, where a stack may be wanted of it: a walk
// begins at the frame of each, so none of its calls takes the frame's place.
//
// Each asks the next allocator for some bytes more, for the tail, and records what it got. Nothing
// here may allocate, and a call that succeeds must leave errno alone.
#include "runtime/hooks.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/real.h"
#include "runtime/record.h"

#define HOOK __attribute__((visibility("default"), noinline))

void *heaplens__hook_malloc(size_t size)
{
    const heaplens__treatment how = heaplens__record_choose(size);
    void *const block = heaplens__real.malloc(size + heaplens__record_extra(how));
    return heaplens__record_alloc(block, size, how, __builtin_frame_address(0));
}

void *heaplens__hook_malloc_marked(size_t size)
{
    if (size > HEAPLENS__TAIL_SIZE_MAX) {
        return heaplens__real.malloc(size);
    }
    void *const block = heaplens__real.malloc(size + HEAPLENS__TAIL_BYTES);
    return heaplens__record_marked(block, size, __builtin_frame_address(0));
}

void *heaplens__hook_calloc(size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return heaplens__real.calloc(count, size);
    }
    const heaplens__treatment how = heaplens__record_choose(bytes);
    void *const block = heaplens__real.calloc(1, bytes + heaplens__record_extra(how));
    return heaplens__record_alloc(block, bytes, how, __builtin_frame_address(0));
}

// The end of a realloc to nothing. The allocator decided whether that frees; where it gives a block,
// it is recorded if what it gave has room for a tail.
static void *resize_to_nothing(void *old, heaplens__treatment how, const void *frame)
{
    heaplens__record_free(old);
    void *const block = heaplens__real.realloc(old, 0);
    const bool has_room =
        block != NULL && heaplens__real_usable(block) >= heaplens__record_extra(how);
    if (!has_room) {
        heaplens__record_withdraw(0, how);
        return block;
    }
    return heaplens__record_alloc(block, 0, how, frame);
}

static inline void *reallocate(void *old, size_t size, const void *frame)
{
    if (heaplens__real_is_pool(old)) {
        return heaplens__real_copy_from_pool(old, size);
    }
    const heaplens__treatment how = heaplens__record_choose(size);
    if (old == NULL) {
        void *const block = heaplens__real.malloc(size + heaplens__record_extra(how));
        return heaplens__record_alloc(block, size, how, frame);
    }
    if (size > HEAPLENS__TAIL_SIZE_MAX || !heaplens__record_may_know()) {
        return heaplens__real.realloc(old, size);
    }
    return size == 0 ? resize_to_nothing(old, how, frame)
                     : heaplens__record_realloc(old, size, how, frame);
}

void *heaplens__hook_realloc(void *old, size_t size)
{
    return reallocate(old, size, __builtin_frame_address(0));
}

// The C library's headers name the parameters __ptr, __nmemb and the like.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
HOOK void *reallocarray(void *old, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return reallocate(old, bytes, __builtin_frame_address(0));
}

HOOK int posix_memalign(void **out, size_t alignment, size_t size)
{
    const heaplens__treatment how = heaplens__record_choose(size);
    const int status =
        heaplens__real.posix_memalign(out, alignment, size + heaplens__record_extra(how));
    (void)heaplens__record_alloc(status == 0 ? *out : NULL, size, how, __builtin_frame_address(0));
    return status;
}

HOOK void *aligned_alloc(size_t alignment, size_t size)
{
    const heaplens__treatment how = heaplens__record_choose(size);
    void *const block = heaplens__real.aligned_alloc(alignment, size + heaplens__record_extra(how));
    return heaplens__record_alloc(block, size, how, __builtin_frame_address(0));
}

static inline void *allocate_aligned(size_t alignment, size_t size, const void *frame)
{
    const heaplens__treatment how = heaplens__record_choose(size);
    void *const block = heaplens__real.memalign(alignment, size + heaplens__record_extra(how));
    return heaplens__record_alloc(block, size, how, frame);
}

HOOK void *memalign(size_t alignment, size_t size)
{
    return allocate_aligned(alignment, size, __builtin_frame_address(0));
}

HOOK void *valloc(size_t size)
{
    return allocate_aligned((size_t)sysconf(_SC_PAGESIZE), size, __builtin_frame_address(0));
}

HOOK void *pvalloc(size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (size > HEAPLENS__TAIL_SIZE_MAX) {
        errno = ENOMEM;
        return NULL;
    }
    // It promises whole pages: they are what is requested.
    const size_t whole = (size + page - 1) / page * page;
    return allocate_aligned(page, whole, __builtin_frame_address(0));
}

HOOK size_t malloc_usable_size(void *block)
{
    return block == NULL || heaplens__real_is_pool(block) ? 0 : heaplens__record_usable(block);
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
