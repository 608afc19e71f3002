// SPDX-License-Identifier: MIT
#include "expect.h"

#include <stdio.h>
#include <string.h>

#include "export/function_text.h"

typedef struct function_case {
    const char *name;
    const char *text;
    const char *plain;
} function_case;

static void test_function_text__leaves_long_lists_out(void **state)
{
    (void)state;
    static const function_case cases[] = {
        {"parse_row", "parse_row", "parse_row"},
        {"", "", ""},
        {"ns::parse(char const*)", "ns::parse(char const*)", "ns::parse"},
        {"parse<int>(char const*)", "parse<int>(char const*)", "parse<int>"},
        {"Index::add(std::__cxx11::basic_string<char, std::char_traits<char> > const&, int)",
         "Index::add(..)", "Index::add"},
        {"std::map<int, std::vector<int>, std::less<int> >::operator[](int const&)",
         "std::map<..>::operator[](int const&)", "std::map<..>::operator[]"},
        // 24 bytes stay, 25 do not.
        {"f<aaaaaaaaaaaaaaaaaaaaaaaa>()", "f<aaaaaaaaaaaaaaaaaaaaaaaa>()",
         "f<aaaaaaaaaaaaaaaaaaaaaaaa>"},
        {"f<aaaaaaaaaaaaaaaaaaaaaaaaa>()", "f<..>()", "f<..>"},
        {"(anonymous namespace)::grow(int)", "(anonymous namespace)::grow(int)",
         "(anonymous namespace)::grow"},
        {"<alloc::vec::Vec<aaaaaaaaaaaaaaaaaaaaaaaaa> as core::clone::Clone>::clone",
         "<alloc::vec::Vec<..> as core::clone::Clone>::clone",
         "<alloc::vec::Vec<..> as core::clone::Clone>::clone"},
        {"A::operator()(std::vector<int, std::allocator<int> > const&) const",
         "A::operator()(..) const", "A::operator()"},
        {"std::ostream& operator<< <std::char_traits<char>, int, int, int>(std::ostream&)",
         "std::ostream& operator<< <..>(std::ostream&)", "std::ostream& operator<< <..>"},
        {"B::operator->() const", "B::operator->() const", "B::operator->"},
        {"f(decltype(a->b()), aaaaaaaaaaaaaaaaaaaaa)", "f(..)", "f"},
        {"main::{lambda(int)#1}::operator()(int) const",
         "main::{lambda(int)#1}::operator()(int) const", "main::{lambda(int)#1}::operator()"},
        // Not closed: nobody knows what was meant.
        {"f<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "f<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "f<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
        {"my_operator<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>", "my_operator<..>", "my_operator<..>"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const heaplens_function_text text = heaplens__function_text(cases[i].name);
        EXPECT(strcmp(text.text, cases[i].text) == 0, "%s: %s", cases[i].name, text.text);
        const heaplens_function_text plain = heaplens__function_text_plain(cases[i].name);
        EXPECT(strcmp(plain.text, cases[i].plain) == 0, "%s: %s", cases[i].name, plain.text);
    }
}

static void test_function_text__cuts_between_characters_what_does_not_fit(void **state)
{
    (void)state;
    // Two bytes a character: wherever the limit is, one of two names is cut within one.
    static char names[2][2000];
    for (int shift = 0; shift < 2; shift++) {
        char *const name = names[shift];
        memset(name, 'x', (size_t)shift);
        for (size_t i = (size_t)shift; i + 2 < sizeof(names[0]); i += 2) {
            name[i] = (char)0xc3;
            name[i + 1] = (char)0xa9;
        }
        const heaplens_function_text text = heaplens__function_text(name);
        const size_t length = strlen(text.text);
        assert_in_range(length, sizeof(text.text) - 3, sizeof(text.text) - 1);
        assert_string_equal(text.text + length - 2, "..");
        assert_memory_equal(text.text, name, length - 2);
        EXPECT((length - 2 - (size_t)shift) % 2 == 0, "%zu bytes", length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_function_text__leaves_long_lists_out),
        cmocka_unit_test(test_function_text__cuts_between_characters_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
