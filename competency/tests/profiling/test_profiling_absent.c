// SPDX-License-Identifier: MIT
// A build without COMPETENCY_MEMORY_PROFILING says that it has no figures; it never gives zeros.
#include <competency/profiling.h>

#include <string.h>

#include "expect.h"

static competency_status count_calls(void *self, competency_error *err)
{
    (void)err;
    (*(int *)self)++;
    return COMPETENCY_EFORMAT;
}

static void test_profiling_absent__every_reading_is_refused_with_the_reason(void **state)
{
    (void)state;
    competency_profiler *profiler = (competency_profiler *)state;
    competency_memory_snapshot snapshot = {.memory.bytes_live = 7};
    competency_error err = {0};
    assert_int_equal(competency_profiler_create(&profiler, &err), COMPETENCY_EUNSUPPORTED);
    assert_null(profiler);
    assert_non_null(strstr(err.message, "COMPETENCY_MEMORY_PROFILING"));
    assert_int_equal(competency_memory_snapshot_take(&snapshot, "x", NULL),
                     COMPETENCY_EUNSUPPORTED);
    assert_int_equal(snapshot.memory.bytes_live, 7);
    competency_profiler_destroy(NULL);
}

static void test_profiling_absent__an_operation_runs_all_the_same(void **state)
{
    (void)state;
    int calls = 0;
    competency_operation_profile profile;
    assert_int_equal(competency_profile_operation(&profile, "count", count_calls, &calls, NULL),
                     COMPETENCY_EFORMAT);
    assert_int_equal(calls, 1);
    assert_int_equal(profile.status, COMPETENCY_EUNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiling_absent__every_reading_is_refused_with_the_reason),
        cmocka_unit_test(test_profiling_absent__an_operation_runs_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
