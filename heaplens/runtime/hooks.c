// SPDX-License-Identifier: MIT
// The functions of the malloc family, as the program calls them.
//
// Each asks the next allocator for some bytes more, for the tail, and records what it got. Nothing
// here may allocate, and a call that succeeds must leave errno alone.
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/real.h"
#include "runtime/record.h"
#include "runtime/unwind.h"

#define HOOK __attribute__((visibility("default"), noinline))

HOOK void cfree(void *block);
HOOK void free_sized(void *block, size_t size);
HOOK void free_aligned_sized(void *block, size_t alignment, size_t size);

// The C library's headers name the parameters __ptr, __nmemb and the like.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
HOOK void *malloc(size_t size)
{
    const heaplens__treatment how = heaplens__record_choose(size);
    if (how == HEAPLENS__TREAT_NOT) {
        return heaplens__real.malloc(size);
    }
    void *const block = heaplens__real.malloc(size + heaplens__record_extra(how));
    return heaplens__record_alloc(block, size, how, __builtin_frame_address(0));
}

HOOK void *calloc(size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        return heaplens__real.calloc(count, size);
    }
    const heaplens__treatment how = heaplens__record_choose(bytes);
    if (how == HEAPLENS__TREAT_NOT) {
        return heaplens__real.calloc(count, size);
    }
    void *const block = heaplens__real.calloc(1, bytes + heaplens__record_extra(how));
    return heaplens__record_alloc(block, bytes, how, __builtin_frame_address(0));
}

HOOK void free(void *block)
{
    if (block == NULL || heaplens__real_is_pool(block)) {
        return;
    }
    if (heaplens__record_may_know()) {
        heaplens__unwind_note_caller(__builtin_return_address(0));
        heaplens__record_free(block);
    }
    heaplens__real.free(block);
}

static void *copy_from_pool(const void *old, size_t size)
{
    void *const block = heaplens__real.malloc(size);
    if (block != NULL) {
        const size_t rest = heaplens__real_pool_rest(old);
        memcpy(block, old, size < rest ? size : rest);
    }
    return block;
}

// The end of a realloc to nothing. The allocator decided whether that frees; where it gives a block,
// it is recorded if what it gave has room for a tail.
static void *resize_to_nothing(void *old, heaplens__treatment how, const void *frame)
{
    heaplens__record_free(old);
    void *const block = heaplens__real.realloc(old, 0);
    const bool has_room =
        block != NULL && heaplens__real.malloc_usable_size(block) >= heaplens__record_extra(how);
    if (!has_room) {
        heaplens__record_withdraw(0, how);
        return block;
    }
    return heaplens__record_alloc(block, 0, how, frame);
}

static inline void *reallocate(void *old, size_t size, const void *frame)
{
    if (heaplens__real_is_pool(old)) {
        return copy_from_pool(old, size);
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

HOOK void *realloc(void *old, size_t size)
{
    return reallocate(old, size, __builtin_frame_address(0));
}

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
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
