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

#include "runtime/lifecycle.h"
#include "runtime/recorder.h"
#include "runtime/tail.h"

typedef enum heaplens__treatment {
    HEAPLENS__TREAT_NOT = 0,    // nothing is recorded
    HEAPLENS__TREAT_MARK = 1,   // full mode: stack, figures, tail
    HEAPLENS__TREAT_DRAW = 2,   // sample mode, drawn: the same, for what it stands for
    HEAPLENS__TREAT_PASS = 3,   // sample mode, not drawn: totals
    HEAPLENS__TREAT_COUNT = 4,  // count mode: totals and usable bytes
} heaplens__treatment;

/** heaplens__record_choose() in other modes than full. */
heaplens__treatment heaplens__record_choose_lightly(size_t size);

/** What to do about a request of `size` bytes. */
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

/**
 * Record what an allocation function got.
 *
 * @param block  NULL: the request failed
 * @param frame  __builtin_frame_address(0) of the allocation function
 * @return block
 */
void *heaplens__record_alloc(void *block, size_t size, heaplens__treatment how, const void *frame);

/** Record that a block is about to be freed. Only where heaplens__record_may_know(). */
void heaplens__record_free(void *block);

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
