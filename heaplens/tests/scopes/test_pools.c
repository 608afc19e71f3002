// SPDX-License-Identifier: MIT
// Pools without the hooks: stacks are made up, so that sanitizers can look at the threads.
#include "expect.h"

#include <pthread.h>

#include "runtime/clock.h"
#include "runtime/counter.h"
#include "runtime/ledger.h"
#include "runtime/pools.h"

enum { THREADS = 4, ROUNDS = 200, BLOCKS = 64, SIZE = 24, LEFT = 10 };

static heaplens__recorder *const recorder = &heaplens__recording;
static char memory[THREADS][BLOCKS];  // addresses to call blocks
static heaplens_pool *pool;

static void begin(void)
{
    heaplens__clock_init();
    heaplens__store_unmap(&recorder->store);
    recorder->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    assert_int_equal(heaplens__store_create(&recorder->store, NULL, 64U << 20), HEAPLENS_OK);
    assert_int_equal(heaplens__recorder_init(recorder, 0, 42), HEAPLENS_OK);
}

static uint32_t site_at(heaplens__shard *shard, uintptr_t ip)
{
    const heaplens__stack stack = {.ips = &ip, .depth = 1};
    return heaplens__shard_site(shard, &stack);
}

static const heaplens_store_scope *label_at(uint64_t at)
{
    const heaplens_store_scope *const items =
        heaplens__store_items(&recorder->store, HEAPLENS_STORE_SCOPES);
    return &items[at];
}

// Cuts and frees its own blocks, and leaves some in the end.
static void *work(void *argument)
{
    char *const own = argument;
    heaplens__shard *const shard = heaplens__shard_acquire(recorder, NULL);
    const uint32_t site = site_at(shard, 0xA);
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            (void)heaplens__pools_alloc(pool, shard, own + i, SIZE, site);
        }
        for (size_t i = round + 1 < ROUNDS ? 0 : LEFT; i < BLOCKS; i++) {
            (void)heaplens__pools_free(pool, shard, own + i);
        }
    }
    heaplens__shard_release(shard);
    return NULL;
}

static void test_pools__threads_add_up_in_the_label_and_the_site(void **state)
{
    (void)state;
    begin();
    pool = heaplens__pools_create("shared");
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, work, memory[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    const heaplens_store_scope *const label = label_at(0);
    assert_string_equal(label->label, "shared");
    assert_int_equal(heaplens__counted(&label->kind), HEAPLENS_STORE_SCOPE_POOL);
    assert_int_equal(heaplens__counted(&label->scopes), 1);
    assert_int_equal(heaplens__counted(&label->blocks_total), THREADS * ROUNDS * BLOCKS);
    assert_int_equal(heaplens__counted(&label->bytes_live), THREADS * LEFT * SIZE);
    assert_int_equal(heaplens__counted(&label->blocks_live), THREADS * LEFT);
    assert_in_range(heaplens__counted(&label->bytes_peak), BLOCKS * SIZE, THREADS * BLOCKS * SIZE);

    heaplens__shard *const shard = heaplens__shard_acquire(recorder, NULL);
    heaplens__pools_clear(pool, shard);
    assert_int_equal(heaplens__counted(&label->blocks_live), 0);
    assert_int_equal(heaplens__counted(&label->blocks_freed), THREADS * ROUNDS * BLOCKS);
    assert_false(heaplens__pools_free(pool, shard, memory[0]));
    heaplens__shard_release(shard);
    heaplens__pools_destroy(pool);
}

static void test_pools__what_is_taken_back_leaves_no_peak(void **state)
{
    (void)state;
    begin();
    heaplens__shard *const shard = heaplens__shard_acquire(recorder, NULL);
    const uint32_t site = site_at(shard, 0xA);
    const uint64_t clock = heaplens__ledger_alloc_bare(shard, memory[0], 5000, site);
    const heaplens__block chunk = {.size = 5000,
                                   .usable = 5000 + HEAPLENS__TAIL_BYTES,
                                   .birth_clock = clock,
                                   .timing = HEAPLENS__TIMING_ONE,
                                   .site = site};
    heaplens__ledger_take_back(shard, &chunk);
    const uint64_t birth = heaplens__ledger_alloc_bare(shard, memory[0], 70, site);
    const heaplens__block block = {.size = 70,
                                   .usable = 70 + HEAPLENS__TAIL_BYTES,
                                   .birth_clock = birth,
                                   .timing = HEAPLENS__TIMING_ONE,
                                   .site = site};
    heaplens__ledger_free(shard, memory[0], &block);
    const heaplens_store_entry *const entry = heaplens__shard_entry(shard, site);
    assert_int_equal(heaplens__counted(&entry->bytes_total), 70);
    assert_int_equal(heaplens__counted(&entry->blocks_total), 1);
    assert_int_equal(heaplens__level(&entry->bytes_live), 0);
    assert_int_equal(heaplens__level(&recorder->store.header->bytes_peak), 70);
    assert_int_equal(heaplens__counted(&shard->figures->bytes_total), 70);
    assert_int_equal(heaplens__counted(&shard->figures->sizes[13]), 0);  // 4096 to 8191
    assert_int_equal(heaplens__counted(&shard->figures->sizes[7]), 1);   // 64 to 127
    heaplens__shard_release(shard);
}

static void test_pools__a_recording_begins_with_empty_pools(void **state)
{
    (void)state;
    begin();
    pool = heaplens__pools_create("again");
    heaplens__shard *shard = heaplens__shard_acquire(recorder, NULL);
    assert_true(heaplens__pools_alloc(pool, shard, memory[0], SIZE, site_at(shard, 0xA)));
    begin();
    shard = heaplens__shard_acquire(recorder, NULL);
    assert_false(heaplens__pools_free(pool, shard, memory[0]));
    assert_true(heaplens__pools_alloc(pool, shard, memory[1], SIZE, site_at(shard, 0xA)));
    assert_int_equal(heaplens__counted(&label_at(0)->blocks_total), 1);
    heaplens__pools_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pools__threads_add_up_in_the_label_and_the_site),
        cmocka_unit_test(test_pools__what_is_taken_back_leaves_no_peak),
        cmocka_unit_test(test_pools__a_recording_begins_with_empty_pools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
