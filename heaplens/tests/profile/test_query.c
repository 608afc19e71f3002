// SPDX-License-Identifier: MIT
// Rankings and shares, on figures that were added up by hand.
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "profile/query.h"
#include "synthetic.h"

static void test_query__ranks_sites_and_leaves_out_those_without_a_value(void **state)
{
    (void)state;
    heaplens_session *const session = synthetic_session();
    const heaplens_process *const process = heaplens_session_process(session, 101);
    assert_non_null(process);
    uint32_t *sites = NULL;
    size_t count = 0;
    assert_int_equal(heaplens_sites_rank(process, HEAPLENS_METRIC_PEAK, &sites, &count),
                     HEAPLENS_OK);
    assert_int_equal(count, 3);
    assert_int_equal(sites[0], 0);
    assert_int_equal(sites[1], 1);
    assert_int_equal(sites[2], 2);
    free(sites);
    assert_int_equal(heaplens_sites_rank(process, HEAPLENS_METRIC_LEAKED, &sites, &count),
                     HEAPLENS_OK);
    assert_int_equal(count, 1);
    assert_int_equal(sites[0], 3);
    free(sites);
    // Mean lifetimes in ns: 5,000,000; 100; 300; 2,000,000; 50.
    assert_int_equal(heaplens_sites_rank(process, HEAPLENS_METRIC_LIFETIME, &sites, &count),
                     HEAPLENS_OK);
    const uint32_t by_lifetime[] = {0, 3, 2, 1, 4};
    assert_int_equal(count, 5);
    assert_memory_equal(sites, by_lifetime, sizeof(by_lifetime));
    free(sites);
    heaplens_session_destroy(session);
}

static void test_query__counts_a_function_once_a_stack(void **state)
{
    (void)state;
    heaplens_session *const session = synthetic_session();
    const heaplens_process *const process = heaplens_session_process(session, 101);
    assert_non_null(process);
    // Make the second site recursive: grow_buffer, parse_row, grow_buffer, parse_row, main.
    process->nodes[3] = (heaplens_node){.parent = 2, .location = 0};
    heaplens_function *functions = NULL;
    size_t count = 0;
    assert_int_equal(heaplens_functions_rank(process, HEAPLENS_METRIC_PEAK, &functions, &count),
                     HEAPLENS_OK);
    static const struct {
        const char *name;
        uint64_t self;
        uint64_t cumulative;
    } want[] = {
        {"grow_buffer", 2900000, 2900000},
        {"main", 100000, 3000000},  // the innermost frame that has a name, above a nameless one
        {"parse_row", 0, 2900000},
    };
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(heaplens__names_text(&session->names, functions[i].name), want[i].name);
        EXPECT(functions[i].self == want[i].self, "self of %s", want[i].name);
        EXPECT(functions[i].cumulative == want[i].cumulative, "cumulative of %s", want[i].name);
    }
    free(functions);
    assert_int_equal(heaplens_functions_rank(process, HEAPLENS_METRIC_LIFETIME, &functions, &count),
                     HEAPLENS_EINVAL);
    heaplens_session_destroy(session);
}

static void test_query__knows_every_metric_by_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < HEAPLENS_METRIC_COUNT; i++) {
        heaplens_metric parsed = (heaplens_metric)HEAPLENS_METRIC_COUNT;
        assert_true(heaplens_metric_parse(heaplens_metric_name((heaplens_metric)i), &parsed));
        assert_int_equal(parsed, i);
    }
    heaplens_metric parsed = HEAPLENS_METRIC_LEAKED;
    assert_false(heaplens_metric_parse("peaks", &parsed));
    assert_int_equal(parsed, HEAPLENS_METRIC_LEAKED);
}

static void test_query__takes_the_largest_process_and_the_newest_of_a_pid(void **state)
{
    (void)state;
    heaplens_session *const session = synthetic_session();
    assert_int_equal(heaplens_session_largest(session)->facts.pid, 101);
    session->processes[0].facts.pid = 101;
    assert_ptr_equal(heaplens_session_process(session, 101), &session->processes[1]);
    assert_null(heaplens_session_process(session, 5));
    heaplens_session_destroy(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query__ranks_sites_and_leaves_out_those_without_a_value),
        cmocka_unit_test(test_query__counts_a_function_once_a_stack),
        cmocka_unit_test(test_query__knows_every_metric_by_its_name),
        cmocka_unit_test(test_query__takes_the_largest_process_and_the_newest_of_a_pid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
