// SPDX-License-Identifier: MIT
// The report for people, against a file that was read by a person. To make it again after a change
// that was meant: heaplens report --top 3 FILE > report.golden, with FILE of write_synthetic session.
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "export/figure_text.h"
#include "export/report_text.h"
#include "synthetic.h"

typedef struct page {
    char text[65536];
    size_t size;
    size_t room;  // 0: unlimited
} page;

static heaplens_status write_page(void *self, const char *data, size_t size)
{
    page *const to = self;
    if (size > sizeof(to->text) - 1 - to->size || (to->room > 0 && to->size + size > to->room)) {
        return HEAPLENS_EIO;
    }
    memcpy(to->text + to->size, data, size);
    to->size += size;
    to->text[to->size] = '\0';
    return HEAPLENS_OK;
}

static heaplens_status report(page *to, const heaplens_report_options *options)
{
    heaplens_session *const session = synthetic_session();
    heaplens_sink sink = {.write = write_page, .self = to};
    const heaplens_status status =
        heaplens_write_text(&sink, session, heaplens_session_largest(session), options);
    heaplens_session_destroy(session);
    return status;
}

static void test_report_text__is_what_a_person_has_read(void **state)
{
    (void)state;
    static page got;
    static char want[65536];
    const heaplens_report_options options = {.top = 3};
    got.size = 0;
    assert_int_equal(report(&got, &options), HEAPLENS_OK);
    FILE *const file = fopen(REPORT_GOLDEN, "rb");
    assert_non_null(file);
    const size_t size = fread(want, 1, sizeof(want) - 1, file);
    (void)fclose(file);
    want[size] = '\0';
    assert_string_equal(got.text, want);
}

static void test_report_text__cuts_no_name_however_narrow_the_terminal(void **state)
{
    (void)state;
    static page got;
    const heaplens_report_options options = {.top = 5, .width = 40};
    got.size = 0;
    assert_int_equal(report(&got, &options), HEAPLENS_OK);
    assert_non_null(strstr(
        got.text, "a_function_with_a_name_longer_than_the_column_for_names\n          [app]"));
    assert_non_null(strstr(got.text, "grow_buffer\n          parse.c:12  [app]"));
}

static void test_report_text__lets_no_escape_sequence_of_the_program_through(void **state)
{
    (void)state;
    static page got;
    const heaplens_report_options options = {.has_metric = true};
    got.size = 0;
    assert_int_equal(report(&got, &options), HEAPLENS_OK);
    assert_null(strchr(got.text, '\x1b'));
}

static void test_report_text__has_color_only_if_it_is_wanted(void **state)
{
    (void)state;
    static page got;
    const heaplens_report_options options = {.has_color = true};
    got.size = 0;
    assert_int_equal(report(&got, &options), HEAPLENS_OK);
    assert_non_null(strstr(got.text, "\x1b[1m"));
}

static void test_report_text__says_when_it_cannot_be_written(void **state)
{
    (void)state;
    static page got;
    const heaplens_report_options options = {0};
    got.size = 0;
    got.room = 100;
    assert_int_equal(report(&got, &options), HEAPLENS_EIO);
    got.room = 0;
}

static void test_figure_text__counts_with_separators(void **state)
{
    (void)state;
    assert_string_equal(heaplens__figure_count(0).text, "0");
    assert_string_equal(heaplens__figure_count(999).text, "999");
    assert_string_equal(heaplens__figure_count(1000).text, "1,000");
    assert_string_equal(heaplens__figure_count(UINT64_MAX).text, "18,446,744,073,709,551,615");
}

static void test_figure_text__chooses_the_unit(void **state)
{
    (void)state;
    assert_string_equal(heaplens__figure_bytes(1023).text, "1023 B");
    assert_string_equal(heaplens__figure_bytes(1024).text, "1.0 KiB");
    assert_string_equal(heaplens__figure_bytes((1 << 20) - 1).text, "1.0 MiB");
    assert_string_equal(heaplens__figure_bytes(UINT64_MAX).text, "16.0 EiB");
    assert_string_equal(heaplens__figure_time(999).text, "999 ns");
    assert_string_equal(heaplens__figure_time(1500).text, "1.5 us");
    assert_string_equal(heaplens__figure_time(UINT64_C(90000000000)).text, "90.00 s");
    assert_string_equal(heaplens__figure_time(UINT64_C(200000000000)).text, "3 min 20 s");
    assert_string_equal(heaplens__figure_share(1, 3).text, "33.3 %");
    assert_string_equal(heaplens__figure_share(0, 0).text, "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_text__is_what_a_person_has_read),
        cmocka_unit_test(test_report_text__cuts_no_name_however_narrow_the_terminal),
        cmocka_unit_test(test_report_text__lets_no_escape_sequence_of_the_program_through),
        cmocka_unit_test(test_report_text__has_color_only_if_it_is_wanted),
        cmocka_unit_test(test_report_text__says_when_it_cannot_be_written),
        cmocka_unit_test(test_figure_text__counts_with_separators),
        cmocka_unit_test(test_figure_text__chooses_the_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
