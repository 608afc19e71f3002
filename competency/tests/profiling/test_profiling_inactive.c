// SPDX-License-Identifier: MIT
// A build with COMPETENCY_MEMORY_PROFILING in a program that nothing records.
#include <competency/profiling.h>

#include <string.h>

#include "expect.h"

static competency_status succeed(void *self, competency_error *err)
{
    (void)self;
    (void)err;
    return COMPETENCY_OK;
}

static void test_profiling_inactive__every_reading_says_that_nothing_records(void **state)
{
    (void)state;
    competency_profiler *profiler = NULL;
    competency_memory_snapshot snapshot;
    competency_operation_profile profile;
    competency_error err = {0};
    assert_int_equal(competency_profiler_create(&profiler, &err), COMPETENCY_EINACTIVE);
    assert_non_null(strstr(err.message, "heaplens run"));
    assert_int_equal(competency_memory_snapshot_take(&snapshot, "x", NULL), COMPETENCY_EINACTIVE);
    assert_int_equal(competency_profile_operation(&profile, "x", succeed, NULL, NULL),
                     COMPETENCY_OK);
    assert_int_equal(profile.status, COMPETENCY_EINACTIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiling_inactive__every_reading_says_that_nothing_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
