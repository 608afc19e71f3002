// SPDX-License-Identifier: MIT
// Symbols of a real library: with DWARF, stripped, with its DWARF in a file of its own, and replaced
// by another. The library's code runs here; its copies have the same code at the same addresses.
#define _GNU_SOURCE
#include "expect.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "profile/symbols.h"
#include "symbol_fixture.h"

static __attribute__((noinline)) uintptr_t probe(void)
{
    return (uintptr_t)__builtin_return_address(0) - 1;
}

enum { THROUGH_STATIC, EXPORTED, NOWHERE, LOCATIONS };

static heaplens_name add_name(heaplens_session *session, const char *text)
{
    heaplens_name name = 0;
    assert_int_equal(heaplens__names_add(&session->names, text, strlen(text), &name), HEAPLENS_OK);
    return name;
}

// A session of one process with the three addresses, in a module that is `path`.
static heaplens_session *session_of(const char *path, const char *build_id)
{
    Dl_info info;
    struct link_map *map = NULL;
    // Not the address of a variable: the linker may have copied that into this program.
    assert_true(dladdr1(dlsym(RTLD_DEFAULT, "fixture_exported"), &info, (void **)&map,
                        RTLD_DL_LINKMAP) != 0);
    heaplens_session *const session = heaplens_session_create();
    assert_non_null(session);
    heaplens_process process = {.module_count = 1, .location_count = LOCATIONS, .node_count = 1};
    process.modules = calloc(1, sizeof(*process.modules));
    process.locations = calloc(LOCATIONS, sizeof(*process.locations));
    process.nodes = calloc(1, sizeof(*process.nodes));
    assert_true(process.modules != NULL && process.locations != NULL && process.nodes != NULL);
    process.modules[0].bias = map->l_addr;
    process.modules[0].path = add_name(session, path);
    process.modules[0].build_id = add_name(session, build_id);
    process.locations[THROUGH_STATIC].address = fixture_through_static(probe);
    process.locations[EXPORTED].address = fixture_exported(probe);
    process.locations[NOWHERE].address = map->l_addr + 1;  // in the ELF header
    assert_int_equal(heaplens__session_add(session, &process), HEAPLENS_OK);
    assert_int_equal(heaplens_session_symbolise(session), HEAPLENS_OK);
    return session;
}

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
    heaplens_session *const session = session_of(path, "");
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
    heaplens_session *const session = session_of(FIXTURE_STRIPPED, "");
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
        session_of(FIXTURE_WITH_DWARF, "0123456789abcdef0123456789abcdef01234567");
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
        heaplens_session *const session = session_of(paths[i], "");
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
