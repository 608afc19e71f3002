// SPDX-License-Identifier: MIT
// The functions of the malloc family, as the program calls them.
//
// Each asks the next allocator for 16 bytes more, for the tail, and counts what it got. Nothing
// here may allocate, and a call that succeeds must leave errno alone.
#include "runtime/hooks.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/counter.h"
#include "runtime/ledger.h"
#include "runtime/lifecycle.h"
#include "runtime/real.h"
#include "runtime/scopes.h"
#include "runtime/tail.h"
#include "runtime/thread.h"
#include "runtime/unwind.h"

#define HOOK __attribute__((visibility("default"), noinline))

HOOK void cfree(void *block);
HOOK void free_sized(void *block, size_t size);
HOOK void free_aligned_sized(void *block, size_t alignment, size_t size);

static inline bool is_recording(void)
{
    return heaplens__lifecycle_phase() == HEAPLENS__PHASE_RECORDING;
}

// Is a block of this size to have a tail?
static inline bool wants_tail(size_t size)
{
    return size <= HEAPLENS__TAIL_SIZE_MAX && is_recording();
}

_Static_assert((int)HEAPLENS__DEPTH_LIMIT <= (int)HEAPLENS__MEMO_DEPTH_MAX,
               "a thread's memory of stacks has room for the deepest that is captured");

static void count_stop(heaplens__shard *shard, heaplens__unwind_stop why)
{
    if (why != HEAPLENS__UNWIND_OUTERMOST) {
        const bool is_cut = why == HEAPLENS__UNWIND_DEPTH;
        heaplens__count(is_cut ? &shard->figures->stacks_deeper : &shard->figures->stacks_stopped,
                        1);
    }
}

// The site of a stack whose frames must be looked at: they were not seen before, or are too many.
static uint32_t find_site(heaplens__shard *shard, const heaplens__unwind_trace *trace)
{
    heaplens__unwind_recall_frames(&shard->memo, trace, shard->ips);
    const heaplens__stack stack = {
        .ips = shard->ips,
        .depth = trace->depth,
        .is_cut = trace->why == HEAPLENS__UNWIND_DEPTH,
    };
    return heaplens__shard_site(shard, &stack);
}

uint32_t heaplens__hooks_site(heaplens__shard *shard, const void *frame)
{
    const uint64_t unloads = heaplens__counted(&shard->recorder->store.header->module_subs);
    if (shard->memo_unloads != unloads) {
        // The same addresses may be other code: another site.
        heaplens__unwind_forget(&shard->memo);
        shard->memo_unloads = unloads;
    }
    const heaplens__unwind_start start = heaplens__unwind_from(frame);
    heaplens__unwind_trace trace;
    heaplens__unwind_recall(&shard->memo, &start, shard->recorder->depth_max, &trace);
    count_stop(shard, trace.why);
    if (trace.note == NULL) {
        return find_site(shard, &trace);
    }
    if (*trace.note == HEAPLENS_STORE_SITE_NONE) {
        *trace.note = find_site(shard, &trace);
    }
    return *trace.note;
}

// Counts what an allocation function got: `block`, with room for a tail behind `size`.
static inline void *record(void *block, size_t size, const void *frame)
{
    int *const error = &errno;
    const int saved_errno = *error;
    heaplens__shard *const shard = heaplens__thread_enter();
    if (shard == NULL) {
        return block;
    }
    if (block == NULL) {
        heaplens__count(&shard->figures->allocs_failed, 1);
    } else {
        const size_t usable = heaplens__real.malloc_usable_size(block);
        const uint32_t site = heaplens__hooks_site(shard, frame);
        heaplens__ledger_alloc(shard, block, size, usable, site);
        if (heaplens__scopes_are_open()) {
            heaplens__scopes_note_alloc(block, size, site);
        }
    }
    heaplens__thread_leave();
    *error = saved_errno;
    return block;
}

// Takes the tail from a block, if it has one: the block is then as the allocator made it.
static bool take_tail(void *block, size_t usable, heaplens__block *was)
{
    if (!heaplens__tail_read(block, usable, heaplens__recording.secret, was)) {
        return false;
    }
    heaplens__tail_erase(block, usable);
    return true;
}

// Counts that a block ends that had a tail.
static inline void count_free(heaplens__shard *shard, const void *block, const heaplens__block *was)
{
    if (was->site == HEAPLENS__LEDGER_SITE_CHUNK) {
        return;
    }
    heaplens__ledger_free(shard, block, was);
    if (heaplens__scopes_are_open()) {
        heaplens__scopes_note_free(block, was->size);
    }
}

// Counts that a block is about to be freed. Before the real free: after it, another thread may
// have been given the address.
static void record_free(void *block)
{
    heaplens__block was;
    const bool is_ours = take_tail(block, heaplens__real.malloc_usable_size(block), &was);
    if (!is_recording()) {
        return;
    }
    int *const error = &errno;
    const int saved_errno = *error;
    heaplens__shard *const shard = heaplens__thread_enter();
    if (shard == NULL) {
        return;
    }
    if (is_ours) {
        count_free(shard, block, &was);
    } else {
        heaplens__count(&shard->figures->frees_unknown, 1);
    }
    heaplens__thread_leave();
    *error = saved_errno;
}

// Are there blocks with tails?
static inline bool has_tails(void)
{
    const heaplens__phase phase = heaplens__lifecycle_phase();
    return phase == HEAPLENS__PHASE_RECORDING || phase == HEAPLENS__PHASE_STOPPED;
}

// The C library's headers name the parameters __ptr, __nmemb and the like.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
HOOK void *malloc(size_t size)
{
    if (!wants_tail(size)) {
        return heaplens__real.malloc(size);
    }
    void *const block = heaplens__real.malloc(size + HEAPLENS__TAIL_BYTES);
    return record(block, size, __builtin_frame_address(0));
}

HOOK void *calloc(size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || !wants_tail(bytes)) {
        return heaplens__real.calloc(count, size);
    }
    void *const block = heaplens__real.calloc(1, bytes + HEAPLENS__TAIL_BYTES);
    return record(block, bytes, __builtin_frame_address(0));
}

HOOK void free(void *block)
{
    if (block == NULL || heaplens__real_is_pool(block)) {
        return;
    }
    if (has_tails()) {
        heaplens__unwind_note_caller(__builtin_return_address(0));
        record_free(block);
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

// The end of a realloc to nothing. The allocator decided whether that frees.
static void *resize_to_nothing(void *old, const void *frame)
{
    heaplens__block was;
    const bool is_ours = take_tail(old, heaplens__real.malloc_usable_size(old), &was);
    heaplens__shard *const shard = heaplens__thread_enter();
    if (shard != NULL && is_ours) {
        count_free(shard, old, &was);
    }
    if (shard != NULL) {
        heaplens__thread_leave();
    }
    void *const block = heaplens__real.realloc(old, 0);
    const bool has_room =
        block != NULL && heaplens__real.malloc_usable_size(block) >= HEAPLENS__TAIL_BYTES;
    return has_room ? record(block, 0, frame) : block;
}

// What the open scopes know of a block that is about to be reallocated, which they then forget.
static void detach_from_scopes(const void *old, heaplens__block_entry *scoped)
{
    if (heaplens__scopes_are_open() && heaplens__thread_enter() != NULL) {
        heaplens__scopes_detach(old, scoped);
        heaplens__thread_leave();
    }
}

static void reattach_to_scopes(const heaplens__block_entry *scoped)
{
    const int saved_errno = errno;
    if (scoped->address != 0 && heaplens__thread_enter() != NULL) {
        heaplens__scopes_reattach(scoped);
        heaplens__thread_leave();
    }
    errno = saved_errno;
}

// A realloc of a block that has a tail. Detached before the real call, and put back if it fails:
// once the block has moved, another thread can be given its old address.
static void *resize(void *old, size_t size, size_t usable, const heaplens__block *was)
{
    heaplens__block_entry scoped = {.address = 0};
    detach_from_scopes(old, &scoped);
    void *const block = heaplens__real.realloc(old, size + HEAPLENS__TAIL_BYTES);
    if (block == NULL) {
        heaplens__tail_write(old, usable, was, heaplens__recording.secret);
        reattach_to_scopes(&scoped);
        return NULL;
    }
    int *const error = &errno;
    const int saved_errno = *error;
    heaplens__shard *const shard = heaplens__thread_enter();
    if (shard != NULL) {
        heaplens__ledger_resize(shard, old, block, was, size,
                                heaplens__real.malloc_usable_size(block));
        if (heaplens__scopes_are_open() && was->site != HEAPLENS__LEDGER_SITE_CHUNK) {
            heaplens__scopes_note_resize(&scoped, was->size, block, size, was->site);
        }
        heaplens__thread_leave();
        *error = saved_errno;
    }
    return block;
}

static void *record_realloc(void *old, size_t size, const void *frame)
{
    if (size == 0) {
        return resize_to_nothing(old, frame);
    }
    heaplens__block was;
    const size_t usable = heaplens__real.malloc_usable_size(old);
    if (take_tail(old, usable, &was)) {
        return resize(old, size, usable, &was);
    }
    // A block from before the recording, or from the parent: from here on it is a new one.
    void *const block = heaplens__real.realloc(old, size + HEAPLENS__TAIL_BYTES);
    return record(block, size, frame);
}

static inline void *reallocate(void *old, size_t size, const void *frame)
{
    if (heaplens__real_is_pool(old)) {
        return copy_from_pool(old, size);
    }
    if (wants_tail(size)) {
        if (old == NULL) {
            return record(heaplens__real.malloc(size + HEAPLENS__TAIL_BYTES), size, frame);
        }
        return record_realloc(old, size, frame);
    }
    heaplens__block was;
    if (old != NULL && size <= HEAPLENS__TAIL_SIZE_MAX && has_tails()) {
        (void)take_tail(old, heaplens__real.malloc_usable_size(old), &was);
    }
    return heaplens__real.realloc(old, size);
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
    if (!wants_tail(size)) {
        return heaplens__real.posix_memalign(out, alignment, size);
    }
    const int status = heaplens__real.posix_memalign(out, alignment, size + HEAPLENS__TAIL_BYTES);
    (void)record(status == 0 ? *out : NULL, size, __builtin_frame_address(0));
    return status;
}

HOOK void *aligned_alloc(size_t alignment, size_t size)
{
    if (!wants_tail(size)) {
        return heaplens__real.aligned_alloc(alignment, size);
    }
    void *const block = heaplens__real.aligned_alloc(alignment, size + HEAPLENS__TAIL_BYTES);
    return record(block, size, __builtin_frame_address(0));
}

static inline void *allocate_aligned(size_t alignment, size_t size, const void *frame)
{
    if (!wants_tail(size)) {
        return heaplens__real.memalign(alignment, size);
    }
    return record(heaplens__real.memalign(alignment, size + HEAPLENS__TAIL_BYTES), size, frame);
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
    if (block == NULL) {
        return 0;
    }
    if (heaplens__real_is_pool(block)) {
        return 0;
    }
    const size_t usable = heaplens__real.malloc_usable_size(block);
    heaplens__block was;
    // What was asked for, and not a byte of the tail: a program may write up to what this returns.
    return has_tails() && heaplens__tail_read(block, usable, heaplens__recording.secret, &was)
               ? was.size
               : usable;
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
