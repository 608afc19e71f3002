// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_THREAD_H
#define HEAPLENS_RUNTIME_THREAD_H

/**
 * @file
 * What a thread knows of the recorder: its shard, and whether the recorder is at work in it.
 */
#include "runtime/shard.h"

/** Of the calling thread. Initial-exec (a compile option of the library): the general model may call
 *  the loader, which may allocate. */
typedef struct heaplens__thread_self {
    heaplens__shard *shard;
    uint32_t generation;  // of the recording that the shard belongs to
    bool is_busy;
    bool is_ending;  // the shard was given back: every operation borrows one
    bool
        leaves_slowly;  // heaplens__thread_leave() has more to do: `is_ending`, or what was deferred
    int rounds;         // destructor calls so far
} heaplens__thread_self;

extern _Thread_local heaplens__thread_self heaplens__self;

/** heaplens__thread_enter() where the thread is busy or has no shard. Keeps errno. */
heaplens__shard *heaplens__thread_enter_anew(void);

/** heaplens__thread_leave() where there is more to do. */
void heaplens__thread_leave_slowly(void);

/**
 * Put down what cannot be counted now because heaplens__thread_enter() gave no shard: the thread is
 * inside the recorder already, and counts it when it leaves. What finds no room is counted as lost.
 */
void heaplens__thread_defer(const heaplens__deferred *what);

/** Keep the calling thread from recording, as if it were inside the recorder; or let it again. */
static inline void heaplens__thread_set_busy(bool is_busy)
{
    heaplens__self.is_busy = is_busy;
    // Against the compiler only: signal handlers of this thread see the flag in order.
    atomic_signal_fence(memory_order_seq_cst);
}

/**
 * heaplens__thread_enter() where nothing stands in the way; NULL otherwise: then ask that.
 *
 * For functions that hand all that is unusual to another: none of their registers is saved for it.
 */
static inline heaplens__shard *heaplens__thread_enter_directly(void)
{
    const heaplens__thread_self *const self = &heaplens__self;
    if (__builtin_expect(self->is_busy, false)) {
        return NULL;
    }
    // Busy before the recording is looked at: heaplens_start() ends one, and then waits for those
    // who are still in it.
    heaplens__thread_set_busy(true);
    if (__builtin_expect(self->generation == heaplens__recording.generation, true) &&
        __builtin_expect(self->shard != NULL, true)) {
        return self->shard;
    }
    heaplens__thread_set_busy(false);
    return NULL;
}

/**
 * Begin to record in the calling thread.
 *
 * An allocation from inside the recorder, or from a signal handler that interrupted it, must not
 * be recorded: it finds the thread busy.
 *
 * @return the thread's shard; NULL: do not record, and do not call heaplens__thread_leave()
 */
static inline heaplens__shard *heaplens__thread_enter(void)
{
    heaplens__shard *const shard = heaplens__thread_enter_directly();
    return shard != NULL ? shard : heaplens__thread_enter_anew();
}

/** heaplens__thread_leave() where there is no more to do; false otherwise: then do that. */
static inline bool heaplens__thread_leave_directly(void)
{
    if (__builtin_expect(heaplens__self.leaves_slowly, false)) {
        return false;
    }
    heaplens__thread_set_busy(false);
    return true;
}

/** End what heaplens__thread_enter() began. */
static inline void heaplens__thread_leave(void)
{
    if (__builtin_expect(heaplens__self.leaves_slowly, false)) {
        heaplens__thread_leave_slowly();
    }
    heaplens__thread_set_busy(false);
}

/** The shard that the calling thread had last, whether or not its recording is over; NULL: none. */
const heaplens__shard *heaplens__thread_shard(void);

/** Let it know that a peak, or what counts, was set anew: heaplens__shard_settle(). */
void heaplens__thread_settle(void);

/** Forget it: the recording is over. */
void heaplens__thread_forget_shard(void);

/** Once a process: have shards given back when threads end. False if the system refuses. */
bool heaplens__thread_init(void);

#endif
