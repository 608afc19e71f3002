// SPDX-License-Identifier: MIT
// The grammar of budget files: what is accepted means what it says, what is not says where.
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "profile/budget_file.h"
#include "profile/glob.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static heaplens_budget_file *parse(const char *text)
{
    heaplens_budget_file *budget = NULL;
    heaplens_failure failure = {0};
    const heaplens_status status =
        heaplens_budget_file_parse(&budget, text, strlen(text), &failure);
    EXPECT(status == HEAPLENS_OK, "%s: %s", text, failure.text);
    return budget;
}

static void test_budget_file__reads_sections_settings_limits_and_comments(void **state)
{
    (void)state;
    heaplens_budget_file *const budget = parse("# budgets\r\n"
                                               "[profile] peak <= 4 MiB  # at most\n"
                                               "\tleaked == 0\n"
                                               "\n"
                                               "[ the parser ]\n"
                                               "function = \"parse_*\"\n"
                                               "module=\"libp\\\"#\\*.so\"  \n"
                                               "absent = allowed\n"
                                               "blocks < baseline + 2.5 %\n"
                                               "[worker]\n"
                                               "process = \"work?r\"\n"
                                               "mean_lifetime<=1.5ms");
    assert_int_equal(budget->section_count, 3);
    assert_int_equal(budget->limit_count, 4);
    assert_true(budget->is_relative);

    const heaplens_budget_section *const parser = &budget->sections[1];
    assert_string_equal(heaplens__budget_text(budget, parser->name), "the parser");
    assert_string_equal(heaplens__budget_text(budget, parser->function), "parse_*");
    assert_string_equal(heaplens__budget_text(budget, parser->module), "libp\"#\\*.so");
    assert_string_equal(heaplens__budget_text(budget, parser->process), "");
    assert_true(parser->may_be_absent);
    assert_false(parser->is_profile);
    assert_true(budget->sections[0].is_profile);
    assert_false(budget->sections[0].may_be_absent);

    const heaplens_budget_limit *const limits = budget->limits;
    assert_string_equal(heaplens__budget_text(budget, limits[0].text), "peak <= 4 MiB");
    assert_int_equal(limits[0].amount, 4194304);
    assert_int_equal(limits[0].line, 2);
    assert_int_equal(limits[1].comparison, HEAPLENS_BUDGET_EXACTLY);
    assert_int_equal(limits[1].amount, 0);
    assert_int_equal(limits[2].section, 1);
    assert_int_equal(limits[2].comparison, HEAPLENS_BUDGET_BELOW);
    assert_true(limits[2].is_relative);
    assert_int_equal(limits[2].share_ppm, 25000);
    assert_int_equal(limits[3].amount, 1500000);
    assert_int_equal(limits[3].metric, HEAPLENS_BUDGET_MEAN_LIFETIME);
    heaplens_budget_file_destroy(budget);
}

static void test_budget_file__bounds_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *limit;
        uint64_t baseline;
        uint64_t bound;
    } cases[] = {
        {"peak <= 1_000", 7, 1000},
        {"peak <= 1.5 KiB", 0, 1536},
        {"peak <= 0.3 kB", 0, 300},
        {"peak <= 16383.999 TiB", 0, 18014397409970356},
        {"blocks <= 2 k", 0, 2000},
        {"peak <= baseline", 12345, 12345},
        {"peak <= baseline + 2 %", 1000, 1020},
        {"peak <= baseline + 2 %", 49, 49},  // rounded down
        {"peak <= baseline - 2 %", 1000, 980},
        {"peak <= baseline + 64 B", 1000, 1064},
        {"peak <= baseline - 1 KiB", 1000, 0},
        {"peak <= baseline + 0.0001 %", 3000000, 3000003},
        {"peak <= baseline + 100000 %", UINT64_MAX, UINT64_MAX},
        {"peak <= baseline + 5 %", UINT64_MAX / 2, 9684540638697514597U},
        {"leaked_blocks <= baseline + 3", 4, 7},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[200];
        (void)snprintf(text, sizeof(text), "[profile]\n%s\n", cases[i].limit);
        heaplens_budget_file *const budget = parse(text);
        const uint64_t bound = heaplens_budget_bound(&budget->limits[0], cases[i].baseline);
        EXPECT(bound == cases[i].bound, "%s of %llu: %llu", cases[i].limit,
               (unsigned long long)cases[i].baseline, (unsigned long long)bound);
        heaplens_budget_file_destroy(budget);
    }
}

static void test_budget_file__comparisons_mean_what_they_say(void **state)
{
    (void)state;
    static const struct {
        heaplens_budget_comparison comparison;
        bool below, equal, above;
    } cases[] = {
        {HEAPLENS_BUDGET_AT_MOST, true, true, false},
        {HEAPLENS_BUDGET_BELOW, true, false, false},
        {HEAPLENS_BUDGET_EXACTLY, false, true, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const heaplens_budget_limit limit = {.comparison = cases[i].comparison};
        assert_int_equal(heaplens_budget_allows(&limit, 10, 9), cases[i].below);
        assert_int_equal(heaplens_budget_allows(&limit, 10, 10), cases[i].equal);
        assert_int_equal(heaplens_budget_allows(&limit, 10, 11), cases[i].above);
    }
}

static void test_budget_file__mistakes_are_told_by_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;  // how the message begins
    } cases[] = {
        {"", "there is no limit"},
        {"# nothing\n\n", "there is no limit"},
        {"peak <= 1\n", "line 1, column 1: a limit or a setting"},
        {"[profile]\npeek <= 1\n", "line 2, column 1: \"peek <= 1\" is no figure"},
        {"[profile]\n  peak => 1\n", "line 2, column 8: \"<=\", \"<\", \"==\""},
        {"[profile]\npeak <= MiB\n", "line 2, column 9: a number or \"baseline\""},
        {"[profile]\npeak <= 1 Mib\n", "line 2, column 11: \"Mib\" is no unit of bytes"},
        {"[profile]\nblocks <= 1 KiB\n", "line 2, column 13: \"KiB\" is no unit of blocks"},
        {"[profile]\nblocks <= 1.5\n", "line 2, column 11: a fraction"},
        {"[profile]\nmax_lifetime <= 5 ms\n", "line 2, column 19: \"ms\" is no unit of bytes"},
        {"[a]\nlabel = \"l\"\nmax_lifetime <= 1\n", "line 3, column 1: scopes have no lifetimes"},
        {"[profile]\nmean_lifetime <= 5\n", "line 2, column 19: a unit is wanted"},
        {"[profile]\npeak <= 1 KiB extra\n", "line 2, column 15: the line should end"},
        {"[profile]\npeak <= 5 %\n", "line 2, column 11: "},
        {"[profile]\npeak <= baseline * 2\n", "line 2, column 18: the line should end"},
        {"[profile]\npeak <= baseline + 0.00001 %\n", "line 2, column 20: a share has at most"},
        {"[profile]\npeak <= baseline + 100000001 %\n", "line 2, column 20: "},
        {"[profile]\npeak <= 99999999999999999 TiB\n", "line 2, column 9: the number is larger"},
        {"[profile]\npeak <= 1234567890123456789\n", "line 2, column 9: a number of 19 digits"},
        {"[profile]\npeak <= 1.\n", "line 2, column 11: a digit is wanted"},
        {"[profile]\npeak\n", "line 2, column 5: "},
        {"[profile]\npeak <= 1\n[profile]\n", "line 3, column 1: [profile] was on line 1"},
        {"[profile]\n\n", "line 1, column 1: [profile] has no limit"},
        {"[profile]\nfunction = \"f\"\n", "line 2, column 1: [profile] is the whole"},
        {"[a]\npeak <= 1\n", "line 1, column 1: [a] names no function"},
        {"[a]\nfunction = \"f\"\n[b]\n", "line 1, column 1: [a] has no limit"},
        {"[a]\nfunction = f\n", "line 2, column 12: a pattern in quotes"},
        {"[a]\nfunction = \"f\npeak <= 1\n", "line 2, column 12: the pattern has no end"},
        {"[a]\nfunction = \"\"\n", "line 2, column 12: the pattern is empty"},
        {"[a]\nfunction = \"f\"\nfunction = \"g\"\n", "line 3, column 1: "},
        {"[a]\nfunktion = \"f\"\n", "line 2, column 1: "},
        {"[a]\nabsent = yes\n", "line 2, column 10: only \"absent = allowed\""},
        {"[a]\nlabel = \"l\"\nmodule = \"m\"\nblocks <= 1\n", "line 1, column 1: [a] has a label"},
        {"[a]\nblocks <= 1\nmean_lifetime <= 1 s\nlabel = \"l\"\n",
         "line 3, column 1: scopes have no lifetimes"},
        {"[a\nfunction = \"f\"\n", "line 1, column 1: the name of the section"},
        {"[]\n", "line 1, column 1: the name of a section"},
        {"[profile]\n\x01\n", "line 2, column 1: a figure or a setting is wanted, not \"?\""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        heaplens_failure failure = {0};
        heaplens_budget_file *budget = NULL;
        const heaplens_status status =
            heaplens_budget_file_parse(&budget, cases[i].text, strlen(cases[i].text), &failure);
        EXPECT(status == HEAPLENS_EFORMAT && budget == NULL, "%s is accepted", cases[i].text);
        EXPECT(strncmp(failure.text, cases[i].want, strlen(cases[i].want)) == 0, "%s: %s",
               cases[i].text, failure.text);
    }
}

static void test_budget_file__a_file_that_is_too_large_is_refused(void **state)
{
    (void)state;
    const size_t size = HEAPLENS_BUDGET_BYTES_MAX + 1;
    char *const text = malloc(size);
    assert_non_null(text);
    memset(text, '\n', size);
    heaplens_budget_file *budget = NULL;
    heaplens_failure failure = {0};
    assert_int_equal(heaplens_budget_file_parse(&budget, text, size, &failure), HEAPLENS_EFORMAT);
    assert_string_equal(failure.text, "1048577 bytes, limit 1048576");
    free(text);
}

static void test_budget_file__patterns_match_whole_names(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        const char *text;
        bool want;
    } cases[] = {
        {"parse", "parse", true},
        {"parse", "parser", false},
        {"parse", "xparse", false},
        {"parse_*", "parse_", true},
        {"parse_*", "parse_row", true},
        {"*_row", "parse_row", true},
        {"*_row", "parse_rows", false},
        {"*a*b*", "xxaxxbxx", true},
        {"*a*b*", "xxbxxaxx", false},
        {"a*a*a*a*a*b", "aaaaaaaaaaaaaaaa", false},
        {"?arse", "parse", true},
        {"?arse", "arse", false},
        {"\\*f", "*f", true},
        {"\\*f", "xf", false},
        {"f\\", "f\\", true},
        {"[ab]", "a", false},
        {"", "", true},
        {"", "a", false},
        {"**", "", true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        EXPECT(heaplens__glob_matches(cases[i].pattern, cases[i].text, strlen(cases[i].text)) ==
                   cases[i].want,
               "%s, %s", cases[i].pattern, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget_file__reads_sections_settings_limits_and_comments),
        cmocka_unit_test(test_budget_file__bounds_are_exact),
        cmocka_unit_test(test_budget_file__comparisons_mean_what_they_say),
        cmocka_unit_test(test_budget_file__mistakes_are_told_by_line_and_column),
        cmocka_unit_test(test_budget_file__a_file_that_is_too_large_is_refused),
        cmocka_unit_test(test_budget_file__patterns_match_whole_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
