// SPDX-License-Identifier: MIT
// Rules must not outlive their module: another one may take its addresses.
#include "runtime/unwind_memo.h"

#include "expect.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef int plugin_run(void (*leaf)(void *context), void *context);

typedef struct captured {
    uintptr_t ips[64];
    size_t count;
    heaplens__unwind_stop why;
    bool is_recalled;  // the remembering walk found the same
} captured;

static heaplens__unwind_memo memo;

static void capture(void *context)
{
    captured *const c = context;
    const heaplens__unwind_start start = heaplens__unwind_from(__builtin_frame_address(0));
    // First, so that it meets what it remembers before the plain walk could set anything right.
    heaplens__unwind_trace trace;
    uintptr_t recalled[64];
    heaplens__unwind_recall(&memo, &start, 64, &trace);
    heaplens__unwind_recall_frames(&memo, &trace, recalled);
    c->count = heaplens__unwind(&start, c->ips, 64, &c->why);
    c->is_recalled = trace.depth == c->count && trace.why == c->why &&
                     memcmp(recalled, c->ips, c->count * sizeof(recalled[0])) == 0;
}

// What the recorder's hooks do: tell the unwinder about each call. The loader reaches these
// definitions because a program's own come before the C library's.
#define INTERPOSES __attribute__((visibility("default")))

static int loader_calls;
static bool tells_nothing;  // as in the modes that capture no stack

// NOLINTBEGIN(bugprone-reserved-identifier): glibc's names for its own functions.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void __libc_free(void *block);
// NOLINTEND(bugprone-reserved-identifier)

static void note(const void *caller)
{
    if (tells_nothing) {
        return;
    }
    heaplens__unwind_note_caller(caller);
    loader_calls +=
        (uintptr_t)caller - heaplens__unwind_loader.start < heaplens__unwind_loader.size_bytes;
}

INTERPOSES void *malloc(size_t size)
{
    note(__builtin_return_address(0));
    return __libc_malloc(size);
}

INTERPOSES void *calloc(size_t nmemb, size_t size)
{
    note(__builtin_return_address(0));
    return __libc_calloc(nmemb, size);
}

INTERPOSES void free(void *ptr)
{
    note(__builtin_return_address(0));
    __libc_free(ptr);
}

static plugin_run *open_plugin(const char *path, void **handle)
{
    *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    EXPECT(*handle != NULL, "dlopen %s", path);
    void *const symbol = dlsym(*handle, "plugin_run");
    plugin_run *run = NULL;
    memcpy(&run, &symbol, sizeof(run));
    return run;
}

__attribute__((noinline)) static captured run_plugin(const char *path, bool is_told)
{
    void *handle = NULL;
    tells_nothing = !is_told;
    plugin_run *const run = open_plugin(path, &handle);
    if (!is_told) {
        heaplens__unwind_forget_modules();
    }
    captured c = {0};
    (void)run(capture, &c);
    assert_int_equal(dlclose(handle), 0);
    return c;
}

static void test_unwind_modules__a_module_in_the_place_of_another_has_rules_of_its_own(void **state)
{
    (void)state;
    size_t reused = 0;
    for (int round = 0; round < 8; round++) {
        const captured a = run_plugin(PLUGIN_A, true);
        const captured b = run_plugin(PLUGIN_B, true);
        assert_int_equal(a.why, HEAPLENS__UNWIND_OUTERMOST);
        assert_int_equal(b.why, HEAPLENS__UNWIND_OUTERMOST);
        assert_int_equal(a.count, b.count);
        EXPECT(a.is_recalled && b.is_recalled, "round %d: remembered from the other module", round);
        // Frame 0 is the plugin's, 1 is run_plugin, 2 is this function with its two calls.
        for (size_t i = 1; i < a.count; i++) {
            EXPECT(i == 2 || a.ips[i] == b.ips[i], "round %d, frame %zu", round, i);
        }
        reused += a.ips[0] == b.ips[0];
    }
    EXPECT(reused > 0, "no address was reused: nothing was shown");
    assert_true(loader_calls > 0);
}

static void
test_unwind_modules__what_nobody_told_of_is_found_anew_once_rules_are_forgotten(void **state)
{
    (void)state;
    size_t reused = 0;
    for (int round = 0; round < 8; round++) {
        const captured a = run_plugin(PLUGIN_A, false);
        const captured b = run_plugin(PLUGIN_B, false);
        assert_int_equal(a.why, HEAPLENS__UNWIND_OUTERMOST);
        assert_int_equal(b.why, HEAPLENS__UNWIND_OUTERMOST);
        assert_int_equal(a.count, b.count);
        EXPECT(a.is_recalled && b.is_recalled, "round %d: remembered from the other module", round);
        reused += a.ips[0] == b.ips[0];
    }
    tells_nothing = false;
    EXPECT(reused > 0, "no address was reused: nothing was shown");
}

static int init_unwinder(void **state)
{
    (void)state;
    heaplens__unwind_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_unwind_modules__a_module_in_the_place_of_another_has_rules_of_its_own),
        cmocka_unit_test(
            test_unwind_modules__what_nobody_told_of_is_found_anew_once_rules_are_forgotten),
    };
    return cmocka_run_group_tests(tests, init_unwinder, NULL);
}
