// SPDX-License-Identifier: MIT
// Parts of a process and trees of calls, against sums that synthetic.c writes out.
#include "expect.h"

#include <string.h>

#include "profile/select.h"
#include "profile/tree.h"
#include "synthetic.h"

static heaplens_status choose(const heaplens_selection *selection, heaplens_process *out,
                              heaplens_session **session)
{
    heaplens_failure failure = {0};
    *session = synthetic_session();
    return heaplens_process_select(*session, &(*session)->processes[1], selection, out, &failure);
}

static void expect_part(const heaplens_selection *selection, size_t sites, uint64_t bytes_total,
                        uint64_t bytes_peak)
{
    heaplens_session *session = NULL;
    heaplens_process part = {0};
    const char *const what = selection->pattern == NULL ? "" : selection->pattern;
    EXPECT(choose(selection, &part, &session) == HEAPLENS_OK, "%s", what);
    EXPECT(part.site_count == sites, "%s: %zu sites", what, part.site_count);
    EXPECT(part.facts.bytes_total == bytes_total, "%s: %llu bytes", what,
           (unsigned long long)part.facts.bytes_total);
    EXPECT(part.facts.bytes_peak == bytes_peak, "%s: %llu bytes at the peak", what,
           (unsigned long long)part.facts.bytes_peak);
    assert_int_equal(heaplens__process_check(&part, session->names.size, NULL), HEAPLENS_OK);
    heaplens_selection_release(&part);
    heaplens_session_destroy(session);
}

static void test_select__keeps_sites_with_a_function_in_their_stack(void **state)
{
    (void)state;
    expect_part(&(heaplens_selection){.pattern = "parse_row"}, 2, 4600000, 2900000);
    expect_part(&(heaplens_selection){.pattern = "grow_*"}, 2, 4600000, 2900000);
    expect_part(&(heaplens_selection){.pattern = "main"}, 3, 4900000, 3000000);
    expect_part(&(heaplens_selection){.pattern = "row"}, 0, 0, 0);  // a whole name
    expect_part(&(heaplens_selection){.pattern = "/row/"}, 2, 4600000, 2900000);
    expect_part(&(heaplens_selection){.pattern = "/^a_function.*names$/"}, 1, 1000, 0);
}

static void test_select__keeps_sites_with_a_module_in_their_stack(void **state)
{
    (void)state;
    expect_part(&(heaplens_selection){.pattern = "libother.so*"}, 1, 300000, 100000);
    expect_part(&(heaplens_selection){.pattern = "/lib/libother.so.1"}, 1, 300000, 100000);
    expect_part(&(heaplens_selection){.pattern = "app"}, 4, 4901000, 3000000);
}

static void test_select__narrows_to_a_scope_or_a_thread(void **state)
{
    (void)state;
    expect_part(&(heaplens_selection){.scope = "load rows"}, 2, 700000, 300000);
    expect_part(&(heaplens_selection){.tid = 102}, 1, 300000, 0);
    expect_part(&(heaplens_selection){.tid = 101, .pattern = "grow_buffer"}, 2, 4300000, 0);
}

static void expect_peak(const heaplens_selection *selection, heaplens_peak_of peak_of,
                        heaplens_peak_bounds own)
{
    heaplens_session *session = NULL;
    heaplens_process part = {0};
    assert_int_equal(choose(selection, &part, &session), HEAPLENS_OK);
    assert_ptr_equal(part.part.whole, &session->processes[1]);
    assert_int_equal(part.part.peak_of, peak_of);
    const heaplens_peak_bounds got = heaplens_part_peak_bounds(&part);
    if (peak_of == HEAPLENS_PEAK_OF_WHOLE) {
        assert_int_equal(got.least, own.least);
        assert_int_equal(got.most, own.most);
    }
    heaplens_selection_release(&part);
    heaplens_session_destroy(session);
}

static void test_select__says_what_a_peak_is_the_peak_of(void **state)
{
    (void)state;
    // Sites of 2,600,000 and 400,000 at their own peaks, 2,900,000 together at the process's.
    expect_peak(&(heaplens_selection){.pattern = "parse_row"}, HEAPLENS_PEAK_OF_WHOLE,
                (heaplens_peak_bounds){2900000, 3000000});
    // One site: its own peak is known, though it had nothing at the process's.
    expect_peak(&(heaplens_selection){.pattern = "/^a_function.*names$/"}, HEAPLENS_PEAK_OF_WHOLE,
                (heaplens_peak_bounds){1000, 1000});
    // With the third site their sum, 3,100,000, is more than the process ever had.
    expect_peak(&(heaplens_selection){.pattern = "main"}, HEAPLENS_PEAK_OF_WHOLE,
                (heaplens_peak_bounds){3000000, 3000000});
    const heaplens_peak_bounds none = {0};
    expect_peak(&(heaplens_selection){.scope = "load rows"}, HEAPLENS_PEAK_OF_SCOPE, none);
    expect_peak(&(heaplens_selection){.scope = "load rows", .pattern = "main"},
                HEAPLENS_PEAK_OF_NOTHING, none);
    expect_peak(&(heaplens_selection){.tid = 102}, HEAPLENS_PEAK_OF_NOTHING, none);
}

static void test_select__knows_which_figures_of_a_part_were_recorded(void **state)
{
    (void)state;
    static const struct {
        heaplens_selection selection;
        bool is_known[HEAPLENS_METRIC_COUNT];  // peak, total, blocks, leaked, temporary, lifetime
    } cases[] = {
        {{.pattern = "main"}, {true, true, true, true, true, true}},
        {{.scope = "load rows"}, {false, true, true, true, false, false}},
        {{.tid = 102}, {false, true, true, false, false, false}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        heaplens_session *session = NULL;
        heaplens_process part = {0};
        assert_int_equal(choose(&cases[i].selection, &part, &session), HEAPLENS_OK);
        for (int m = 0; m < HEAPLENS_METRIC_COUNT; m++) {
            EXPECT(heaplens_metric_is_known(&part, (heaplens_metric)m) == cases[i].is_known[m],
                   "case %zu, %s", i, heaplens_metric_name((heaplens_metric)m));
        }
        // Sizes are of sites, not of the part of them.
        EXPECT((part.site_size_count > 0) == cases[i].is_known[0], "case %zu", i);
        heaplens_selection_release(&part);
        heaplens_session_destroy(session);
    }
}

static void test_select__numbers_rows_of_details_anew(void **state)
{
    (void)state;
    heaplens_session *session = NULL;
    heaplens_process part = {0};
    const heaplens_selection selection = {.pattern = "libother.so*"};
    assert_int_equal(choose(&selection, &part, &session), HEAPLENS_OK);
    assert_int_equal(part.site_size_count, 1);
    assert_int_equal(part.site_sizes[0].site, 0);
    assert_int_equal(part.sizes[17].blocks, 3);
    assert_int_equal(part.sizes[12].blocks, 0);
    assert_int_equal(part.overflow_count, 0);
    heaplens_selection_release(&part);
    heaplens_session_destroy(session);
}

static void test_select__refuses_what_is_not_there(void **state)
{
    (void)state;
    static const struct {
        heaplens_selection selection;
        heaplens_status want;
    } cases[] = {
        {{.pattern = "/(/"}, HEAPLENS_EINVAL},
        {{.scope = "nosuch"}, HEAPLENS_ENOINPUT},
        {{.tid = 9}, HEAPLENS_ENOINPUT},
        {{.scope = "load rows", .tid = 102}, HEAPLENS_EINVAL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        heaplens_session *session = NULL;
        heaplens_process part = {0};
        EXPECT(choose(&cases[i].selection, &part, &session) == cases[i].want, "case %zu", i);
        assert_null(part.sites);
        heaplens_session_destroy(session);
    }
}

// The branch at the end of a path of functions.
static const heaplens_branch *walk(const heaplens_session *session, const heaplens_tree *tree,
                                   const char *const *path)
{
    uint32_t at = 0;
    for (; *path != NULL; path++) {
        uint32_t child = tree->branches[at].child;
        while (child != 0 &&
               strcmp(heaplens__names_text(&session->names, tree->branches[child].function),
                      *path) != 0) {
            child = tree->branches[child].sibling;
        }
        EXPECT(child != 0, "no %s", *path);
        at = child;
    }
    return &tree->branches[at];
}

#define WALK(...) walk(session, &tree, (const char *const[]){__VA_ARGS__, NULL})

static void test_tree__sums_stacks_from_the_outermost_call(void **state)
{
    (void)state;
    heaplens_session *const session = synthetic_session();
    heaplens_tree tree = {0};
    assert_int_equal(
        heaplens_tree_build(&session->processes[1], HEAPLENS_METRIC_PEAK, false, 0, &tree),
        HEAPLENS_OK);
    assert_int_equal(tree.branches[0].value, 3000000);
    assert_int_equal(WALK("main")->value, 3000000);
    assert_int_equal(WALK("main", "parse_row", "grow_buffer")->value, 2900000);
    assert_int_equal(WALK("main", "parse_row", "grow_buffer")->self, 2500000);
    assert_int_equal(WALK("main", "parse_row", "grow_buffer", "parse_row", "grow_buffer")->self,
                     400000);
    assert_int_equal(WALK("main", "")->self, 100000);  // libother's code has no name
    heaplens_tree_deinit(&tree);
    heaplens_session_destroy(session);
}

static void test_tree__inverted_begins_at_what_allocated(void **state)
{
    (void)state;
    heaplens_session *const session = synthetic_session();
    heaplens_tree tree = {0};
    assert_int_equal(
        heaplens_tree_build(&session->processes[1], HEAPLENS_METRIC_TOTAL, true, 0, &tree),
        HEAPLENS_OK);
    assert_int_equal(tree.branches[0].value, 5000000);
    assert_int_equal(tree.branches[0].self, 99000);  // without a stack
    assert_int_equal(WALK("grow_buffer")->value, 4600000);
    assert_int_equal(WALK("grow_buffer", "parse_row", "main")->self, 4000000);
    assert_int_equal(WALK("grow_buffer", "parse_row", "grow_buffer")->value, 600000);
    // Largest first.
    assert_int_equal(tree.branches[tree.branches[0].child].value, 4600000);
    heaplens_tree_deinit(&tree);
    // 1,000 bytes are not worth their callers.
    assert_int_equal(
        heaplens_tree_build(&session->processes[1], HEAPLENS_METRIC_TOTAL, true, 1001, &tree),
        HEAPLENS_OK);
    const char *const rare = "a_function_with_a_name_longer_than_the_column_for_names";
    assert_int_equal(WALK(rare)->self, 1000);
    assert_int_equal(WALK(rare)->child, 0);
    assert_int_equal(WALK("grow_buffer", "parse_row", "main")->self, 4000000);
    heaplens_tree_deinit(&tree);
    assert_int_equal(
        heaplens_tree_build(&session->processes[1], HEAPLENS_METRIC_LIFETIME, true, 0, &tree),
        HEAPLENS_EINVAL);
    heaplens_session_destroy(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_select__keeps_sites_with_a_function_in_their_stack),
        cmocka_unit_test(test_select__keeps_sites_with_a_module_in_their_stack),
        cmocka_unit_test(test_select__narrows_to_a_scope_or_a_thread),
        cmocka_unit_test(test_select__says_what_a_peak_is_the_peak_of),
        cmocka_unit_test(test_select__knows_which_figures_of_a_part_were_recorded),
        cmocka_unit_test(test_select__numbers_rows_of_details_anew),
        cmocka_unit_test(test_select__refuses_what_is_not_there),
        cmocka_unit_test(test_tree__sums_stacks_from_the_outermost_call),
        cmocka_unit_test(test_tree__inverted_begins_at_what_allocated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
