// SPDX-License-Identifier: MIT
#include "embed/lane_pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/error.h"
#include "base/memory.h"

// Work that the threads may join; on the stack of its caller, who waits for them.
typedef struct shared_work {
    const competency__lane_work *work;
    size_t helpers;  // threads that are at it
} shared_work;

struct competency__lane_pool {
    competency_allocator memory;
    pthread_mutex_t lock;  // of everything below it
    pthread_cond_t lane_came;
    pthread_cond_t work_came;
    pthread_cond_t work_ended;
    shared_work *shared;    // NULL: there is nothing to join
    atomic_size_t waiting;  // callers without a lane; helpers look at it between pieces
    bool is_ending;
    size_t idle;  // lanes that nobody has
    size_t threads;
    struct {
        size_t lane;       // of the first `idle` slots: one that nobody has
        pthread_t thread;  // of the first `threads` slots
    } slots[];             // (lanes)
};

static size_t count_waiting(competency__lane_pool *pool)
{
    // Relaxed: a helper that sees it late does one piece more.
    return atomic_load_explicit(&pool->waiting, memory_order_relaxed);
}

// Wake whoever is to have the next lane, callers first. The lock is held.
static void offer_lane(competency__lane_pool *pool)
{
    if (pool->idle > 0 && count_waiting(pool) > 0) {
        (void)pthread_cond_signal(&pool->lane_came);
    } else if (pool->idle > 0 && pool->shared != NULL) {
        (void)pthread_cond_signal(&pool->work_came);
    }
}

static void give_lane(competency__lane_pool *pool, size_t lane)
{
    pool->slots[pool->idle++].lane = lane;
    offer_lane(pool);
}

static size_t wait_for_lane(competency__lane_pool *pool)
{
    (void)atomic_fetch_add_explicit(&pool->waiting, 1, memory_order_relaxed);
    while (pool->idle == 0) {
        (void)pthread_cond_wait(&pool->lane_came, &pool->lock);
    }
    (void)atomic_fetch_sub_explicit(&pool->waiting, 1, memory_order_relaxed);
    const size_t lane = pool->slots[--pool->idle].lane;
    offer_lane(pool);
    return lane;
}

// The lock is held, and left while the thread works.
static void help(competency__lane_pool *pool)
{
    shared_work *const shared = pool->shared;
    const competency__lane_work *const work = shared->work;
    const size_t lane = pool->slots[--pool->idle].lane;
    shared->helpers++;
    (void)pthread_mutex_unlock(&pool->lock);
    bool has_more = true;
    while (has_more && count_waiting(pool) == 0) {
        has_more = work->step(work->self, lane);
    }
    (void)pthread_mutex_lock(&pool->lock);
    // While this thread is counted its caller has not returned, so this is no other's work.
    if (!has_more && pool->shared == shared) {
        pool->shared = NULL;
    }
    give_lane(pool, lane);
    if (--shared->helpers == 0) {
        (void)pthread_cond_broadcast(&pool->work_ended);
    }
}

static void *serve(void *self)
{
    competency__lane_pool *const pool = self;
    (void)pthread_mutex_lock(&pool->lock);
    while (!pool->is_ending) {
        if (pool->shared != NULL && pool->idle > 0 && count_waiting(pool) == 0) {
            help(pool);
        } else {
            (void)pthread_cond_wait(&pool->work_came, &pool->lock);
        }
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static bool start_threads(competency__lane_pool *pool, size_t count)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->threads < count &&
           pthread_create(&pool->slots[pool->threads].thread, NULL, serve, pool) == 0) {
        pool->threads++;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pool->threads == count;
}

competency_status competency__lane_pool_create(competency__lane_pool **out,
                                               const competency_allocator *memory, size_t lanes,
                                               competency_error *err)
{
    *out = NULL;
    competency__lane_pool *const pool =
        competency__allocate_zeroed(memory, 1, sizeof(*pool) + lanes * sizeof(pool->slots[0]));
    if (pool == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu threads", lanes);
    }
    pool->memory = competency__allocator(memory);
    for (pool->idle = 0; pool->idle < lanes; pool->idle++) {
        pool->slots[pool->idle].lane = lanes - 1 - pool->idle;  // 0 is taken first
    }
    // Without attributes none of the four can fail on Linux.
    (void)pthread_mutex_init(&pool->lock, NULL);
    (void)pthread_cond_init(&pool->lane_came, NULL);
    (void)pthread_cond_init(&pool->work_came, NULL);
    (void)pthread_cond_init(&pool->work_ended, NULL);
    if (!start_threads(pool, lanes - 1)) {
        const size_t started = pool->threads;
        competency__lane_pool_destroy(pool);
        return competency__fail(err, COMPETENCY_ENOMEM, "the system gave %zu threads of %zu",
                                started, lanes - 1);
    }
    *out = pool;
    return COMPETENCY_OK;
}

void competency__lane_pool_destroy(competency__lane_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&pool->lock);
    pool->is_ending = true;
    (void)pthread_cond_broadcast(&pool->work_came);
    (void)pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->threads; i++) {
        (void)pthread_join(pool->slots[i].thread, NULL);
    }
    (void)pthread_cond_destroy(&pool->work_ended);
    (void)pthread_cond_destroy(&pool->work_came);
    (void)pthread_cond_destroy(&pool->lane_came);
    (void)pthread_mutex_destroy(&pool->lock);
    const competency_allocator memory = pool->memory;
    competency__release(&memory, pool);
}

void competency__lane_pool_run(competency__lane_pool *pool, const competency__lane_work *work,
                               bool is_shared)
{
    shared_work shared = {.work = work};
    (void)pthread_mutex_lock(&pool->lock);
    const size_t lane = wait_for_lane(pool);
    if (is_shared && pool->threads > 0 && pool->shared == NULL) {
        pool->shared = &shared;
        (void)pthread_cond_broadcast(&pool->work_came);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    while (work->step(work->self, lane)) {
    }
    (void)pthread_mutex_lock(&pool->lock);
    if (pool->shared == &shared) {
        pool->shared = NULL;
    }
    give_lane(pool, lane);
    while (shared.helpers > 0) {
        (void)pthread_cond_wait(&pool->work_ended, &pool->lock);
    }
    (void)pthread_mutex_unlock(&pool->lock);
}
