// SPDX-License-Identifier: MIT
// Names whose meaning the Itanium C++ ABI (section 5.1) and Rust's RFC 2603 explain.
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/demangle.h"

static void expect_name(const char *mangled, const char *want)
{
    char *const got = heaplens__demangle(mangled);
    EXPECT(got != NULL && strcmp(got, want) == 0, "%s: %s", mangled, got == NULL ? "none" : got);
    free(got);
}

static void test_demangle__reads_cplusplus(void **state)
{
    (void)state;
    expect_name("_Z3foov", "foo()");
    expect_name("_ZN1N1TIiiE2mfES0_IddE", "N::T<int, int>::mf(N::T<double, double>)");
    expect_name("_ZlsRSoRKSs", "operator<<(std::ostream&, std::string const&)");
    expect_name("_ZN6toplev4mainEiPPc", "toplev::main(int, char**)");
}

static void test_demangle__reads_rust_without_its_hash(void **state)
{
    (void)state;
    expect_name("_RNvNtNtCs1234_7mycrate3foo3bar3baz", "mycrate::foo::bar::baz");
    expect_name("_RINvNtC3std3mem8align_ofdE", "std::mem::align_of::<f64>");
    expect_name("_ZN3foo17h05af221e174051e9E", "foo");
}

static void test_demangle__leaves_other_names_alone(void **state)
{
    (void)state;
    static const char *const names[] = {"", "malloc", "_start", "_Z", "_ZN", "_R", "_ZZZZZZ"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *const got = heaplens__demangle(names[i]);
        EXPECT(got == NULL, "%s: %s", names[i], got);
        free(got);
    }
}

static void test_demangle__takes_no_name_that_is_too_long(void **state)
{
    (void)state;
    static char name[20000];
    size_t length = (size_t)snprintf(name, sizeof(name), "_Z1f");
    while (length + 1 < sizeof(name)) {
        name[length++] = 'i';  // one more parameter
    }
    assert_null(heaplens__demangle(name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_demangle__reads_cplusplus),
        cmocka_unit_test(test_demangle__reads_rust_without_its_hash),
        cmocka_unit_test(test_demangle__leaves_other_names_alone),
        cmocka_unit_test(test_demangle__takes_no_name_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
