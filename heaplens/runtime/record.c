// SPDX-License-Identifier: MIT
// What each mode does about an operation.
#include "runtime/record.h"

#include <errno.h>

#include "runtime/capture.h"
#include "runtime/counter.h"
#include "runtime/ledger.h"
#include "runtime/real.h"
#include "runtime/scopes.h"
#include "runtime/tally.h"
#include "runtime/thread.h"
#include "runtime/unwind.h"

// Not a realloc, where the bytes that one copied are asked for.
enum { NO_REALLOC = -1 };

static inline int current_mode(void)
{
    return atomic_load_explicit(&heaplens__recording.mode, memory_order_relaxed);
}

static inline void record_passed(heaplens__shard *shard, size_t size)
{
    heaplens__tally_request(shard->figures, size, 1);
    shard->latest_block = NULL;
    heaplens__shard_spend(shard, (int64_t)size);
}

heaplens__treatment heaplens__record_choose_lightly(size_t size)
{
    const int mode = current_mode();
    if (mode == HEAPLENS_MODE_COUNT) {
        return HEAPLENS__TREAT_COUNT;
    }
    if (mode != HEAPLENS_MODE_SAMPLE) {
        return mode == HEAPLENS_MODE_FULL ? HEAPLENS__TREAT_MARK : HEAPLENS__TREAT_NOT;
    }
    heaplens__shard *const shard = heaplens__thread_enter();
    if (shard == NULL) {
        return HEAPLENS__TREAT_NOT;
    }
    const uint64_t mean =
        atomic_load_explicit(&heaplens__recording.sample_bytes, memory_order_relaxed);
    heaplens__treatment how = HEAPLENS__TREAT_DRAW;
    if (!heaplens__sampler_draws(&shard->sampler, size, mean)) {
        how = size <= HEAPLENS__PENDING_BYTES ? HEAPLENS__TREAT_PASS : HEAPLENS__TREAT_LARGE;
    }
    if (how == HEAPLENS__TREAT_PASS) {
        record_passed(shard, size);
    }
    heaplens__thread_leave();
    return how;
}

void heaplens__record_withdraw(size_t size, heaplens__treatment how)
{
    heaplens__shard *const shard = how == HEAPLENS__TREAT_PASS ? heaplens__thread_enter() : NULL;
    if (shard != NULL) {
        heaplens__tally_request(shard->figures, size, UINT64_MAX);
        heaplens__thread_leave();
    }
}

// What scopes are told; they take locks and memory, and so may change errno.
static void note_in_scopes(const void *block, size_t size, uint32_t site)
{
    const int saved_errno = errno;
    heaplens__scopes_note_alloc(block, size, site);
    errno = saved_errno;
}

static inline void record_marked(heaplens__shard *shard, void *block, size_t size,
                                 const void *frame)
{
    const size_t usable = heaplens__real_usable(block);
    heaplens_store_entry *entry = NULL;
    const uint32_t site = heaplens__capture(shard, frame, &entry);
    heaplens__ledger_alloc(shard, block, size, usable, site, entry);
    if (heaplens__scopes_are_open()) {
        note_in_scopes(block, size, site);
    }
}

static void record_drawn(heaplens__shard *shard, void *block, size_t size, const void *frame,
                         int64_t copied)
{
    const size_t usable = heaplens__real_usable(block);
    heaplens_store_entry *entry = NULL;
    const uint32_t site = heaplens__capture(shard, frame, &entry);
    heaplens__ledger_alloc_drawn(shard, block, size, usable, site, copied);
}

static inline void record(void *block, size_t size, heaplens__treatment how, const void *frame,
                          int64_t copied)
{
    heaplens__record_withdraw(size, block == NULL ? how : HEAPLENS__TREAT_NOT);
    heaplens__shard *const shard = how == HEAPLENS__TREAT_NOT ? NULL : heaplens__thread_enter();
    if (shard == NULL) {
        return;
    }
    if (block == NULL) {
        heaplens__count(&shard->figures->allocs_failed, 1);
    } else if (how == HEAPLENS__TREAT_MARK) {
        record_marked(shard, block, size, frame);
    } else if (how == HEAPLENS__TREAT_DRAW) {
        record_drawn(shard, block, size, frame, copied);
    } else if (how == HEAPLENS__TREAT_LARGE) {
        record_passed(shard, size);
    }
    heaplens__thread_leave();
}

void heaplens__record_block(void *block, size_t size, heaplens__treatment how, const void *frame)
{
    record(block, size, how, frame, NO_REALLOC);
}

// In count mode a block bears no mark, so what is not counted at one end must not be at the other:
// a handler's blocks are counted like all.
static void defer_counted(heaplens__deferred_kind kind, size_t size, size_t usable)
{
    heaplens__thread_defer(&(heaplens__deferred){.kind = kind, .size = size, .usable = usable});
}

void heaplens__record_counted(size_t size, void *block)
{
    heaplens__shard *const shard = heaplens__thread_enter();
    const size_t usable = heaplens__real_usable(block);
    if (shard != NULL) {
        heaplens__tally_request(shard->figures, size, 1);
        heaplens__tally_alloc(shard, usable);
        heaplens__thread_leave();
    } else {
        defer_counted(HEAPLENS__DEFERRED_COUNTED, size, usable);
    }
}

void *heaplens__record_counted_block(void *block, size_t size)
{
    if (block != NULL) {
        heaplens__record_counted(size, block);
    } else if (size <= HEAPLENS__TAIL_SIZE_MAX) {
        record(NULL, size, HEAPLENS__TREAT_COUNT, NULL, NO_REALLOC);
    }
    return block;
}

void *heaplens__record_marked(void *block, size_t size, const void *frame)
{
    record(block, size, HEAPLENS__TREAT_MARK, frame, NO_REALLOC);
    return block;
}

void *heaplens__record_leave(void *block)
{
    heaplens__thread_leave();
    return block;
}

void *heaplens__record_refused(size_t size)
{
    record(NULL, size, HEAPLENS__TREAT_PASS, NULL, NO_REALLOC);
    return NULL;
}

// Takes the tail from a block, if it has one: the block is then as the allocator made it.
static inline bool take_tail(void *block, size_t usable, heaplens__block *was)
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
        const int saved_errno = errno;
        heaplens__scopes_note_free(block, was->size);
        errno = saved_errno;
    }
}

// A block without a tail of this recording: from before it, or from the parent before fork.
static void count_unknown(heaplens__shard *shard, void *block, size_t usable)
{
    heaplens__count(&shard->figures->frees_unknown, 1);
    heaplens__block was;
    const uint64_t secret = heaplens__recording.secret_before;
    if (secret != 0 && heaplens__tail_read(block, usable, secret, &was)) {
        heaplens__tail_erase(block, usable);
        heaplens__count(&shard->figures->frees_inherited, 1);
    }
}

// A block ends whose end cannot be counted yet. `was` is NULL if it had no tail.
static void defer_end(const void *block, size_t usable, const heaplens__block *was)
{
    if (was == NULL && current_mode() == HEAPLENS_MODE_COUNT) {
        defer_counted(HEAPLENS__DEFERRED_RETURN, 0, usable);
    } else if (was != NULL && was->site != HEAPLENS__LEDGER_SITE_CHUNK) {
        heaplens__thread_defer(
            &(heaplens__deferred){.kind = HEAPLENS__DEFERRED_END, .old = block, .was = *was});
    }
}

// Counts that a block is about to be freed. Before the real free: after it, another thread may
// have been given the address.
void heaplens__record_end(void *block)
{
    heaplens__block was;
    const size_t usable = heaplens__real_usable(block);
    const bool is_ours = take_tail(block, usable, &was);
    if (heaplens__lifecycle_phase() != HEAPLENS__PHASE_RECORDING) {
        return;
    }
    heaplens__shard *const shard = heaplens__thread_enter();
    if (shard == NULL) {
        defer_end(block, usable, is_ours ? &was : NULL);
        return;
    }
    if (is_ours) {
        count_free(shard, block, &was);
    } else if (current_mode() == HEAPLENS_MODE_COUNT) {
        heaplens__tally_free(shard, usable);
    } else if (current_mode() == HEAPLENS_MODE_FULL) {
        count_unknown(shard, block, usable);
    }
    heaplens__thread_leave();
}

void heaplens__record_end_counted(void *block)
{
    if (heaplens__lifecycle_phase() != HEAPLENS__PHASE_RECORDING) {
        return;
    }
    heaplens__shard *const shard = heaplens__thread_enter();
    const size_t usable = heaplens__real_usable(block);
    if (shard != NULL) {
        heaplens__tally_free(shard, usable);
        heaplens__thread_leave();
    } else {
        defer_counted(HEAPLENS__DEFERRED_RETURN, 0, usable);
    }
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

// Full mode keeps the block with the site that allocated it first, and its life goes on.
static void count_resize(heaplens__shard *shard, const void *old, void *block,
                         const heaplens__block *was, size_t size,
                         const heaplens__block_entry *scoped)
{
    heaplens__ledger_resize(shard, old, block, was, size, heaplens__real_usable(block));
    if (heaplens__scopes_are_open() && was->site != HEAPLENS__LEDGER_SITE_CHUNK) {
        const int saved_errno = errno;
        heaplens__scopes_note_resize(scoped, was->size, block, size, was->site);
        errno = saved_errno;
    }
}

// The old block of a realloc ends, in the modes in which the new one is another.
static void count_replaced(heaplens__shard *shard, const void *old, const heaplens__block *was,
                           size_t usable, heaplens__treatment how)
{
    if (was != NULL && was->site != HEAPLENS__LEDGER_SITE_CHUNK) {
        heaplens__ledger_free(shard, old, was);
    } else if (was == NULL && how == HEAPLENS__TREAT_COUNT) {
        heaplens__tally_free(shard, usable);
    }
}

// The same where a handler that interrupted the recorder calls realloc. `was` is NULL in count mode.
static void defer_realloc(const void *old, void *block, const heaplens__block *was,
                          size_t usable_before, size_t size, bool goes_on)
{
    if (was == NULL) {
        defer_counted(HEAPLENS__DEFERRED_RETURN, 0, usable_before);
        return;
    }
    const size_t usable = heaplens__real_usable(block);
    if (goes_on) {
        heaplens__block what = *was;
        what.size = size;
        heaplens__tail_write(block, usable, &what, heaplens__recording.secret);
    }
    if (was->site != HEAPLENS__LEDGER_SITE_CHUNK) {
        heaplens__thread_defer(&(heaplens__deferred){.kind = goes_on ? HEAPLENS__DEFERRED_RESIZE
                                                                     : HEAPLENS__DEFERRED_END,
                                                     .old = old,
                                                     .block = block,
                                                     .was = *was,
                                                     .size = size,
                                                     .usable = usable});
    }
}

/** A realloc that was met. */
typedef struct resizing {
    const void *old;
    void *block;
    const heaplens__block *was;  // NULL: the old block had no tail
    size_t usable;               // of the old block
    size_t size;
    heaplens__treatment how;
    bool goes_on;  // the block keeps its site and its life
} resizing;

// What a realloc does to the old block, or to the block if that goes on.
static void count_realloc(const resizing *r, const heaplens__block_entry *scoped)
{
    heaplens__shard *const shard = heaplens__thread_enter();
    if (shard == NULL) {
        defer_realloc(r->old, r->block, r->was, r->usable, r->size, r->goes_on);
        return;
    }
    if (r->goes_on) {
        count_resize(shard, r->old, r->block, r->was, r->size, scoped);
    } else {
        count_replaced(shard, r->old, r->was, r->usable, r->how);
    }
    heaplens__thread_leave();
}

// The tail is taken before the real call, and put back if it fails: once the block has moved, another
// thread can be given its old address.
void *heaplens__record_realloc(void *old, size_t size, heaplens__treatment how, const void *frame)
{
    heaplens__block was;
    heaplens__block_entry scoped = {.address = 0};
    const bool may_be_ours = heaplens__record_may_have_tail(old);
    const bool asks = may_be_ours || how == HEAPLENS__TREAT_COUNT || how == HEAPLENS__TREAT_DRAW;
    const size_t usable = asks ? heaplens__real_usable(old) : 0;
    const bool is_ours = may_be_ours && take_tail(old, usable, &was);
    if (is_ours) {
        detach_from_scopes(old, &scoped);
    }
    void *const block = heaplens__real.realloc(old, size + heaplens__record_extra(how));
    if (block == NULL) {
        if (is_ours) {
            heaplens__tail_write(old, usable, &was, heaplens__recording.secret);
            reattach_to_scopes(&scoped);
        }
        record(NULL, size, how, frame, NO_REALLOC);
        return NULL;
    }
    const bool goes_on = is_ours && !was.is_drawn && how == HEAPLENS__TREAT_MARK;
    if (heaplens__lifecycle_phase() == HEAPLENS__PHASE_RECORDING &&
        (is_ours || how == HEAPLENS__TREAT_COUNT)) {
        const resizing what = {old, block, is_ours ? &was : NULL, usable, size, how, goes_on};
        count_realloc(&what, &scoped);
    }
    if (goes_on) {
        return block;
    }
    const size_t kept = size < usable ? size : usable;
    if (how == HEAPLENS__TREAT_COUNT) {
        heaplens__record_counted(size, block);
    } else if (how != HEAPLENS__TREAT_PASS) {
        record(block, size, how, frame, old == block ? 0 : (int64_t)kept);
    }
    return block;
}

size_t heaplens__record_usable(void *block)
{
    const size_t usable = heaplens__real_usable(block);
    heaplens__block was;
    // What was asked for, and not a byte of the tail: a program may write up to what this returns.
    return heaplens__record_may_know() && heaplens__record_may_have_tail(block) &&
                   heaplens__tail_read(block, usable, heaplens__recording.secret, &was)
               ? was.size
               : usable;
}
