// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_RECORD_H
#define HEAPLENS_RUNTIME_RECORD_H

/**
 * @file
 * What is done about an operation: the modes, between the allocation functions and the ledger.
 *
 * An allocation function asks heaplens__record_choose() what is to be done about the request, asks
 * the allocator for so many bytes more, and hands the block to heaplens__record_alloc(). All
 * functions leave errno alone, and do nothing where the thread is inside the recorder already.
 */
#include <heaplens/heaplens.h>

#include <stddef.h>

#include "runtime/drawn_blocks.h"
#include "runtime/lifecycle.h"
#include "runtime/recorder.h"
#include "runtime/tail.h"

typedef enum heaplens__treatment {
    HEAPLENS__TREAT_NOT = 0,    // nothing is recorded
    HEAPLENS__TREAT_MARK = 1,   // full mode: stack, figures, tail
    HEAPLENS__TREAT_DRAW = 2,   // sample mode, drawn: the same, for what it stands for
    HEAPLENS__TREAT_PASS = 3,   // sample mode, not drawn: totals; and they are counted already
    HEAPLENS__TREAT_LARGE = 4,  // the same, but not counted yet
    HEAPLENS__TREAT_COUNT = 5,  // count mode: totals and usable bytes
} heaplens__treatment;

/** What is apart leaves the registers of the function that calls it alone until it is called. */
#define HEAPLENS__APART __attribute__((noinline))

/** heaplens__record_choose() in other modes than full. */
heaplens__treatment heaplens__record_choose_lightly(size_t size);

/**
 * What to do about a request of `size` bytes.
 *
 * Where the choice is HEAPLENS__TREAT_PASS, the thread was in the recorder for it and has counted the
 * request, as nearly every one is met: this spares a second visit. Every choice must therefore
 * be brought to heaplens__record_alloc() or heaplens__record_realloc(), or be withdrawn.
 */
static inline heaplens__treatment heaplens__record_choose(size_t size)
{
    if (heaplens__lifecycle_phase() != HEAPLENS__PHASE_RECORDING ||
        size > HEAPLENS__TAIL_SIZE_MAX) {
        return HEAPLENS__TREAT_NOT;
    }
    // Acquire pairs with the release in heaplens__recorder_set_mode().
    const int mode = atomic_load_explicit(&heaplens__recording.mode, memory_order_acquire);
    return mode == HEAPLENS_MODE_FULL ? HEAPLENS__TREAT_MARK
                                      : heaplens__record_choose_lightly(size);
}

/** Bytes that the block must have beyond the requested ones. */
static inline size_t heaplens__record_extra(heaplens__treatment how)
{
    return how == HEAPLENS__TREAT_MARK   ? HEAPLENS__TAIL_BYTES
           : how == HEAPLENS__TREAT_DRAW ? HEAPLENS__TAIL_DRAWN_BYTES
                                         : 0;
}

/** heaplens__record_alloc() of a block in count mode. */
void heaplens__record_counted(size_t size, void *block);

/** heaplens__record_alloc() of all else. */
void heaplens__record_block(void *block, size_t size, heaplens__treatment how, const void *frame);

/**
 * Record what an allocation function got.
 *
 * @param block  NULL: the request failed
 * @param frame  __builtin_frame_address(0) of the allocation function
 * @return block
 */
static inline void *heaplens__record_alloc(void *block, size_t size, heaplens__treatment how,
                                           const void *frame)
{
    // Three functions, because each saves as many registers as it needs at most.
    if (how == HEAPLENS__TREAT_COUNT && block != NULL) {
        heaplens__record_counted(size, block);
    } else if (how != HEAPLENS__TREAT_PASS || block == NULL) {
        heaplens__record_block(block, size, how, frame);
    }
    return block;
}

/** heaplens__record_alloc() in count mode, as one function. */
HEAPLENS__APART void *heaplens__record_counted_block(void *block, size_t size);

/** heaplens__record_alloc() in full mode, as one function. */
void *heaplens__record_marked(void *block, size_t size, const void *frame);

/** heaplens__thread_leave(). @return block */
HEAPLENS__APART void *heaplens__record_leave(void *block);

/** Sample mode: a request that heaplens__lane_passes() has counted was not met. @return NULL */
HEAPLENS__APART void *heaplens__record_refused(size_t size);

/** Take a choice back: there was no request. */
void heaplens__record_withdraw(size_t size, heaplens__treatment how);

/** heaplens__record_free() of a block that may have a tail. */
void heaplens__record_end(void *block);

/** heaplens__record_free() in count mode of a block that has none. */
void heaplens__record_end_counted(void *block);

/** Can this very block have a tail? In sample mode, seldom; and that is told without reading it. */
static inline bool heaplens__record_may_have_tail(const void *block)
{
    return atomic_load_explicit(&heaplens__recording.has_tails, memory_order_relaxed) ||
           heaplens__drawn_blocks_may_have(block);
}

/** Record that a block is about to be freed. Only where heaplens__record_may_know(). */
static inline void heaplens__record_free(void *block)
{
    if (heaplens__record_may_have_tail(block)) {
        heaplens__record_end(block);
    } else if (atomic_load_explicit(&heaplens__recording.mode, memory_order_relaxed) ==
               HEAPLENS_MODE_COUNT) {
        heaplens__record_end_counted(block);
    }
}

/** Call the allocator's realloc for a block that is not NULL and more than no bytes, and record it. */
void *heaplens__record_realloc(void *old, size_t size, heaplens__treatment how, const void *frame);

/** Can there be blocks that were recorded? */
static inline bool heaplens__record_may_know(void)
{
    const heaplens__phase phase = heaplens__lifecycle_phase();
    return phase == HEAPLENS__PHASE_RECORDING || phase == HEAPLENS__PHASE_STOPPED;
}

/** The bytes that the program may use of a block: the requested ones if it has a tail. */
size_t heaplens__record_usable(void *block);

#endif
