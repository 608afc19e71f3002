// SPDX-License-Identifier: MIT
// Symbols of a real library: with DWARF, stripped, with its DWARF in a file of its own, and replaced
// by another.
#include "expect.h"

#include <string.h>

#include "symbol_fixture.h"
#include "symbol_session.h"

static const heaplens_frame *frame_of(const heaplens_session *session, int location, uint32_t index)
{
    const heaplens_process *const process = &session->processes[0];
    assert_true(index < process->locations[location].frame_count);
    return &process->frames[process->locations[location].frame_first + index];
}

static void expect_frame(const heaplens_session *session, int location, uint32_t index,
                         const char *function, int line)
{
    const heaplens_frame *const frame = frame_of(session, location, index);
    assert_string_equal(heaplens__names_text(&session->names, frame->function), function);
    if (line > 0) {
        const char *const file = heaplens__names_text(&session->names, frame->file);
        assert_non_null(strstr(file, "symbol_fixture.c"));
        assert_int_equal(frame->line, line);
    } else {
        assert_int_equal(frame->file, HEAPLENS_NAME_NONE);
    }
}

static void expect_full_symbols(const char *path)
{
    heaplens_session *const session = symbol_session(path, "", NULL);
    const heaplens_process *const process = &session->processes[0];
    assert_int_equal(process->modules[0].symbols, HEAPLENS_SYMBOLS_LINES);
    assert_int_equal(process->locations[THROUGH_STATIC].frame_count, 3);
    expect_frame(session, THROUGH_STATIC, 0, "inlined_inner", fixture_line_inner);
    expect_frame(session, THROUGH_STATIC, 1, "inlined_outer", fixture_line_outer);
    expect_frame(session, THROUGH_STATIC, 2, "static_caller", fixture_line_static);
    assert_int_equal(process->locations[EXPORTED].frame_count, 1);
    assert_string_equal(
        heaplens__names_text(&session->names, frame_of(session, EXPORTED, 0)->function),
        "fixture_exported");
    assert_int_equal(process->locations[NOWHERE].frame_count, 0);
    heaplens_session_destroy(session);
}

static void test_symbols__name_inlined_calls_innermost_first(void **state)
{
    (void)state;
    expect_full_symbols(FIXTURE_WITH_DWARF);
}

static void test_symbols__find_a_separate_debug_file(void **state)
{
    (void)state;
    expect_full_symbols(FIXTURE_SPLIT);
}

static void test_symbols__give_no_wrong_name_for_a_stripped_static_function(void **state)
{
    (void)state;
    heaplens_session *const session = symbol_session(FIXTURE_STRIPPED, "", NULL);
    const heaplens_process *const process = &session->processes[0];
    assert_int_equal(process->modules[0].symbols, HEAPLENS_SYMBOLS_NAMES);
    assert_int_equal(process->locations[THROUGH_STATIC].frame_count, 0);
    expect_frame(session, EXPORTED, 0, "fixture_exported", 0);
    heaplens_session_destroy(session);
}

static void test_symbols__give_none_when_the_file_is_another_build(void **state)
{
    (void)state;
    heaplens_session *const session =
        symbol_session(FIXTURE_WITH_DWARF, "0123456789abcdef0123456789abcdef01234567", NULL);
    const heaplens_process *const process = &session->processes[0];
    assert_int_equal(process->modules[0].symbols, HEAPLENS_SYMBOLS_CHANGED);
    for (int i = 0; i < LOCATIONS; i++) {
        assert_int_equal(process->locations[i].frame_count, 0);
    }
    heaplens_session_destroy(session);
}

static void test_symbols__do_without_a_file(void **state)
{
    (void)state;
    static const char *const paths[] = {"/nonexistent", "", "/dev/null", __FILE__};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        heaplens_session *const session = symbol_session(paths[i], "", NULL);
        EXPECT(session->processes[0].modules[0].symbols == HEAPLENS_SYMBOLS_MISSING, "%s",
               paths[i]);
        heaplens_session_destroy(session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_symbols__name_inlined_calls_innermost_first),
        cmocka_unit_test(test_symbols__find_a_separate_debug_file),
        cmocka_unit_test(test_symbols__give_no_wrong_name_for_a_stripped_static_function),
        cmocka_unit_test(test_symbols__give_none_when_the_file_is_another_build),
        cmocka_unit_test(test_symbols__do_without_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
