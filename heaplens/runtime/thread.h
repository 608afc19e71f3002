// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_THREAD_H
#define HEAPLENS_RUNTIME_THREAD_H

/**
 * @file
 * What a thread knows of the recorder: its shard, and whether the recorder is at work in it.
 */
#include "runtime/shard.h"

/**
 * Begin to record in the calling thread.
 *
 * An allocation from inside the recorder, or from a signal handler that interrupted it, must not
 * be recorded: it finds the thread busy.
 *
 * @return the thread's shard; NULL: do not record, and do not call heaplens__thread_leave()
 */
heaplens__shard *heaplens__thread_enter(void);

/** End what heaplens__thread_enter() began. */
void heaplens__thread_leave(void);

/** Keep the calling thread from recording, as if it were inside the recorder; or let it again. */
void heaplens__thread_set_busy(bool is_busy);

/** Once a process: have shards given back when threads end. False if the system refuses. */
bool heaplens__thread_init(void);

#endif
