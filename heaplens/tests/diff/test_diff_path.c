// SPDX-License-Identifier: MIT
// Names and paths that two builds of a program have in common.
#include "expect.h"

#include <string.h>

#include "profile/diff_path.h"

static void test_diff_path__cuts_what_compilers_add_to_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *want;
    } cases[] = {
        {"parse", "parse"},
        {"parse.isra.0", "parse"},
        {"parse.part.12", "parse"},
        {"parse.constprop.0.isra.1", "parse"},
        {"parse.part.0.cold", "parse"},
        {"parse.cold", "parse"},
        {"parse.lto_priv.3.lto_priv.4", "parse"},
        {"parse.llvm.1234567890", "parse"},
        {"ns::f(int) [clone .isra.0]", "ns::f(int)"},
        {"malloc@@GLIBC_2.2.5", "malloc"},
        {"memcpy@plt", "memcpy"},
        // A name's own: a nested function of gcc, a Go method, one that only looks like a suffix.
        {"inner.0", "inner.0"},
        {"main.(*T).cold", "main.(*T)"},
        {"main.run.func1", "main.run.func1"},
        {"parse_isra", "parse_isra"},
        {"coldness.colder", "coldness.colder"},
        {".cold", ".cold"},
        {"@", "@"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const size_t length = heaplens__function_length(cases[i].name);
        EXPECT(length == strlen(cases[i].want), "%s: %zu characters", cases[i].name, length);
    }
}

static void test_diff_path__calls_versions_of_a_library_by_one_name(void **state)
{
    (void)state;
    static const char *const same[] = {"/usr/lib/libz.so", "libz.so.1", "/opt/libz.so.1.2.13"};
    for (size_t i = 0; i < 3; i++) {
        size_t length = 0;
        const char *const name = heaplens__module_name(same[i], &length);
        EXPECT(length == 7 && memcmp(name, "libz.so", 7) == 0, "%s", same[i]);
    }
    size_t length = 0;
    assert_string_equal(heaplens__module_name("/bin/app.some", &length), "app.some");
    assert_int_equal(length, 8);
}

// The path of one-letter functions, as text.
static void expect_path(heaplens_paths *paths, const char *calls, const char *want)
{
    heaplens_path path = HEAPLENS_PATH_EMPTY;
    for (const char *call = calls; *call != '\0'; call++) {
        heaplens_name name = HEAPLENS_NAME_NONE;
        assert_int_equal(heaplens__names_add(&paths->names, call, 1, &name), HEAPLENS_OK);
        assert_int_equal(heaplens__paths_push(paths, path, name, &path), HEAPLENS_OK);
    }
    size_t left = strlen(want);
    for (; path != HEAPLENS_PATH_EMPTY; path = paths->steps[path].parent) {
        EXPECT(left > 0 && heaplens__path_function(paths, path)[0] == want[left - 1], "%s", calls);
        left--;
    }
    EXPECT(left == 0, "%s: %zu functions are missing", calls, left);
}

static void test_diff_path__counts_recursion_once(void **state)
{
    (void)state;
    heaplens_paths paths;
    assert_int_equal(heaplens__paths_init(&paths), HEAPLENS_OK);
    expect_path(&paths, "mabc", "mabc");
    expect_path(&paths, "maaaab", "mab");
    expect_path(&paths, "mabababc", "mabc");
    expect_path(&paths, "mabcabcabx", "mabcabx");  // the last round was not finished
    expect_path(&paths, "mabcdefghabcdefgh", "mabcdefgh");
    expect_path(&paths, "mabcdefghiabcdefghi", "mabcdefghiabcdefghi");  // nine: another program
    expect_path(&paths, "mabbabbab", "mab");                            // bb is one b first
    heaplens__paths_deinit(&paths);
}

static void test_diff_path__equal_paths_have_equal_ids_in_a_large_tree(void **state)
{
    (void)state;
    heaplens_paths paths;
    assert_int_equal(heaplens__paths_init(&paths), HEAPLENS_OK);
    enum { COUNT = 20000 };
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            heaplens_path path = HEAPLENS_PATH_EMPTY;
            // Names need not be texts: only their ids are compared.
            assert_int_equal(heaplens__paths_push(&paths, path, 1 + i % 100, &path), HEAPLENS_OK);
            assert_int_equal(heaplens__paths_push(&paths, path, 1000 + i, &path), HEAPLENS_OK);
        }
        assert_int_equal(paths.step_count, 1 + 100 + COUNT);
    }
    heaplens__paths_deinit(&paths);
}

// Calls from outside in, and the function that is responsible for what the last of them allocated.
static void expect_responsible(heaplens_paths *paths, const char *const *calls, const char *want)
{
    heaplens_path path = HEAPLENS_PATH_EMPTY;
    for (size_t i = 0; calls[i] != NULL; i++) {
        heaplens_name name = HEAPLENS_NAME_NONE;
        assert_int_equal(heaplens__names_add(&paths->names, calls[i], strlen(calls[i]), &name),
                         HEAPLENS_OK);
        assert_int_equal(heaplens__paths_push(paths, path, name, &path), HEAPLENS_OK);
    }
    const heaplens_path who = heaplens__path_responsible(paths, path);
    assert_string_equal(heaplens__path_function(paths, who), want);
}

static void test_diff_path__wrappers_of_malloc_are_not_responsible(void **state)
{
    (void)state;
    heaplens_paths paths;
    assert_int_equal(heaplens__paths_init(&paths), HEAPLENS_OK);
    expect_responsible(&paths,
                       (const char *const[]){"main", "Index::add(int)",
                                             "std::vector<int>::push_back(int const&)",
                                             "operator new(unsigned long)", NULL},
                       "Index::add(int)");
    expect_responsible(&paths, (const char *const[]){"main", "parse", NULL}, "parse");
    expect_responsible(&paths,
                       (const char *const[]){"std::f()", "operator new(unsigned long)", NULL},
                       "operator new(unsigned long)");
    expect_responsible(&paths, (const char *const[]){NULL}, "");
    heaplens__paths_deinit(&paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diff_path__cuts_what_compilers_add_to_names),
        cmocka_unit_test(test_diff_path__calls_versions_of_a_library_by_one_name),
        cmocka_unit_test(test_diff_path__counts_recursion_once),
        cmocka_unit_test(test_diff_path__wrappers_of_malloc_are_not_responsible),
        cmocka_unit_test(test_diff_path__equal_paths_have_equal_ids_in_a_large_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
