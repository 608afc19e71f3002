// SPDX-License-Identifier: MIT
// Lanes are never more than were made, callers come before helpers, and all work is done once.
#include "embed/lane_pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "expect.h"

enum { CALLERS = 6, PIECES = 2000, LANES_MAX = 8 };

// Counts who works at the same time, in every lane and in all.
typedef struct crowd {
    atomic_int in_lane[LANES_MAX];
    atomic_int at_work;
    atomic_int most;
    atomic_bool is_shared_lane;  // two threads were in one lane
} crowd;

typedef struct counted_work {
    crowd *in;
    atomic_int next;
    atomic_uchar done[PIECES];
} counted_work;

static void enter(crowd *in, size_t lane)
{
    const int now = atomic_fetch_add(&in->at_work, 1) + 1;
    int most = atomic_load(&in->most);
    while (now > most && !atomic_compare_exchange_weak(&in->most, &most, now)) {
    }
    if (lane >= LANES_MAX || atomic_fetch_add(&in->in_lane[lane], 1) != 0) {
        atomic_store(&in->is_shared_lane, true);
    }
}

static void leave(crowd *in, size_t lane)
{
    (void)atomic_fetch_sub(&in->in_lane[lane], 1);
    (void)atomic_fetch_sub(&in->at_work, 1);
}

static bool count_piece(void *self, size_t lane)
{
    counted_work *const work = self;
    enter(work->in, lane);
    const int piece = atomic_fetch_add(&work->next, 1);
    if (piece < PIECES) {
        (void)atomic_fetch_add(&work->done[piece], 1);
    }
    leave(work->in, lane);
    return piece < PIECES;
}

typedef struct caller {
    competency__lane_pool *pool;
    counted_work work;
    bool is_shared;
    pthread_t thread;
} caller;

static void *call(void *self)
{
    caller *const c = self;
    competency__lane_pool_run(c->pool, &(competency__lane_work){count_piece, &c->work},
                              c->is_shared);
    return NULL;
}

static competency__lane_pool *create(size_t lanes)
{
    competency__lane_pool *pool = NULL;
    assert_int_equal(competency__lane_pool_create(&pool, NULL, lanes, NULL), COMPETENCY_OK);
    return pool;
}

static void run_callers(size_t lanes)
{
    static caller callers[CALLERS];
    crowd in = {0};
    competency__lane_pool *const pool = create(lanes);
    memset(callers, 0, sizeof(callers));
    for (size_t i = 0; i < CALLERS; i++) {
        callers[i].pool = pool;
        callers[i].work.in = &in;
        callers[i].is_shared = i % 3 != 0;
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
    }
    for (size_t i = 0; i < CALLERS; i++) {
        assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
    }
    competency__lane_pool_destroy(pool);
    assert_false(in.is_shared_lane);
    EXPECT((size_t)in.most <= lanes, "%d threads at work in %zu lanes", in.most, lanes);
    for (size_t i = 0; i < CALLERS; i++) {
        for (size_t k = 0; k < PIECES; k++) {
            EXPECT(callers[i].work.done[k] == 1, "piece %zu was done %d times", k,
                   callers[i].work.done[k]);
        }
    }
}

static void test_lane_pool__callers_share_the_lanes_and_every_piece_is_done_once(void **state)
{
    (void)state;
    static const size_t lanes[] = {1, 2, 3, LANES_MAX};
    for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++) {
        run_callers(lanes[i]);
    }
}

// Work that ends only when every lane is in it at once.
typedef struct meeting {
    size_t lanes;
    atomic_size_t arrived;
} meeting;

static bool meet(void *self, size_t lane)
{
    (void)lane;
    meeting *const m = self;
    (void)atomic_fetch_add(&m->arrived, 1);
    while (atomic_load(&m->arrived) < m->lanes) {
        (void)sched_yield();
    }
    return false;
}

static void test_lane_pool__shared_work_is_joined_by_every_thread(void **state)
{
    (void)state;
    competency__lane_pool *const pool = create(4);
    for (int round = 0; round < 50; round++) {
        meeting m = {.lanes = 4};
        competency__lane_pool_run(pool, &(competency__lane_work){meet, &m}, true);
        assert_int_equal(m.arrived, 4);
    }
    competency__lane_pool_destroy(pool);
}

static bool note_lane(void *self, size_t lane)
{
    (void)lane;
    (void)atomic_fetch_add((atomic_int *)self, 1);
    return false;
}

static void test_lane_pool__work_that_is_not_shared_is_done_by_its_caller_alone(void **state)
{
    (void)state;
    competency__lane_pool *const pool = create(4);
    atomic_int steps = 0;
    for (int round = 0; round < 200; round++) {
        competency__lane_pool_run(pool, &(competency__lane_work){note_lane, &steps}, false);
    }
    assert_int_equal(steps, 200);
    competency__lane_pool_destroy(pool);
}

// Work without an end, until another call has been served.
typedef struct long_work {
    competency__lane_pool *pool;
    atomic_size_t lanes_seen;
    atomic_bool is_other_served;
} long_work;

static bool go_on(void *self, size_t lane)
{
    long_work *const work = self;
    (void)atomic_fetch_or(&work->lanes_seen, (size_t)1 << lane);
    (void)sched_yield();
    return !atomic_load(&work->is_other_served);
}

static bool serve_other(void *self, size_t lane)
{
    (void)lane;
    atomic_store(&((long_work *)self)->is_other_served, true);
    return false;
}

// Comes when both lanes are taken.
static void *come_late(void *self)
{
    long_work *const work = self;
    while (atomic_load(&work->lanes_seen) != 3) {
        (void)sched_yield();
    }
    competency__lane_pool_run(work->pool, &(competency__lane_work){serve_other, work}, false);
    return NULL;
}

static void test_lane_pool__a_helper_makes_room_for_a_caller(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        long_work work = {.pool = create(2)};
        pthread_t late;
        assert_int_equal(pthread_create(&late, NULL, come_late, &work), 0);
        // If the helper kept its lane this would never return.
        competency__lane_pool_run(work.pool, &(competency__lane_work){go_on, &work}, true);
        assert_int_equal(pthread_join(late, NULL), 0);
        competency__lane_pool_destroy(work.pool);
    }
}

static void test_lane_pool__destroy_accepts_null_and_a_pool_that_was_never_used(void **state)
{
    (void)state;
    competency__lane_pool_destroy(NULL);
    competency__lane_pool_destroy(create(LANES_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lane_pool__callers_share_the_lanes_and_every_piece_is_done_once),
        cmocka_unit_test(test_lane_pool__shared_work_is_joined_by_every_thread),
        cmocka_unit_test(test_lane_pool__work_that_is_not_shared_is_done_by_its_caller_alone),
        cmocka_unit_test(test_lane_pool__a_helper_makes_room_for_a_caller),
        cmocka_unit_test(test_lane_pool__destroy_accepts_null_and_a_pool_that_was_never_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
