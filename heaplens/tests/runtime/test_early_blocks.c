// SPDX-License-Identifier: MIT
// Blocks that were given out while the next allocator was being found: it must never see them, and no
// figure counts them.
#include "expect.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <heaplens/heaplens.h>

#include "allocating_dlsym.h"

static size_t next_block;
static unsigned char *volatile kept;  // keeps the compiler from dropping an allocation

static unsigned char *take_early_block(void)
{
    unsigned char *const block = early_block(next_block++);
    EXPECT(block != NULL, "early block %zu", next_block - 1);
    return block;
}

static heaplens_totals read_totals(void)
{
    heaplens_totals totals = {0};
    assert_int_equal(heaplens_totals_read(&totals), HEAPLENS_OK);
    return totals;
}

// Moves one early block and frees another. The next allocator would end the process.
static void end_two_early_blocks(void)
{
    unsigned char *const first = take_early_block();
    assert_int_equal(malloc_usable_size(first), 0);
    kept = realloc(first, 2 * EARLY_BYTES);
    assert_non_null(kept);
    assert_ptr_not_equal(kept, first);
    for (size_t i = 0; i < EARLY_BYTES; i++) {
        EXPECT(kept[i] == EARLY_FILL, "byte %zu", i);
    }
    free(kept);
    kept = take_early_block();
    free(kept);
}

static void test_early_blocks__are_let_be_where_nothing_is_recorded(void **state)
{
    (void)state;
    end_two_early_blocks();
}

static void end_while_recording(heaplens_mode mode)
{
    heaplens_options options = HEAPLENS_OPTIONS_INIT;
    options.mode = mode;
    assert_int_equal(heaplens_start(&options), HEAPLENS_OK);
    kept = malloc(10);
    free(kept);
    const heaplens_totals before = read_totals();
    end_two_early_blocks();
    const heaplens_totals after = read_totals();
    assert_int_equal(after.blocks_live, before.blocks_live);
    assert_int_equal(after.bytes_live, before.bytes_live);
    assert_int_equal(heaplens_stop(), HEAPLENS_OK);
}

static void test_early_blocks__are_let_be_in_count_mode(void **state)
{
    (void)state;
    end_while_recording(HEAPLENS_MODE_COUNT);
}

static void test_early_blocks__are_let_be_in_sample_mode(void **state)
{
    (void)state;
    end_while_recording(HEAPLENS_MODE_SAMPLE);
}

static void test_early_blocks__are_let_be_in_full_mode(void **state)
{
    (void)state;
    end_while_recording(HEAPLENS_MODE_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_early_blocks__are_let_be_where_nothing_is_recorded),
        cmocka_unit_test(test_early_blocks__are_let_be_in_count_mode),
        cmocka_unit_test(test_early_blocks__are_let_be_in_sample_mode),
        cmocka_unit_test(test_early_blocks__are_let_be_in_full_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
