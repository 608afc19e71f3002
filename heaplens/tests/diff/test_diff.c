// SPDX-License-Identifier: MIT
// What is one row, what is new, gone, grown and shrunk, and what is noise: figures added up by hand.
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "stack_session.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const heaplens_diff_noise no_noise = {0};

static void expect_change(const heaplens_diff *diff, const char *path, heaplens_change want)
{
    const heaplens_diff_site *const row = stack_row(diff, path);
    EXPECT(row != NULL, "%s is missing", path);
    const heaplens_change got = heaplens_diff_site_change(row, HEAPLENS_METRIC_PEAK);
    EXPECT(got == want, "%s is %s", path, heaplens_change_name(got));
}

static void test_diff__tells_new_gone_grown_and_shrunk(void **state)
{
    (void)state;
    const stack_site before[] = {
        {.stack = "main;keep", .bytes_peak = 100},   {.stack = "main;grow", .bytes_peak = 200},
        {.stack = "main;shrink", .bytes_peak = 300}, {.stack = "main;old", .bytes_peak = 400},
        {.stack = "main;late", .bytes_total = 7},
    };
    const stack_site after[] = {
        {.stack = "main;fresh", .bytes_peak = 50},
        {.stack = "main;late", .bytes_peak = 60, .bytes_total = 60},
        {.stack = "main;shrink", .bytes_peak = 290},
        {.stack = "main;grow", .bytes_peak = 1200},
        {.stack = "main;keep", .bytes_peak = 100},
    };
    const stack_program first = {.base = 0x1000, .line = 10};
    const stack_program second = {.base = 0x770000, .line = 99};
    heaplens_session *const one = stack_session(before, COUNT_OF(before), &first);
    heaplens_session *const two = stack_session(after, COUNT_OF(after), &second);
    heaplens_diff *const diff = stack_diff(one, two);
    assert_int_equal(diff->site_count, 6);
    expect_change(diff, "main;keep", HEAPLENS_CHANGE_NONE);
    expect_change(diff, "main;grow", HEAPLENS_CHANGE_GROWN);
    expect_change(diff, "main;shrink", HEAPLENS_CHANGE_SHRUNK);
    expect_change(diff, "main;old", HEAPLENS_CHANGE_GONE);
    expect_change(diff, "main;fresh", HEAPLENS_CHANGE_NEW);
    expect_change(diff, "main;late",
                  HEAPLENS_CHANGE_GROWN);  // it was there, with nothing at the peak
    assert_int_equal(diff->whole[0].values[HEAPLENS_METRIC_PEAK], 1000);
    assert_int_equal(diff->whole[1].values[HEAPLENS_METRIC_PEAK], 1700);

    heaplens_diff_ranking ranking;
    assert_int_equal(heaplens_diff_rank_sites(diff, HEAPLENS_METRIC_PEAK, no_noise, &ranking),
                     HEAPLENS_OK);
    static const char *const order[] = {"main;grow", "main;old", "main;late", "main;fresh",
                                        "main;shrink"};
    assert_int_equal(ranking.count, COUNT_OF(order));
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        assert_string_equal(stack_path(diff, diff->sites[ranking.rows[i]].path), order[i]);
    }
    assert_int_equal(ranking.changes[HEAPLENS_CHANGE_GROWN], 2);
    assert_int_equal(ranking.changes[HEAPLENS_CHANGE_GONE], 1);
    assert_int_equal(ranking.hidden_count, 0);
    free(ranking.rows);
    heaplens_diff_destroy(diff);
    heaplens_session_destroy(one);
    heaplens_session_destroy(two);
}

static void test_diff__hides_noise_but_counts_it(void **state)
{
    (void)state;
    const stack_site before[] = {
        {.stack = "main;large", .bytes_peak = 10000},
        {.stack = "main;a", .bytes_peak = 100},
        {.stack = "main;b", .bytes_peak = 100},
        {.stack = "main;c", .bytes_peak = 100},
    };
    const stack_site after[] = {
        {.stack = "main;large", .bytes_peak = 10000},
        {.stack = "main;a", .bytes_peak = 109},
        {.stack = "main;b", .bytes_peak = 98},
        {.stack = "main;c", .bytes_peak = 110},
    };
    const stack_program program = {0};
    heaplens_session *const one = stack_session(before, COUNT_OF(before), &program);
    heaplens_session *const two = stack_session(after, COUNT_OF(after), &program);
    heaplens_diff *const diff = stack_diff(one, two);
    heaplens_diff_ranking ranking;
    // By amount, and by a share of the larger total, which is 10,317: 0.1 % of it is 10.
    const heaplens_diff_noise noises[] = {{.amount = 10}, {.share = 0.001}};
    for (size_t i = 0; i < COUNT_OF(noises); i++) {
        assert_int_equal(heaplens_diff_rank_sites(diff, HEAPLENS_METRIC_PEAK, noises[i], &ranking),
                         HEAPLENS_OK);
        assert_int_equal(ranking.noise, 10);
        assert_int_equal(ranking.count, 1);
        assert_string_equal(stack_path(diff, diff->sites[ranking.rows[0]].path), "main;c");
        assert_int_equal(ranking.hidden_count, 2);
        assert_int_equal(ranking.hidden_grown, 9);
        assert_int_equal(ranking.hidden_shrunk, 2);
        free(ranking.rows);
    }
    assert_int_equal(heaplens_diff_rank_sites(diff, HEAPLENS_METRIC_LIFETIME, no_noise, &ranking),
                     HEAPLENS_EINVAL);
    assert_null(ranking.rows);
    heaplens_diff_destroy(diff);
    heaplens_session_destroy(one);
    heaplens_session_destroy(two);
}

static void test_diff__inlining_recursion_and_clones_are_the_same_path(void **state)
{
    (void)state;
    const stack_site before[] = {
        {.stack = "main;load;parse;grow", .bytes_peak = 100},
        {.stack = "main;walk;walk;walk;leaf", .bytes_peak = 10},
        {.stack = "main;walk;walk;leaf", .bytes_peak = 20},
    };
    const stack_site after[] = {
        {.stack = "main;load|parse.part.0|grow", .bytes_peak = 70},
        {.stack = "main;load;parse.isra.0;grow.constprop.0", .bytes_peak = 30},
        {.stack = "main;walk;leaf", .bytes_peak = 30},
    };
    const stack_program program = {0};
    heaplens_session *const one = stack_session(before, COUNT_OF(before), &program);
    heaplens_session *const two = stack_session(after, COUNT_OF(after), &program);
    heaplens_diff *const diff = stack_diff(one, two);
    assert_int_equal(diff->site_count, 2);
    const heaplens_diff_site *const row = stack_row(diff, "main;load;parse;grow");
    assert_non_null(row);
    assert_int_equal(row->sites_before, 1);
    assert_int_equal(row->sites_after, 2);
    assert_false(row->is_loose);
    expect_change(diff, "main;load;parse;grow", HEAPLENS_CHANGE_NONE);
    expect_change(diff, "main;walk;leaf", HEAPLENS_CHANGE_NONE);
    assert_int_equal(diff->row_before[1], diff->row_after[2]);
    heaplens_diff_destroy(diff);
    heaplens_session_destroy(one);
    heaplens_session_destroy(two);
}

// `grow` was inlined after, but the profile has no line tables, so it cannot be seen there.
static void test_diff__a_function_that_a_profile_cannot_see_is_left_out(void **state)
{
    (void)state;
    const stack_site before[] = {
        {.stack = "main;load;grow", .bytes_peak = 100},
        {.stack = "main;store", .bytes_peak = 5},
    };
    const stack_site after[] = {
        {.stack = "main;load", .bytes_peak = 130},
        {.stack = "main;store", .bytes_peak = 5},
    };
    const stack_program lines = {0};
    const stack_program names = {.symbols = HEAPLENS_SYMBOLS_NAMES};
    heaplens_session *const one = stack_session(before, COUNT_OF(before), &lines);
    heaplens_session *const two = stack_session(after, COUNT_OF(after), &names);
    heaplens_session *const clear = stack_session(after, COUNT_OF(after), &lines);

    heaplens_diff *diff = stack_diff(one, two);
    assert_int_equal(diff->site_count, 2);
    expect_change(diff, "main;load", HEAPLENS_CHANGE_GROWN);
    assert_true(stack_row(diff, "main;load")->is_loose);
    assert_false(stack_row(diff, "main;store")->is_loose);
    assert_int_equal(diff->row_before[0], diff->row_after[0]);
    assert_int_equal(diff->row_before[1], diff->row_after[1]);
    heaplens_diff_destroy(diff);

    // Where both have line tables, `grow` is really gone.
    diff = stack_diff(one, clear);
    assert_int_equal(diff->site_count, 3);
    expect_change(diff, "main;load;grow", HEAPLENS_CHANGE_GONE);
    expect_change(diff, "main;load", HEAPLENS_CHANGE_NEW);
    heaplens_diff_destroy(diff);
    heaplens_session_destroy(one);
    heaplens_session_destroy(two);
    heaplens_session_destroy(clear);
}

// A new function in a program without line tables stays new: nothing on the other side is left.
static void test_diff__what_has_no_counterpart_stays_new_without_line_tables(void **state)
{
    (void)state;
    const stack_site before[] = {{.stack = "main;load", .bytes_peak = 100}};
    const stack_site after[] = {
        {.stack = "main;load", .bytes_peak = 100},
        {.stack = "main;load;fresh", .bytes_peak = 9},
    };
    const stack_program names = {.symbols = HEAPLENS_SYMBOLS_NAMES};
    heaplens_session *const one = stack_session(before, COUNT_OF(before), &names);
    heaplens_session *const two = stack_session(after, COUNT_OF(after), &names);
    heaplens_diff *const diff = stack_diff(one, two);
    expect_change(diff, "main;load;fresh", HEAPLENS_CHANGE_NEW);
    expect_change(diff, "main;load", HEAPLENS_CHANGE_NONE);
    heaplens_diff_destroy(diff);
    heaplens_session_destroy(one);
    heaplens_session_destroy(two);
}

static void test_diff__nameless_places_are_exact_only_in_the_same_file(void **state)
{
    (void)state;
    const stack_site sites[] = {
        {.stack = "main;@10", .bytes_peak = 1},
        {.stack = "main;@20", .bytes_peak = 2},
    };
    const stack_site moved[] = {
        {.stack = "main;@14", .bytes_peak = 1},
        {.stack = "main;@24", .bytes_peak = 2},
    };
    const stack_program same = {.build_id = "aa", .base = 0x1000};
    const stack_program other = {
        .build_id = "bb", .base = 0x9000, .library = "/usr/lib/libdark.so.2.1"};
    heaplens_session *const one = stack_session(sites, COUNT_OF(sites), &same);
    heaplens_session *const two = stack_session(sites, COUNT_OF(sites), &same);
    heaplens_session *const three = stack_session(moved, COUNT_OF(moved), &other);
    heaplens_diff *diff = stack_diff(one, two);
    assert_int_equal(diff->site_count, 2);
    assert_non_null(stack_row(diff, "main;[libdark.so+0x10]"));
    heaplens_diff_destroy(diff);
    diff = stack_diff(one, three);
    assert_int_equal(diff->site_count, 1);
    expect_change(diff, "main;[libdark.so]", HEAPLENS_CHANGE_NONE);
    heaplens_diff_destroy(diff);
    heaplens_session_destroy(one);
    heaplens_session_destroy(two);
    heaplens_session_destroy(three);
}

static void test_diff__sums_functions_by_their_own_and_by_what_they_call(void **state)
{
    (void)state;
    const stack_site before[] = {
        {.stack = "main;parse;grow", .bytes_peak = 100},
        {.stack = "main;grow;parse;grow", .bytes_peak = 10},
    };
    const stack_site after[] = {
        {.stack = "main;parse;grow", .bytes_peak = 105},
        {.stack = "main;grow;parse;grow", .bytes_peak = 10},
    };
    const stack_program program = {0};
    heaplens_session *const one = stack_session(before, COUNT_OF(before), &program);
    heaplens_session *const two = stack_session(after, COUNT_OF(after), &program);
    heaplens_diff *const diff = stack_diff(one, two);
    heaplens_diff_ranking ranking;
    assert_int_equal(heaplens_diff_rank_functions(diff, HEAPLENS_METRIC_PEAK, no_noise, &ranking),
                     HEAPLENS_OK);
    assert_int_equal(ranking.count, 1);  // only grow allocates itself
    const heaplens_diff_function *const grow = &diff->functions[ranking.rows[0]];
    assert_string_equal(heaplens__names_text(&diff->paths.names, grow->name), "grow");
    assert_int_equal(grow->self[0].values[HEAPLENS_METRIC_PEAK], 110);
    assert_int_equal(grow->self[1].values[HEAPLENS_METRIC_PEAK], 115);
    assert_int_equal(grow->within[1].values[HEAPLENS_METRIC_PEAK], 115);  // twice in a path: once
    assert_int_equal(diff->function_count, 3);
    free(ranking.rows);
    heaplens_diff_destroy(diff);
    heaplens_session_destroy(one);
    heaplens_session_destroy(two);
}

static void test_diff__without_a_before_everything_is_new(void **state)
{
    (void)state;
    const stack_site sites[] = {{.stack = "main", .bytes_peak = 3}};
    const stack_program program = {0};
    heaplens_session *const session = stack_session(sites, 1, &program);
    const heaplens_diff_side nothing = {0};
    const heaplens_diff_side side = stack_side(session);
    heaplens_diff *diff = NULL;
    assert_int_equal(heaplens_diff_create(&diff, &nothing, &side), HEAPLENS_OK);
    expect_change(diff, "main", HEAPLENS_CHANGE_NEW);
    heaplens_diff_destroy(diff);
    heaplens_session_destroy(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diff__tells_new_gone_grown_and_shrunk),
        cmocka_unit_test(test_diff__hides_noise_but_counts_it),
        cmocka_unit_test(test_diff__inlining_recursion_and_clones_are_the_same_path),
        cmocka_unit_test(test_diff__a_function_that_a_profile_cannot_see_is_left_out),
        cmocka_unit_test(test_diff__what_has_no_counterpart_stays_new_without_line_tables),
        cmocka_unit_test(test_diff__nameless_places_are_exact_only_in_the_same_file),
        cmocka_unit_test(test_diff__sums_functions_by_their_own_and_by_what_they_call),
        cmocka_unit_test(test_diff__without_a_before_everything_is_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
