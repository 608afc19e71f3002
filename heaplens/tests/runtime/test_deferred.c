// SPDX-License-Identifier: MIT
// Handlers that free and reallocate while the recorder is at work in their thread.
#include "expect.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <heaplens/heaplens.h>

#include "runtime/deferred.h"
#include "signalling_allocator.h"

enum { BLOCKS = 64 };

static void *blocks[BLOCKS];
static volatile sig_atomic_t next_block;
static volatile sig_atomic_t size_wanted;  // 0: free
static void *volatile kept;

static void handle(int number)
{
    (void)number;
    const int at = next_block;
    next_block = at + 1;
    if (size_wanted == 0) {
        free(blocks[at]);
        blocks[at] = NULL;
    } else {
        blocks[at] = realloc(blocks[at], (size_t)size_wanted);
    }
}

static heaplens_totals totals(void)
{
    heaplens_totals now = {0};
    assert_int_equal(heaplens_totals_read(&now), HEAPLENS_OK);
    return now;
}

// `count` blocks of 100 bytes, and a handler that does away with one at each signal.
static void begin(heaplens_mode mode, size_t count, int size)
{
    heaplens_options options = HEAPLENS_OPTIONS_INIT;
    options.mode = mode;
    assert_int_equal(heaplens_start(&options), HEAPLENS_OK);
    for (size_t i = 0; i < count; i++) {
        blocks[i] = malloc(100);
    }
    next_block = 0;
    size_wanted = size;
    const struct sigaction action = {.sa_handler = handle, .sa_flags = SA_NODEFER};
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
}

// An allocation in which the recorder is interrupted as often.
static void allocate_interrupted(int times)
{
    signal_in_recorder(times);
    kept = malloc(8);
    signal_in_recorder(0);
    assert_true(next_block > 0);
}

static void end(void)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        free(blocks[i]);
        blocks[i] = NULL;
    }
    free(kept);
    assert_int_equal(heaplens_stop(), HEAPLENS_OK);
}

static void
test_deferred__a_block_that_a_handler_frees_inside_the_recorder_is_not_live(void **state)
{
    (void)state;
    begin(HEAPLENS_MODE_FULL, 4, 0);
    assert_int_equal(totals().bytes_live, 400);
    allocate_interrupted(1);
    const int freed = next_block;
    const heaplens_totals now = totals();
    assert_int_equal(now.blocks_live, 4 - freed + 1);
    assert_int_equal(now.bytes_live, 100 * (4 - freed) + 8);
    assert_int_equal(now.bytes_total, 408);
    end();
    (void)state;
}

static void test_deferred__a_block_that_a_handler_resizes_is_live_with_its_new_size(void **state)
{
    (void)state;
    begin(HEAPLENS_MODE_FULL, 2, 3000);
    allocate_interrupted(1);
    const int resized = next_block;
    heaplens_totals now = totals();
    assert_int_equal(now.blocks_live, 3);
    assert_int_equal(now.bytes_live, 8 + 3000 * resized + 100 * (2 - resized));
    assert_int_equal(now.bytes_total, 208 + 3000 * resized);
    assert_int_equal(malloc_usable_size(blocks[0]), 3000);  // it has a tail
    free(blocks[0]);
    blocks[0] = NULL;
    now = totals();
    assert_int_equal(now.bytes_live, 8 + 3000 * (resized - 1) + 100 * (2 - resized));
    end();
}

// A handler in a handler in a handler: more than there is room for are not counted, and said to be.
static void test_deferred__what_finds_no_room_is_counted_as_lost(void **state)
{
    (void)state;
    begin(HEAPLENS_MODE_FULL, BLOCKS, 0);
    allocate_interrupted(2 * HEAPLENS__DEFERRED_MAX);
    const heaplens_totals now = totals();
    assert_int_equal(next_block, 2 * HEAPLENS__DEFERRED_MAX);
    assert_int_equal(now.blocks_live, BLOCKS - HEAPLENS__DEFERRED_MAX + 1);
    end();
}

static void test_deferred__count_mode_counts_what_handlers_do(void **state)
{
    (void)state;
    begin(HEAPLENS_MODE_COUNT, 8, 2000);
    allocate_interrupted(1);
    const int resized = next_block;
    heaplens_totals now = totals();
    assert_int_equal(now.blocks_live, 9);
    assert_int_equal(now.bytes_total, 808 + 2000 * resized);
    end();
    begin(HEAPLENS_MODE_COUNT, 8, 0);
    allocate_interrupted(1);
    now = totals();
    assert_int_equal(now.blocks_live, 8 - next_block + 1);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_deferred__a_block_that_a_handler_frees_inside_the_recorder_is_not_live),
        cmocka_unit_test(test_deferred__a_block_that_a_handler_resizes_is_live_with_its_new_size),
        cmocka_unit_test(test_deferred__what_finds_no_room_is_counted_as_lost),
        cmocka_unit_test(test_deferred__count_mode_counts_what_handlers_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
