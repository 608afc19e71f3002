// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_LIFECYCLE_H
#define HEAPLENS_RUNTIME_LIFECYCLE_H

/**
 * @file
 * Whether the process records: decided at its first allocation, by heaplens_start(), and again in
 * every child.
 *
 *              environment says so
 *     UNDECIDED -----------------> RECORDING <--- heaplens_start() --- OFF, STOPPED
 *         |  ^                         |
 *         |  '--- in a child (fork)    '--- heaplens_stop() ---> STOPPED
 *         '-------> OFF
 *
 * STOPPED still destroys the tails of blocks that are freed; OFF forwards only.
 */
#include <heaplens/heaplens.h>

#include <stdatomic.h>
#include <stdbool.h>

typedef enum heaplens__phase {
    HEAPLENS__PHASE_UNDECIDED = 0,  // must be 0: see lifecycle.c
    HEAPLENS__PHASE_OFF = 1,
    HEAPLENS__PHASE_BUSY = 2,  // a thread is deciding or starting; others do not record
    HEAPLENS__PHASE_RECORDING = 3,
    HEAPLENS__PHASE_STOPPED = 4,
} heaplens__phase;

/**
 * What malloc() and free() have to do, told by one look.
 *
 * A lane says more than the mode: that the process records and, where few blocks have tails, that
 * no others have. Operations that no lane fits are left to record.h, which asks everything.
 */
typedef enum heaplens__lane {
    HEAPLENS__LANE_NONE = 0,   // must be 0: see lifecycle.c
    HEAPLENS__LANE_OFF = 1,    // nothing: the process never recorded
    HEAPLENS__LANE_COUNT = 2,  // count mode; no block has a tail, each has a header
    HEAPLENS__LANE_SAMPLE =
        3,                    // sample mode; only blocks that heaplens__drawn_blocks knows have one
    HEAPLENS__LANE_FULL = 4,  // full mode
} heaplens__lane;

/** One page, of which the phase is the first word. */
typedef union heaplens__phase_page {
    struct {
        _Atomic int phase;
        _Atomic int lane;  // heaplens__lane
    };
    unsigned char whole[4096];
} heaplens__phase_page;

extern heaplens__phase_page heaplens__phase_word;

/** Decide, if it is undecided. @return the phase */
heaplens__phase heaplens__lifecycle_decide(void);

/** The phase. One load, the first call of a process aside. */
static inline heaplens__phase heaplens__lifecycle_phase(void)
{
    // Acquire pairs with the release when a recording begins.
    const int phase = atomic_load_explicit(&heaplens__phase_word.phase, memory_order_acquire);
    return phase == HEAPLENS__PHASE_UNDECIDED ? heaplens__lifecycle_decide()
                                              : (heaplens__phase)phase;
}

/** The lane. One load. */
static inline heaplens__lane heaplens__lifecycle_lane(void)
{
    // Acquire: a thread that sees a lane sees the recording that it belongs to.
    return (heaplens__lane)atomic_load_explicit(&heaplens__phase_word.lane, memory_order_acquire);
}

/** heaplens__recorder_set_mode() of the recording, and the lane of the mode. Under its lock. */
void heaplens__lifecycle_set_mode(heaplens_mode mode, uint64_t sample_bytes);

/** heaplens_start(), its arguments checked. */
heaplens_status heaplens__lifecycle_start(const heaplens_options *options);

/** heaplens_stop(). */
heaplens_status heaplens__lifecycle_stop(void);

#endif
