// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EMBED_LANE_POOL_H
#define COMPETENCY_EMBED_LANE_POOL_H

/**
 * @file
 * As many lanes as threads may work at once, and threads that help.
 *
 * A *lane* is what one thread needs to work: the pool hands out their numbers, and whoever owns
 * the pool keeps a workspace for each. A caller takes a lane and works in it. The pool's own
 * threads join one caller at a time, in the lanes that are left, and make room as soon as another
 * caller waits for one. So there are never more threads at work than lanes, however many call, and
 * between two calls all of the pool's sleep: spinning would take a processor from the caller.
 *
 *     a caller     |--lane 0--------------|
 *     a thread     |--lane 1----|                  makes room for
 *     a caller            waits |--lane 1-------|  which works alone
 */
#include <stdbool.h>
#include <stddef.h>

#include <competency/allocator.h>
#include <competency/status.h>

typedef struct competency__lane_pool competency__lane_pool;

/** Work that is done piece by piece, in any number of lanes at once. */
typedef struct competency__lane_work {
    bool (*step)(void *self, size_t lane);  // do the next piece; false: none is left
    void *self;
} competency__lane_work;

/**
 * Make `lanes` lanes, and `lanes - 1` threads.
 *
 * @param[out] out     NULL on failure; released by competency__lane_pool_destroy()
 * @param[in]  memory  copied; NULL: the C library's
 * @param      lanes   > 0
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM if the system gives no memory or no thread
 *
 * The threads block every signal: a handler of the program runs on a thread of the program.
 */
COMPETENCY_MUST_USE competency_status
competency__lane_pool_create(competency__lane_pool **out, const competency_allocator *memory,
                             size_t lanes, competency_error *err);

/** End the threads and wait for them; nobody may be in a call. NULL is accepted. */
void competency__lane_pool_destroy(competency__lane_pool *pool);

/**
 * Work until no piece is left and every thread that helped is done, so that what they wrote is
 * seen by the caller.
 *
 * @param is_shared  whether the work is large enough for more than one thread
 *
 * Threads: safe; waits for a lane. Allocates nothing.
 */
void competency__lane_pool_run(competency__lane_pool *pool, const competency__lane_work *work,
                               bool is_shared);

#endif
