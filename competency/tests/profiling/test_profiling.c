// SPDX-License-Identifier: MIT
// Profilers, snapshots and operations against sizes that the test itself allocates.
#include <competency/profiling.h>

#include <heaplens/heaplens.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"

static void *take(size_t size)
{
    void *const block = malloc(size);
    assert_non_null(block);
    return block;
}

static competency_profiler *create(void)
{
    competency_profiler *profiler = NULL;
    assert_int_equal(competency_profiler_create(&profiler, NULL), COMPETENCY_OK);
    return profiler;
}

static competency_profiler_reading read_profiler(const competency_profiler *profiler)
{
    competency_profiler_reading reading;
    assert_int_equal(competency_profiler_read(profiler, &reading, NULL), COMPETENCY_OK);
    return reading;
}

static void test_profiling__a_profiler_tells_what_was_allocated_since_it_began(void **state)
{
    (void)state;
    competency_profiler *const profiler = create();
    const uint64_t live = read_profiler(profiler).now.bytes_live;
    void *const kept = take(1000);
    free(take(2000));
    free(take(500));
    const competency_profiler_reading reading = read_profiler(profiler);
    assert_int_equal(reading.bytes_total_since, 3500);
    assert_int_equal(reading.blocks_total_since, 3);
    assert_int_equal(reading.bytes_growth_since, 1000);
    assert_int_equal(reading.now.bytes_live, live + 1000);
    assert_int_equal(reading.bytes_peak_since, live + 3000);
    free(kept);
    competency_profiler_destroy(profiler);
}

static void test_profiling__a_reset_starts_this_peak_anew_and_no_other(void **state)
{
    (void)state;
    competency_profiler *const outer = create();
    competency_profiler *const inner = create();
    const uint64_t live = read_profiler(inner).now.bytes_live;
    free(take(4000000));  // more than anything else here: the peak of the process too
    assert_int_equal(competency_profiler_reset_peak(inner, NULL), COMPETENCY_OK);
    free(take(100));
    assert_int_equal(read_profiler(inner).bytes_peak_since, live + 100);
    assert_int_equal(read_profiler(outer).bytes_peak_since, live + 4000000);
    assert_int_equal(read_profiler(inner).now.bytes_peak, live + 4000000);
    competency_profiler_destroy(inner);

    // One that begins later knows nothing of what was before.
    competency_profiler *const late = create();
    const uint64_t late_live = read_profiler(late).now.bytes_live;
    free(take(10));
    assert_int_equal(read_profiler(late).bytes_peak_since, late_live + 10);
    competency_profiler_destroy(late);
    competency_profiler_destroy(outer);
}

static void test_profiling__a_snapshot_prints_itself(void **state)
{
    (void)state;
    const competency_memory_snapshot snapshot = {
        .label = "matched",
        .memory = {.bytes_live = 1234, .blocks_live = 56, .bytes_peak = 12345678}};
    const char *const want = "matched: 1,234 bytes live in 56 blocks, peak 12,345,678 bytes";
    char text[128];
    assert_int_equal(competency_memory_snapshot_format(&snapshot, text, sizeof(text)),
                     strlen(want));
    assert_string_equal(text, want);
    assert_int_equal(competency_memory_snapshot_format(&snapshot, text, 8), strlen(want));
    assert_string_equal(text, "matched");
}

static void test_profiling__a_snapshot_has_the_figures_of_its_moment(void **state)
{
    (void)state;
    competency_memory_snapshot before;
    competency_memory_snapshot after;
    assert_int_equal(competency_memory_snapshot_take(&before, "before", NULL), COMPETENCY_OK);
    void *const block = take(777);
    assert_int_equal(competency_memory_snapshot_take(&after, "after", NULL), COMPETENCY_OK);
    assert_int_equal(after.memory.bytes_live - before.memory.bytes_live, 777);
    assert_int_equal(after.memory.blocks_live - before.memory.blocks_live, 1);
    assert_string_equal(after.label, "after");
    free(block);
}

static competency_status keep_one_of_two(void *self, competency_error *err)
{
    (void)err;
    free(take(3000));
    *(void **)self = take(64);
    return COMPETENCY_EEMPTY;
}

static void test_profiling__an_operation_has_its_result_and_its_memory(void **state)
{
    (void)state;
    void *kept = NULL;
    competency_operation_profile profile;
    assert_int_equal(competency_profile_operation(&profile, "work", keep_one_of_two, &kept, NULL),
                     COMPETENCY_EEMPTY);
    assert_int_equal(profile.status, COMPETENCY_OK);
    assert_int_equal(profile.bytes_peak, 3000);
    assert_int_equal(profile.bytes_total, 3064);
    assert_int_equal(profile.blocks_total, 2);
    assert_int_equal(profile.bytes_growth, 64);
    assert_string_equal(profile.before.label, "work");
    free(kept);
}

static int start(void **state)
{
    (void)state;
    return heaplens_is_active() || heaplens_start(NULL) == HEAPLENS_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiling__a_profiler_tells_what_was_allocated_since_it_began),
        cmocka_unit_test(test_profiling__a_reset_starts_this_peak_anew_and_no_other),
        cmocka_unit_test(test_profiling__a_snapshot_prints_itself),
        cmocka_unit_test(test_profiling__a_snapshot_has_the_figures_of_its_moment),
        cmocka_unit_test(test_profiling__an_operation_has_its_result_and_its_memory),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
