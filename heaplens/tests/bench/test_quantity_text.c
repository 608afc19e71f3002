// SPDX-License-Identifier: MIT
#include "bench/quantity_text.h"

#include "expect.h"

static void test_quantity__times_have_four_digits_and_a_unit(void **state)
{
    (void)state;
    static const struct {
        double ns;
        const char *want;
    } rows[] = {
        {0, "0.000 ns"},       {0.2719, "0.272 ns"},   {1.5, "1.500 ns"},
        {999.94, "999.9 ns"},  {999.96, "1.000 us"},   {12345, "12.35 us"},
        {1.6394e9, "1.639 s"}, {123456e9, "123456 s"}, {999.949e6, "999.9 ms"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[32];
        heaplens__time_text(rows[i].ns, text, sizeof text);
        assert_string_equal(text, rows[i].want);
    }
}

static void test_quantity__rates_count_items_by_1000_and_bytes_by_1024(void **state)
{
    (void)state;
    char text[32];
    heaplens__rate_text(24.3e6, 0, text, sizeof text);
    assert_string_equal(text, "24.3 M items/s");
    heaplens__rate_text(3.0 * 1073741824, 1, text, sizeof text);
    assert_string_equal(text, "3.00 GiB/s");
    heaplens__rate_text(12, 1, text, sizeof text);
    assert_string_equal(text, "12.0 B/s");
}

static void test_quantity__whole_numbers_are_grouped(void **state)
{
    (void)state;
    char text[40];
    heaplens__whole_text(1234567, text, sizeof text);
    assert_string_equal(text, "1,234,567");
    heaplens__whole_text(-999, text, sizeof text);
    assert_string_equal(text, "-999");
    heaplens__whole_text(INT64_MIN, text, sizeof text);
    assert_string_equal(text, "-9,223,372,036,854,775,808");
    heaplens__percent_text(0.05024, text, sizeof text);
    assert_string_equal(text, "+5.02 %");
    heaplens__percent_text(-0.5, text, sizeof text);
    assert_string_equal(text, "-50.0 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantity__times_have_four_digits_and_a_unit),
        cmocka_unit_test(test_quantity__rates_count_items_by_1000_and_bytes_by_1024),
        cmocka_unit_test(test_quantity__whole_numbers_are_grouped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
