// SPDX-License-Identifier: MIT
// Budgets: what keeps one, what breaks one, and what is said then.
#include "expect.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Instead of standard error, so that the tests can look at it.
static char said[8192];
static int failures;

static void remember(const char *text)
{
    (void)snprintf(said, sizeof said, "%s", text);
    failures++;
}

#define HEAPLENS_EXPECT_FAILED(text) remember(text)
#include <heaplens/budget.h>
#include <heaplens/heaplens.h>

static heaplens_usage usage_of(uint64_t peak, uint64_t blocks)
{
    return (heaplens_usage){.status = HEAPLENS_OK,
                            .is_exact = true,
                            .label = "hand",
                            .bytes_total = peak,
                            .blocks_total = blocks,
                            .bytes_peak = peak};
}

static void reset(void)
{
    said[0] = '\0';
    failures = 0;
}

static void test_budget__what_is_not_named_has_no_limit(void **state)
{
    (void)state;
    reset();
    const heaplens_usage usage = usage_of(UINT64_MAX, 500);
    assert_true(HEAPLENS_EXPECT(usage, .blocks_max = 500));
    assert_true(HEAPLENS_EXPECT(usage, .live_blocks_max = 0, .reallocs_max = 0));
    assert_int_equal(failures, 0);
}

static void test_budget__zero_is_a_limit(void **state)
{
    (void)state;
    reset();
    heaplens_usage usage = usage_of(0, 1);  // an empty block
    assert_false(HEAPLENS_EXPECT(usage, .blocks_max = 0));
    assert_int_equal(failures, 1);
    assert_true(HEAPLENS_EXPECT(usage, .bytes_max = 0));
    usage.blocks_live = 1;
    assert_false(HEAPLENS_EXPECT(usage, .live_blocks_max = 0));
    assert_int_equal(failures, 2);
}

static void test_budget__each_limit_is_of_its_own_figure(void **state)
{
    (void)state;
    heaplens_usage usage = {.status = HEAPLENS_OK,
                            .is_exact = true,
                            .bytes_total = 10,
                            .blocks_total = 11,
                            .bytes_peak = 12,
                            .bytes_rise = 13,
                            .bytes_live = 14,
                            .blocks_live = 15,
                            .reallocs = 16,
                            .blocks_temporary = 17};
    reset();
    assert_true(HEAPLENS_EXPECT(usage, .bytes_max = 10, .blocks_max = 11, .peak_bytes_max = 12,
                                .rise_bytes_max = 13, .live_bytes_max = 14, .live_blocks_max = 15,
                                .reallocs_max = 16, .temporary_blocks_max = 17));
    assert_int_equal(failures, 0);
    assert_false(HEAPLENS_EXPECT(usage, .bytes_max = 9));
    assert_false(HEAPLENS_EXPECT(usage, .blocks_max = 10));
    assert_false(HEAPLENS_EXPECT(usage, .peak_bytes_max = 11));
    assert_false(HEAPLENS_EXPECT(usage, .rise_bytes_max = 12));
    assert_false(HEAPLENS_EXPECT(usage, .live_bytes_max = 13));
    assert_false(HEAPLENS_EXPECT(usage, .live_blocks_max = 14));
    assert_false(HEAPLENS_EXPECT(usage, .reallocs_max = 15));
    assert_false(HEAPLENS_EXPECT(usage, .temporary_blocks_max = 16));
    assert_int_equal(failures, 8);
}

static void test_budget__without_exact_figures_nothing_is_kept(void **state)
{
    (void)state;
    reset();
    const heaplens_usage inactive = {.status = HEAPLENS_EINACTIVE};
    assert_false(HEAPLENS_EXPECT(inactive, .bytes_max = 1000));
    assert_string_equal(said, "heap budget: no figures: the recorder is not active\n");
    heaplens_usage usage = usage_of(1, 1);
    usage.is_exact = false;
    assert_false(HEAPLENS_EXPECT(usage, .bytes_max = 1000));
    assert_non_null(strstr(said, "the figures are not exact"));
    assert_int_equal(failures, 2);
}

static void test_budget__an_explanation_is_a_table(void **state)
{
    (void)state;
    const heaplens_usage usage = usage_of(2500000, 400);
    const heaplens_budget budget = {.bytes_max = HEAPLENS_NO_LIMIT,
                                    .blocks_max = 500,
                                    .peak_bytes_max = 2097152,
                                    .rise_bytes_max = HEAPLENS_NO_LIMIT,
                                    .live_bytes_max = HEAPLENS_NO_LIMIT,
                                    .live_blocks_max = 0,
                                    .reallocs_max = HEAPLENS_NO_LIMIT,
                                    .temporary_blocks_max = HEAPLENS_NO_LIMIT};
    char text[2048];
    const size_t length = heaplens_usage_explain(&usage, &budget, text, sizeof text);
    assert_int_equal(length, strlen(text));
    static const char want[] =
        "heap budget of \"hand\": broken\n"
        "                                    used          budget\n"
        "  bytes allocated              2,500,000               -\n"
        "  blocks allocated                   400             500\n"
        "  bytes at the peak            2,500,000       2,097,152   over by 402,848\n"
        "  bytes above the start                0               -\n"
        "  bytes left alive                     0               -\n"
        "  blocks left alive                    0               0\n"
        "  reallocations                        0               -\n"
        "  temporary blocks                     0               -\n"
        "  call sites by the bytes that they held at one time (and all their blocks):\n";
    assert_memory_equal(text, want, sizeof want - 1);
    char cut[20];
    assert_int_equal(heaplens_usage_explain(&usage, &budget, cut, sizeof cut), length);
    assert_memory_equal(cut, want, sizeof cut - 1);
    assert_int_equal(cut[sizeof cut - 1], '\0');
}

static void *volatile kept;

// Exported, so that the explanation can name it.
__attribute__((noinline, visibility("default"))) void allocate_too_much(void);

void allocate_too_much(void)
{
    kept = malloc(70000);
    free(kept);
}

static void test_budget__names_the_call_site_and_saves_the_profile(void **state)
{
    (void)state;
    reset();
    char folder[] = "/tmp/test_budget_XXXXXX";
    assert_non_null(mkdtemp(folder));
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the only thread
    assert_int_equal(setenv("HEAPLENS_EXPECT_DIR", folder, 1), 0);
    assert_int_equal(heaplens_start(NULL), HEAPLENS_OK);
    heaplens_scope scope = heaplens_scope_begin("too much");
    allocate_too_much();
    const heaplens_usage usage = heaplens_scope_end(&scope);
    assert_true(HEAPLENS_EXPECT(usage, .peak_bytes_max = 70000, .blocks_max = 1,
                                .live_blocks_max = 0, .temporary_blocks_max = 1));
    assert_false(HEAPLENS_EXPECT(usage, .peak_bytes_max = 69999));
    assert_int_equal(failures, 1);
    assert_non_null(strstr(said, "over by 1\n"));
    assert_non_null(strstr(said, "        70,000 bytes          1 blocks  allocate_too_much+0x"));
    assert_int_equal(heaplens_stop(), HEAPLENS_OK);

    char saved[100];
    (void)snprintf(saved, sizeof saved, "%s/heaplens-expect.%ld.store", folder, (long)getpid());
    assert_non_null(strstr(said, saved));
    assert_int_equal(unlink(saved), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget__what_is_not_named_has_no_limit),
        cmocka_unit_test(test_budget__zero_is_a_limit),
        cmocka_unit_test(test_budget__each_limit_is_of_its_own_figure),
        cmocka_unit_test(test_budget__without_exact_figures_nothing_is_kept),
        cmocka_unit_test(test_budget__an_explanation_is_a_table),
        cmocka_unit_test(test_budget__names_the_call_site_and_saves_the_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
