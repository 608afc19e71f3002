// SPDX-License-Identifier: MIT
// The recorder in the program that it records: linked, started and asked through heaplens.h.
#include "expect.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <heaplens/heaplens.h>

static void *volatile kept;  // keeps the compiler from dropping an allocation

static heaplens_totals read_totals(void)
{
    heaplens_totals totals = {0};
    assert_int_equal(heaplens_totals_read(&totals), HEAPLENS_OK);
    return totals;
}

static void test_control__inactive_is_never_reported_as_zero(void **state)
{
    (void)state;
    heaplens_totals totals = {.bytes_live = 77};
    assert_false(heaplens_is_active());
    assert_int_equal(heaplens_totals_read(&totals), HEAPLENS_EINACTIVE);
    assert_int_equal(totals.bytes_live, 77);
    assert_int_equal(heaplens_stop(), HEAPLENS_EINACTIVE);
    assert_int_equal(heaplens_peak_reset(), HEAPLENS_EINACTIVE);
    assert_int_equal(heaplens_save("/nowhere/at/all"), HEAPLENS_EINACTIVE);
}

static void test_control__totals_are_those_of_the_blocks(void **state)
{
    (void)state;
    void *const before = malloc(5000);  // unknown: from before the start
    assert_int_equal(heaplens_start(NULL), HEAPLENS_OK);
    assert_int_equal(heaplens_start(NULL), HEAPLENS_EACTIVE);
    kept = malloc(1000);
    kept = realloc(kept, 3000);
    assert_true(malloc_usable_size(kept) == 3000);
    errno = 1234;
    free(kept);
    free(before);
    assert_int_equal(errno, 1234);
    kept = calloc(10, 50);
    heaplens_totals totals = read_totals();
    assert_int_equal(totals.bytes_total, 1000 + 3000 + 500);
    assert_int_equal(totals.blocks_total, 3);
    assert_int_equal(totals.bytes_live, 500);
    assert_int_equal(totals.blocks_live, 1);
    assert_int_equal(totals.bytes_peak, 3000);
    assert_int_equal(totals.blocks_peak, 1);

    assert_int_equal(heaplens_peak_reset(), HEAPLENS_OK);
    totals = read_totals();
    assert_int_equal(totals.bytes_peak, 500);
    void *const more = malloc(200);
    free(more);
    totals = read_totals();
    assert_int_equal(totals.bytes_peak, 700);
    assert_int_equal(totals.blocks_peak, 2);
    free(kept);
}

static void test_control__every_function_keeps_alignment_and_contents(void **state)
{
    (void)state;
    for (size_t alignment = 16; alignment <= 65536; alignment *= 2) {
        void *block = NULL;
        assert_int_equal(posix_memalign(&block, alignment, 100), 0);
        assert_int_equal((uintptr_t)block % alignment, 0);
        memset(block, 1, 100);
        free(block);
        block = aligned_alloc(alignment, alignment);
        assert_int_equal((uintptr_t)block % alignment, 0);
        memset(block, 1, alignment);
        free(block);
    }
    unsigned char *block = malloc(10);
    memset(block, 0x5A, 10);
    for (size_t size = 11; size < 300000; size += size / 3) {
        block = realloc(block, size);
        assert_non_null(block);
        assert_true(block[0] == 0x5A && block[9] == 0x5A);
    }
    // Volatile, so that the compiler does not judge the size.
    const volatile size_t huge = SIZE_MAX - 8;
    errno = 0;
    assert_null(realloc(block, huge));
    assert_int_equal(errno, ENOMEM);
    assert_true(block[9] == 0x5A);
    assert_null(reallocarray(NULL, huge, 16));
    assert_null(calloc(huge, 16));
    free(block);
    const heaplens_totals totals = read_totals();
    assert_int_equal(totals.bytes_live, 0);
    assert_int_equal(totals.blocks_live, 0);
}

static void test_control__a_child_counts_for_itself(void **state)
{
    (void)state;
    void *const inherited = malloc(10000);
    const pid_t child = fork();
    if (child == 0) {
        heaplens_totals totals = {0};
        free(inherited);  // the parent's: unknown here
        kept = malloc(123);
        const bool is_right = heaplens_totals_read(&totals) == HEAPLENS_OK &&
                              totals.bytes_live == 123 && totals.blocks_total == 1;
        _exit(is_right ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(read_totals().bytes_live, 10000);
    free(inherited);
}

static void test_control__a_snapshot_is_a_line(void **state)
{
    (void)state;
    heaplens_snapshot snapshot = {
        .label = "loaded",
        .totals = {.bytes_live = 1234, .blocks_live = 56, .bytes_peak = 2345678}};
    static const char want[] = "loaded: 1,234 bytes in 56 blocks, peak 2,345,678 bytes";
    char text[80];
    assert_int_equal(heaplens_snapshot_format(&snapshot, text, sizeof text), sizeof want - 1);
    assert_string_equal(text, want);
    assert_int_equal(heaplens_snapshot_format(&snapshot, text, 5), sizeof want - 1);
    assert_string_equal(text, "load");
    assert_int_equal(heaplens_snapshot_take(&snapshot, "now"), HEAPLENS_OK);
    assert_string_equal(snapshot.label, "now");
}

static void test_control__figures_stay_after_stopping(void **state)
{
    (void)state;
    void *const block = malloc(321);
    assert_int_equal(heaplens_stop(), HEAPLENS_OK);
    const heaplens_totals before = read_totals();
    assert_int_equal(before.bytes_live, 321);
    free(block);
    kept = malloc(9);
    free(kept);
    const heaplens_totals after = read_totals();
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(heaplens_stop(), HEAPLENS_EINACTIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control__inactive_is_never_reported_as_zero),
        cmocka_unit_test(test_control__totals_are_those_of_the_blocks),
        cmocka_unit_test(test_control__every_function_keeps_alignment_and_contents),
        cmocka_unit_test(test_control__a_child_counts_for_itself),
        cmocka_unit_test(test_control__a_snapshot_is_a_line),
        cmocka_unit_test(test_control__figures_stay_after_stopping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
