// SPDX-License-Identifier: MIT
// Functions that were renamed between two profiles, and those that only look as if.
#include "expect.h"

#include <stdio.h>

#include "profile/diff_rename.h"
#include "stack_session.h"

enum { SITES_MAX = 8 };

typedef struct compared {
    heaplens_session *before;
    heaplens_session *after;
    heaplens_diff *diff;
} compared;

// Sites as texts: "main;load BYTES BLOCKS BYTES_AT_PEAK", the last figures as far as they matter.
static heaplens_session *session_of(const char *const *texts)
{
    static const stack_program program = {0};
    static char stacks[SITES_MAX][64];
    stack_site sites[SITES_MAX] = {{0}};
    size_t count = 0;
    for (; texts[count] != NULL; count++) {
        unsigned long long figures[3] = {0, 1, 0};
        // NOLINTNEXTLINE(cert-err34-c): the texts are ours
        const int got = sscanf(texts[count], "%63s %llu %llu %llu", stacks[count], &figures[0],
                               &figures[1], &figures[2]);
        assert_true(got >= 2);
        sites[count].stack = stacks[count];
        sites[count].bytes_total = figures[0];
        sites[count].blocks_total = figures[1];
        sites[count].bytes_peak = figures[2];
    }
    return stack_session(sites, count, &program);
}

static compared compare(const char *const *before, const char *const *after)
{
    compared c = {.before = session_of(before), .after = session_of(after)};
    c.diff = stack_diff(c.before, c.after);
    assert_int_equal(heaplens_diff_find_renames(c.diff), HEAPLENS_OK);
    return c;
}

static void release(compared *c)
{
    heaplens_diff_destroy(c->diff);
    heaplens_session_destroy(c->before);
    heaplens_session_destroy(c->after);
}

static const char *name_of(const heaplens_diff *diff, heaplens_name name)
{
    return heaplens__names_text(&diff->paths.names, name);
}

static void test_diff_rename__one_function_with_all_its_callers_and_callees(void **state)
{
    (void)state;
    static const char *const before[] = {"main;parse_row 4000 1 40", "main;parse_row;grow 1000 1 0",
                                         "main;load;parse_row 500 1 0", "main;keep 7 1 0", NULL};
    static const char *const after[] = {"main;load;parse_line 500 1 0", "main;keep 7 1 0",
                                        "main;parse_line;grow 1090 1 0",
                                        "main;parse_line 4000 1 44", NULL};
    compared c = compare(before, after);
    assert_int_equal(c.diff->site_count, 4);
    assert_int_equal(c.diff->rename_count, 1);
    const heaplens_diff_rename *const rename = &c.diff->renames[0];
    assert_string_equal(name_of(c.diff, rename->before), "parse_row");
    assert_string_equal(name_of(c.diff, rename->after), "parse_line");
    assert_int_equal(rename->sites, 3);
    assert_int_equal(rename->figures[0].values[HEAPLENS_METRIC_TOTAL], 5500);
    assert_int_equal(rename->figures[1].values[HEAPLENS_METRIC_TOTAL], 5590);

    const heaplens_diff_site *const row = stack_row(c.diff, "main;parse_line");
    assert_non_null(row);
    assert_true(row->is_renamed);
    assert_string_equal(stack_path(c.diff, row->path_before), "main;parse_row");
    assert_int_equal(heaplens_diff_site_change(row, HEAPLENS_METRIC_TOTAL), HEAPLENS_CHANGE_NONE);
    // What changed beside the name is a change like any other.
    assert_int_equal(heaplens_diff_site_change(row, HEAPLENS_METRIC_PEAK), HEAPLENS_CHANGE_GROWN);
    assert_int_equal(
        heaplens_diff_site_change(stack_row(c.diff, "main;parse_line;grow"), HEAPLENS_METRIC_TOTAL),
        HEAPLENS_CHANGE_GROWN);
    assert_null(stack_row(c.diff, "main;parse_row"));
    // Sites of both processes find their row, and functions are summed under the new name.
    for (size_t i = 0; i < 4; i++) {
        assert_true(c.diff->sites[c.diff->row_before[i]].sites_before == 1);
        assert_true(c.diff->sites[c.diff->row_after[i]].sites_after == 1);
    }
    assert_int_equal(c.diff->row_before[0], c.diff->row_after[3]);
    assert_int_equal(c.diff->function_count, 5);
    release(&c);
}

static void test_diff_rename__several_functions_in_one_path(void **state)
{
    (void)state;
    static const char *const before[] = {"main;read_all;read_one;alloc 100 10 0",
                                         "main;read_all;index 900 2 0", NULL};
    static const char *const after[] = {"main;load_all;load_one;alloc 100 10 0",
                                        "main;load_all;catalogue 900 2 0", NULL};
    compared c = compare(before, after);
    assert_int_equal(c.diff->rename_count, 3);
    assert_int_equal(c.diff->site_count, 2);
    assert_true(c.diff->sites[0].is_renamed && c.diff->sites[1].is_renamed);
    release(&c);
}

// Each of these is a real change. None may be taken for a renaming.
static void expect_no_rename(const char *what, const compared *c, size_t sites)
{
    EXPECT(c->diff->rename_count == 0, "%s: %zu renames", what, c->diff->rename_count);
    EXPECT(c->diff->site_count == sites, "%s: %zu rows", what, c->diff->site_count);
    for (size_t i = 0; i < c->diff->site_count; i++) {
        EXPECT(!c->diff->sites[i].is_renamed, "%s: row %zu", what, i);
    }
}

static void expect_distinct(const char *what, size_t sites, const char *const *before,
                            const char *const *after)
{
    compared c = compare(before, after);
    expect_no_rename(what, &c, sites);
    release(&c);
}

#define SITES(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

static void test_diff_rename__real_changes_stay_gone_and_new(void **state)
{
    (void)state;
    expect_distinct("other figures", 2, SITES("main;old 1000 1"), SITES("main;fresh 1200 1"));
    expect_distinct("other numbers of blocks", 2, SITES("main;old 1000 10"),
                    SITES("main;fresh 1000 20"));
    expect_distinct("another caller", 4, SITES("main;a;old 10 1", "main;b 1 1", "main;a 1 1"),
                    SITES("main;b;fresh 10 1", "main;a 1 1", "main;b 1 1"));
    expect_distinct("the old name is still there", 3, SITES("main;old 10 1"),
                    SITES("main;fresh 10 1", "main;keep;old 1 1"));
    expect_distinct("a caller less", 4,
                    SITES("main;old 10 1", "main;keep;old 10 1", "main;keep 1 1"),
                    SITES("main;fresh 10 1", "main;keep 1 1"));
    expect_distinct("two that could be it", 3, SITES("main;old 10 1"),
                    SITES("main;fresh 10 1", "main;other 10 1"));
    expect_distinct("split into two", 4, SITES("main;old;a 10 1", "main;old;b 20 1"),
                    SITES("main;one;a 10 1", "main;two;b 20 1"));
}

static void test_diff_rename__figures_tell_two_functions_of_one_caller_apart(void **state)
{
    (void)state;
    static const char *const before[] = {"main;first 1000 10 0", "main;second 9000 90 0", NULL};
    static const char *const after[] = {"main;new_second 9000 90 0", "main;new_first 1000 10 0",
                                        NULL};
    compared c = compare(before, after);
    assert_int_equal(c.diff->rename_count, 2);
    const heaplens_diff_site *const row = stack_row(c.diff, "main;new_first");
    assert_non_null(row);
    assert_string_equal(stack_path(c.diff, row->path_before), "main;first");
    release(&c);
}

static void test_diff_rename__code_without_a_name_is_not_renamed(void **state)
{
    (void)state;
    expect_distinct("nameless", 2, SITES("main;@10 10 1"), SITES("main;named 10 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diff_rename__one_function_with_all_its_callers_and_callees),
        cmocka_unit_test(test_diff_rename__several_functions_in_one_path),
        cmocka_unit_test(test_diff_rename__real_changes_stay_gone_and_new),
        cmocka_unit_test(test_diff_rename__figures_tell_two_functions_of_one_caller_apart),
        cmocka_unit_test(test_diff_rename__code_without_a_name_is_not_renamed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
