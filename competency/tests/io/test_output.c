// SPDX-License-Identifier: MIT
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "io/number_text.h"
#include "io/output.h"

typedef struct collected {
    char text[65536];
    size_t size;
    size_t calls_left;  // writes that succeed
} collected;

static competency_status collect(void *self, const char *data, size_t size)
{
    collected *const to = self;
    if (to->calls_left == 0) {
        return COMPETENCY_EIO;
    }
    to->calls_left--;
    assert_true(to->size + size < sizeof(to->text));
    memcpy(to->text + to->size, data, size);
    to->size += size;
    to->text[to->size] = '\0';
    return COMPETENCY_OK;
}

static collected *expect_output(void (*write)(competency__output *output, const char *text),
                                const char *text, const char *want)
{
    static collected to;
    static competency__output output;
    to = (collected){.calls_left = 1};
    const competency_sink sink = {.self = &to, .write = collect};
    competency__output_init(&output, &sink);
    write(&output, text);
    assert_int_equal(competency__output_flush(&output), COMPETENCY_OK);
    assert_string_equal(to.text, want);
    return &to;
}

static void write_six_columns(competency__output *output, const char *text)
{
    competency__output_column(output, text, 6);
}

static void test_output__json_strings_are_escaped(void **state)
{
    (void)state;
    (void)expect_output(competency__output_json_text, "a\"b\\c/", "\"a\\\"b\\\\c/\"");
    (void)expect_output(competency__output_json_text, "\b\t\n\v\f\r\x1b\x7f",
                        "\"\\b\\t\\n\\u000b\\f\\r\\u001b\x7f\"");
    (void)expect_output(competency__output_json_text, "\xC3\xA9\xF0\x9F\x8D\x9E",
                        "\"\xC3\xA9\xF0\x9F\x8D\x9E\"");
    (void)expect_output(competency__output_json_text, "x\xC3y\xFF", "\"x\\ufffdy\\ufffd\"");
    (void)expect_output(competency__output_json_text, NULL, "null");
    (void)expect_output(competency__output_json_text, "", "\"\"");
}

static void test_output__columns_count_what_the_eye_sees(void **state)
{
    (void)state;
    (void)expect_output(write_six_columns, "abc", "abc   ");
    (void)expect_output(write_six_columns, "abcdef", "abcdef");
    (void)expect_output(write_six_columns, "abcdefg", "abcd..");
    (void)expect_output(write_six_columns, "e\xCC\x81\xCC\x81", "e\xCC\x81\xCC\x81     ");
    // Two columns each: only one fits before the two dots, with a blank to spare.
    (void)expect_output(write_six_columns, "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E",
                        "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E");
    (void)expect_output(write_six_columns, "a\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E",
                        "a\xE6\x97\xA5.. ");
    // An escape sequence and a right-to-left override must not reach the terminal.
    (void)expect_output(write_six_columns, "\033[1m", "?[1m  ");
    (void)expect_output(write_six_columns,
                        "a\xE2\x80\xAE"
                        "b",
                        "a?b   ");
    assert_int_equal(competency__display_columns("\xE6\x97\xA5"
                                                 "e\xCC\x81"),
                     3);
}

static void test_output__the_first_failure_sticks(void **state)
{
    (void)state;
    static collected to;
    static competency__output output;
    to = (collected){.calls_left = 1};
    const competency_sink sink = {.self = &to, .write = collect};
    competency__output_init(&output, &sink);
    for (size_t i = 0; i < 3 * (size_t)COMPETENCY__OUTPUT_BYTES; i++) {
        competency__output_text(&output, "x");
    }
    assert_int_equal(competency__output_flush(&output), COMPETENCY_EIO);
    assert_int_equal(to.size, COMPETENCY__OUTPUT_BYTES);
}

static void test_output__fixed_numbers_round_to_three_places(void **state)
{
    (void)state;
    static collected to;
    static competency__output output;
    to = (collected){.calls_left = 1};
    const competency_sink sink = {.self = &to, .write = collect};
    competency__output_init(&output, &sink);
    competency__output_fixed(&output, 0.0625, 6);
    competency__output_fixed(&output, -0.25, 8);
    competency__output_fixed(&output, -0.0004, 7);
    competency__output_fixed(&output, 12.9996, 0);
    competency__output_fixed(&output, (double)NAN, 5);
    assert_int_equal(competency__output_flush(&output), COMPETENCY_OK);
    assert_string_equal(to.text, " 0.063  -0.250  0.00013.000 null");
}

static void test_number_text__reads_back_and_is_shortest(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {1, "1"},
        {0.1, "0.1"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {-2.5, "-2.5"},
        {1e300, "1e+300"},
        {5e-324, "4.94065645841247e-324"},
        {HUGE_VAL, "null"},
        {(double)NAN, "null"},
        {0.05500000000000001, "0.05500000000000001"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[COMPETENCY__NUMBER_TEXT_BYTES];
        assert_int_equal(competency__number_text(text, cases[i].value), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
    // splitmix64 over bit patterns: every finite double reads back.
    uint64_t seed = 42;
    for (int i = 0; i < 100000; i++) {
        seed += 0x9E3779B97F4A7C15U;
        uint64_t bits = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9U;
        bits ^= bits >> 27;
        double value = 0;
        memcpy(&value, &bits, sizeof(value));
        char text[COMPETENCY__NUMBER_TEXT_BYTES];
        (void)competency__number_text(text, value);
        if (isfinite(value)) {
            EXPECT(strtod(text, NULL) == value, "%s", text);
        }
    }
}

static void test_number_text__has_a_point_in_every_locale(void **state)
{
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8",
                                          "ps_AF.UTF-8"};
    size_t tried = 0;
    for (size_t i = 0; i < sizeof(locales) / sizeof(locales[0]); i++) {
        if (setlocale(LC_NUMERIC, locales[i]) != NULL) {  // NOLINT(concurrency-mt-unsafe)
            char text[COMPETENCY__NUMBER_TEXT_BYTES];
            (void)competency__number_text(text, 1234.5);
            assert_string_equal(text, "1234.5");
            tried++;
        }
    }
    (void)setlocale(LC_NUMERIC, "C");  // NOLINT(concurrency-mt-unsafe)
    if (tried == 0) {
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output__json_strings_are_escaped),
        cmocka_unit_test(test_output__columns_count_what_the_eye_sees),
        cmocka_unit_test(test_output__the_first_failure_sticks),
        cmocka_unit_test(test_output__fixed_numbers_round_to_three_places),
        cmocka_unit_test(test_number_text__reads_back_and_is_shortest),
        cmocka_unit_test(test_number_text__has_a_point_in_every_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
