// SPDX-License-Identifier: MIT
// Pools in a program that links the recorder. Every figure is counted by hand.
#include "expect.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <heaplens/heaplens.h>

enum { CHUNK = 65536, THREADS = 4, BLOCKS = 5000 };

static char memory[THREADS][BLOCKS];  // never looked at
static heaplens_pool *pool;           // all tests use the one that the first made

static heaplens_totals read_totals(void)
{
    heaplens_totals totals = {0};
    assert_int_equal(heaplens_totals_read(&totals), HEAPLENS_OK);
    return totals;
}

static void test_pool_api__is_made_before_recording_and_waits(void **state)
{
    (void)state;
    pool = heaplens_pool_create("arena");
    assert_non_null(pool);
    void *const chunk = malloc(CHUNK);
    assert_int_equal(heaplens_pool_chunk(pool, chunk), HEAPLENS_EINACTIVE);
    free(chunk);
    const char *const block = memory[0];
    assert_int_equal(heaplens_pool_alloc(pool, block, 10), HEAPLENS_EINACTIVE);
    assert_int_equal(heaplens_pool_free(pool, block), HEAPLENS_EINACTIVE);
    heaplens_pool_destroy(NULL);
    assert_int_equal(heaplens_start(NULL), HEAPLENS_OK);
    assert_int_equal(heaplens_pool_free(pool, block), HEAPLENS_EINVAL);  // nobody told of it
    assert_int_equal(heaplens_pool_alloc(NULL, block, 10), HEAPLENS_EINVAL);
    assert_int_equal(heaplens_pool_alloc(pool, NULL, 10), HEAPLENS_EINVAL);
}

static void test_pool_api__blocks_count_and_the_chunk_does_not(void **state)
{
    (void)state;
    const heaplens_totals before = read_totals();
    char *const chunk = malloc(CHUNK);
    assert_int_equal(heaplens_pool_chunk(pool, chunk), HEAPLENS_OK);
    heaplens_totals totals = read_totals();
    assert_memory_equal(&totals, &before, sizeof totals);  // as if it had never been, peak too

    assert_int_equal(heaplens_pool_alloc(pool, chunk, 100), HEAPLENS_OK);
    assert_int_equal(heaplens_pool_alloc(pool, chunk + 100, 28), HEAPLENS_OK);
    assert_int_equal(heaplens_pool_alloc(pool, chunk + 128, 0), HEAPLENS_OK);
    assert_int_equal(heaplens_pool_free(pool, chunk), HEAPLENS_OK);
    assert_int_equal(heaplens_pool_free(pool, chunk), HEAPLENS_EINVAL);  // twice
    totals = read_totals();
    assert_int_equal(totals.bytes_total - before.bytes_total, 128);
    assert_int_equal(totals.blocks_total - before.blocks_total, 3);
    assert_int_equal(totals.bytes_live - before.bytes_live, 28);
    assert_int_equal(totals.blocks_live - before.blocks_live, 2);
    assert_int_equal(totals.bytes_peak - before.bytes_live, 128);

    assert_int_equal(heaplens_pool_alloc(pool, chunk + 100, 60), HEAPLENS_OK);  // reused untold
    assert_int_equal(read_totals().bytes_live - before.bytes_live, 60);
    assert_int_equal(heaplens_pool_clear(pool), HEAPLENS_OK);
    free(chunk);
    totals = read_totals();
    assert_int_equal(totals.bytes_live, before.bytes_live);
    assert_int_equal(totals.blocks_live, before.blocks_live);
}

static void test_pool_api__a_chunk_that_is_not_the_latest_stays_counted(void **state)
{
    (void)state;
    const heaplens_totals before = read_totals();
    char *const chunk = malloc(CHUNK);
    void *const other = malloc(16);
    assert_int_equal(heaplens_pool_chunk(pool, chunk), HEAPLENS_EINVAL);
    assert_int_equal(read_totals().bytes_live - before.bytes_live, CHUNK + 16);
    free(other);
    free(chunk);
    assert_int_equal(read_totals().bytes_live, before.bytes_live);
}

static void test_pool_api__a_chunk_can_be_reallocated_and_keeps_its_contents(void **state)
{
    (void)state;
    const heaplens_totals before = read_totals();
    char *chunk = malloc(1000);
    assert_int_equal(heaplens_pool_chunk(pool, chunk), HEAPLENS_OK);
    chunk[999] = 'x';
    chunk = realloc(chunk, CHUNK);
    assert_non_null(chunk);
    assert_int_equal(chunk[999], 'x');
    free(chunk);
    const heaplens_totals after = read_totals();
    assert_memory_equal(&after, &before, sizeof after);
}

static void test_pool_api__scopes_see_blocks_and_no_chunk(void **state)
{
    (void)state;
    heaplens_scope scope = heaplens_scope_begin("pool");
    char *const chunk = malloc(CHUNK);
    assert_int_equal(heaplens_pool_chunk(pool, chunk), HEAPLENS_OK);
    assert_int_equal(heaplens_pool_alloc(pool, chunk, 300), HEAPLENS_OK);
    assert_int_equal(heaplens_pool_alloc(pool, chunk + 300, 50), HEAPLENS_OK);
    assert_int_equal(heaplens_pool_free(pool, chunk), HEAPLENS_OK);
    const heaplens_usage usage = heaplens_scope_end(&scope);
    assert_int_equal(heaplens_pool_clear(pool), HEAPLENS_OK);
    free(chunk);
    assert_int_equal(usage.bytes_total, 350);
    assert_int_equal(usage.blocks_total, 2);
    assert_int_equal(usage.bytes_peak, 350);
    assert_int_equal(usage.bytes_rise, 350);
    assert_int_equal(usage.bytes_live, 50);
    assert_int_equal(usage.blocks_live, 1);
    const uint64_t function = (uint64_t)(uintptr_t)test_pool_api__scopes_see_blocks_and_no_chunk;
    assert_in_range(usage.sites_by_peak[0].frames[0], function, function + 2000);
}

static heaplens_pool *shared;

// Each thread cuts its own blocks, and frees those of the next thread's first half.
static void *cut_and_free(void *argument)
{
    char *const own = argument;
    for (size_t i = 0; i < BLOCKS; i++) {
        if (heaplens_pool_alloc(shared, own + i, i) != HEAPLENS_OK) {
            return NULL;
        }
    }
    for (size_t i = 0; i < BLOCKS; i += 2) {
        if (heaplens_pool_free(shared, own + i) != HEAPLENS_OK) {
            return NULL;
        }
    }
    return argument;
}

static void test_pool_api__threads_share_a_pool(void **state)
{
    (void)state;
    shared = heaplens_pool_create("shared");
    pthread_t threads[THREADS];
    heaplens_scope scope = heaplens_scope_begin_process("threads");
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, cut_and_free, memory[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        EXPECT(result == (void *)memory[i], "thread %zu", i);
    }
    const uint64_t live = read_totals().blocks_live;
    heaplens_pool_destroy(shared);
    assert_int_equal(live - read_totals().blocks_live, THREADS * BLOCKS / 2);
    const heaplens_usage usage = heaplens_scope_end(&scope);
    assert_true(usage.blocks_total >= THREADS * BLOCKS);  // pthread_create() allocates as well
    assert_true(usage.blocks_live <= usage.blocks_total - THREADS * BLOCKS);
}

static void test_pool_api__a_child_has_its_pools_empty(void **state)
{
    (void)state;
    assert_int_equal(heaplens_pool_alloc(pool, memory[0], 10), HEAPLENS_OK);
    const pid_t child = fork();
    if (child == 0) {
        const bool is_empty = heaplens_pool_free(pool, memory[0]) == HEAPLENS_EINVAL;
        const bool works = heaplens_pool_alloc(pool, memory[0], 20) == HEAPLENS_OK;
        heaplens_totals totals = {0};
        const bool has_totals = heaplens_totals_read(&totals) == HEAPLENS_OK;
        _exit(is_empty && works && has_totals && totals.bytes_live == 20 ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(heaplens_pool_free(pool, memory[0]), HEAPLENS_OK);
    heaplens_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool_api__is_made_before_recording_and_waits),
        cmocka_unit_test(test_pool_api__blocks_count_and_the_chunk_does_not),
        cmocka_unit_test(test_pool_api__a_chunk_that_is_not_the_latest_stays_counted),
        cmocka_unit_test(test_pool_api__a_chunk_can_be_reallocated_and_keeps_its_contents),
        cmocka_unit_test(test_pool_api__scopes_see_blocks_and_no_chunk),
        cmocka_unit_test(test_pool_api__threads_share_a_pool),
        cmocka_unit_test(test_pool_api__a_child_has_its_pools_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
