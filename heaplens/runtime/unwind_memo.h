// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_UNWIND_MEMO_H
#define HEAPLENS_RUNTIME_UNWIND_MEMO_H

/**
 * @file
 * Stacks walked before, so that a walk over the same frames reads each return address once and
 * looks nothing up.
 *
 * A *frame's state* is its (ip, sp, fp). By the rule of its ip, a state and two words of stack, the
 * saved return address and the saved frame pointer, determine the state of its caller. So where a
 * frame has the state of one that is remembered, and those words hold what the remembered callers
 * say all the way out, the walk would repeat itself: the result is the plain walk's, not a likely
 * one.
 *
 * The remembered frames form trees, each frame pointing to its caller:
 *
 *     main <- run <- parse <- string_new      a leaf: one whole stack, and the caller's note on it
 *                         <- table_grow <- resize
 *
 * The frame pointer counts only where a rule further out uses it before it is restored; elsewhere
 * it is an ordinary register that changes all the time, and is not compared.
 */
#include <stddef.h>
#include <stdint.h>

#include "runtime/unwind.h"
#include "runtime/unwind_cache.h"
#include "runtime/unwind_imprint.h"
#include "runtime/unwind_rule.h"

enum {
    HEAPLENS__MEMO_FRAMES = 4096,   // 192 KiB when all are in use; when full, all are forgotten
    HEAPLENS__MEMO_BUCKETS = 4096,  // 8 KiB each
    HEAPLENS__MEMO_DEPTH_MAX = 1024,
    // An imprint is made of one in so many stacks that are met again: those that are met often soon
    // have one, and a program that goes through many has not to make one for each.
    HEAPLENS__MEMO_IMPRINT_EVERY = 8,
};

/** How it is seen that a remembered frame still has the caller that it had. */
typedef enum heaplens__memo_link {
    HEAPLENS__MEMO_END = 0,    // no caller, by its rule
    HEAPLENS__MEMO_PLAIN = 1,  // by the return address; the caller is the element before it
    HEAPLENS__MEMO_NEXT = 2,   // by the saved words; the caller is the element before it
    HEAPLENS__MEMO_CALL = 3,   // by the saved words
    HEAPLENS__MEMO_STEP = 4,   // by doing the step again: signal frames, realigned ones, odd ends
} heaplens__memo_link;

typedef struct heaplens__memo_frame {
    heaplens__frame state;
    uint32_t rule;     // packed; 0: none, the walk ended here for that
    uint32_t note;     // the user's, of the stack that begins here
    uint16_t caller;   // 0: none
    uint16_t depth;    // frames from here to the outermost
    uint16_t younger;  // used more recently, in the same bucket by state; 0: none
    uint16_t older;    // used less recently
    uint16_t sibling;  // next in the same bucket by caller; 0: none
    uint16_t run;      // frames from here outward whose link is HEAPLENS__MEMO_PLAIN
    uint8_t link;      // heaplens__memo_link
    uint8_t fp_slot;   // the caller's fp must be in this word below the CFA; 0: it does not matter
    uint8_t needs_fp;  // whether the state's fp matters
    uint8_t why;       // heaplens__unwind_stop of the walk, where it ended here
} heaplens__memo_frame;

/** One step of a walk that was not remembered. */
typedef struct heaplens__memo_step {
    heaplens__frame state;
    uint32_t rule;
} heaplens__memo_step;

/** A thread's memory. All zero: empty. Pages that were never needed are never touched. */
typedef struct heaplens__unwind_memo {
    uint32_t used;                               // frames[1..used]
    uint32_t generation;                         // of the rules that the frames were walked by
    uint16_t by_state[HEAPLENS__MEMO_BUCKETS];   // the most recently used frame; 0: none
    uint16_t by_caller[HEAPLENS__MEMO_BUCKETS];  // of a frame and its caller; 0: none
    heaplens__memo_frame frames[HEAPLENS__MEMO_FRAMES + 1];
    heaplens__memo_step steps[HEAPLENS__MEMO_DEPTH_MAX];  // of the walk in progress
    uint32_t met_again;                                   // stacks found that had no imprint
    heaplens__imprints imprints;                          // of stacks that are met often
} heaplens__unwind_memo;

/** A stack, as heaplens__unwind_recall() finds it. */
typedef struct heaplens__unwind_trace {
    size_t depth;               // frames
    heaplens__unwind_stop why;  // the reason that the walk ended
    // A word for the user to keep what it knows of this very stack: 0 at first, and again once it
    // was forgotten. NULL: the stack is not remembered (it was cut). Valid until the next walk.
    uint32_t *note;
    uint32_t steps_count;  // walked anew
    uint32_t known;        // remembered frame further out; 0: none
} heaplens__unwind_trace;

/** Forget all stacks and with them their notes: the user's ids change, or another thread's stack. */
void heaplens__unwind_forget(heaplens__unwind_memo *memo);

/**
 * heaplens__unwind_recall() of a stack that has no imprint.
 *
 * @param[in] f      its innermost frame
 * @param     place  where heaplens__imprints_find() did not find it
 */
void heaplens__unwind_recall_frames_of(heaplens__unwind_memo *memo, const heaplens__frame *f,
                                       size_t cap, uint32_t place, heaplens__unwind_trace *trace);

/** The innermost frame of a stack. */
static inline heaplens__frame heaplens__unwind_innermost(const heaplens__unwind_start *start)
{
    return (heaplens__frame){.ip = start->return_address - 1, .sp = start->sp, .fp = start->fp};
}

/**
 * The imprint of the stack, if it is met often.
 *
 * @param[in,out] memo   the calling thread's; nobody else, and no signal handler, is using it
 * @param[in]     f      its innermost frame
 * @param         cap    frames at most; at most HEAPLENS__MEMO_DEPTH_MAX
 * @param[out]    place  for heaplens__unwind_recall_frames_of(), if the result is NULL
 */
static inline const heaplens__imprint *heaplens__unwind_recall_imprint(heaplens__unwind_memo *memo,
                                                                       const heaplens__frame *f,
                                                                       size_t cap, uint32_t *place)
{
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a return address, read from the stack.
    heaplens__unwind_note_caller((const void *)(f->ip + 1));
    if (__builtin_expect(memo->generation != heaplens__unwind_cache_generation(), false)) {
        heaplens__unwind_forget(memo);
    }
    const heaplens__imprint *const known = heaplens__imprints_find(&memo->imprints, f, place);
    return known != NULL && known->depth <= cap ? known : NULL;
}

/**
 * Capture the stack like heaplens__unwind(), with the same result, by way of what is remembered.
 *
 * @param[in,out] memo   as of heaplens__unwind_recall_imprint()
 * @param         start  as for heaplens__unwind()
 * @param         cap    frames at most; at most HEAPLENS__MEMO_DEPTH_MAX
 * @param[out]    trace  valid until the next walk
 *
 * Cost: half a nanosecond a frame of a stack that is met often, about a nanosecond a remembered
 * frame, some more for others; allocates nothing.
 */
static inline void heaplens__unwind_recall(heaplens__unwind_memo *memo,
                                           const heaplens__unwind_start *start, size_t cap,
                                           heaplens__unwind_trace *trace)
{
    const heaplens__frame f = heaplens__unwind_innermost(start);
    uint32_t place = 0;
    const heaplens__imprint *const known = heaplens__unwind_recall_imprint(memo, &f, cap, &place);
    if (known == NULL) {
        heaplens__unwind_recall_frames_of(memo, &f, cap, place, trace);
        return;
    }
    trace->depth = known->depth;
    trace->why = HEAPLENS__UNWIND_OUTERMOST;
    trace->note = &memo->frames[known->frame].note;
    trace->steps_count = 0;
    trace->known = known->frame;
}

/** The frames of the latest walk, innermost first: as heaplens__unwind() reports them. */
void heaplens__unwind_recall_frames(const heaplens__unwind_memo *memo,
                                    const heaplens__unwind_trace *trace, uintptr_t *ips);

#endif
