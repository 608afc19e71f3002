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

// All figures of the sampled program, and no others, have an interval: variances of sites 0 and 1 are
// chosen so that half of it is a round figure, alone and together.
static void test_report_text__has_an_interval_beside_every_sampled_figure(void **state)
{
    (void)state;
    static page got;
    const double half_100k = 102400 / 1.959963985;  // 100 KiB
    const double half_75 = 75 / 1.959963985;        // blocks
    const double variance = half_100k * half_100k;
    heaplens_session *const session = synthetic_session();
    heaplens_process *const process = &session->processes[1];
    process->estimates = calloc(2, sizeof(*process->estimates));
    assert_non_null(process->estimates);
    process->estimate_count = 2;
    for (uint32_t i = 0; i < 2; i++) {
        // 3-4-5: 300 and 400 KiB are 500 KiB together.
        const double scale = i == 0 ? 9 : 16;
        process->estimates[i] = (heaplens_estimate){.site = i,
                                                    .samples = 20,
                                                    .bytes_gmax = scale * variance,
                                                    .bytes_total = scale * variance,
                                                    .bytes_peak = variance,
                                                    .blocks_total = half_75 * half_75,
                                                    .blocks_gmax = half_75 * half_75};
    }
    process->facts.flags |= HEAPLENS_PROCESS_SAMPLED;
    process->facts.sample_bytes = 65536;
    process->facts.samples = 40;
    heaplens_sink sink = {.write = write_page, .self = &got};
    got.size = 0;
    const heaplens_report_options options = {0};
    assert_int_equal(heaplens_write_text(&sink, session, process, &options), HEAPLENS_OK);
    static const char *const lines[] = {
        // totals
        "2.9 MiB +- 500.0 KiB   in 105 +- 106 blocks, 3 ms after the start\n",
        "4.8 MiB                in 1,205 blocks over the whole run\n",
        // answers
        "most at the peak   2.8 MiB +- 500.0 KiB (96.7 %) from grow_buffer",
        // rankings
        "#1        2.4 MiB +- 300.0 KiB    83.3 %  grow_buffer < parse_row < main\n",
        "#2      390.6 KiB +- 400.0 KiB    13.3 %  grow_buffer < parse_row < grow_buffer\n",
        "#3       97.7 KiB                  3.3 %  libother.so.1+0x8010 < main\n",
        // functions
        "0 B                  0.0 %        2.8 MiB +- 500.0 KiB    96.7 %   parse_row\n",
        "2.8 MiB +- 500.0 KiB    96.7 %        2.8 MiB +- 500.0 KiB    96.7 %   grow_buffer\n",
        // tree
        "   390.6 KiB +- 400.0 KiB    13.3 %      parse_row\n",
        // figures of a site
        "at the process's peak     2.4 MiB +- 300.0 KiB  in 100 +- 75 blocks\n",
        "at its own peak           2.5 MiB +- 100.0 KiB  in 90 blocks\n",
        // 750 of 1,000 blocks of 2 KiB and more, one drawn in 32: n = 1000 / (k + 1/4), k = 31.5.
        "temporary 75.0 % +- 17.6 %",
        // requests are all counted
        "  from 2.0 KiB              1,150    95.4 %  ####",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        EXPECT(strstr(got.text, lines[i]) != NULL, "no \"%s\" in:\n%s", lines[i], got.text);
    }
    heaplens_session_destroy(session);
}

static void test_report_text__draws_the_timeline_in_the_letters_of_the_terminal(void **state)
{
    (void)state;
    static page got;
    const heaplens_report_options narrow = {.width = 48, .has_utf8 = true};
    got.size = 0;
    assert_int_equal(report(&got, &narrow), HEAPLENS_OK);
    // 25 columns for 5 ms: from 1 ms, the 6th, on 900,000 of 3,000,000 bytes: 14 of 48 eighths.
    assert_non_null(strstr(got.text, "  heap        2.9 MiB |               "
                                     "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88"));
    assert_non_null(strstr(got.text, "                      |     \xe2\x96\x86\xe2\x96\x86"));
    assert_non_null(strstr(got.text, "0 B +-------------------------\n"));
    assert_non_null(strstr(got.text, "                      0                    5 ms\n"));
    const heaplens_report_options ascii = {.width = 48};
    got.size = 0;
    assert_int_equal(report(&got, &ascii), HEAPLENS_OK);
    assert_null(strstr(got.text, "\xe2\x96"));
    assert_non_null(strstr(got.text, "  heap        2.9 MiB |               ##########\n"));
    // Too narrow for a plot.
    const heaplens_report_options tiny = {.width = 30};
    got.size = 0;
    assert_int_equal(report(&got, &tiny), HEAPLENS_OK);
    assert_null(strstr(got.text, "Over time"));
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
        cmocka_unit_test(test_report_text__has_an_interval_beside_every_sampled_figure),
        cmocka_unit_test(test_report_text__draws_the_timeline_in_the_letters_of_the_terminal),
        cmocka_unit_test(test_report_text__cuts_no_name_however_narrow_the_terminal),
        cmocka_unit_test(test_report_text__lets_no_escape_sequence_of_the_program_through),
        cmocka_unit_test(test_report_text__has_color_only_if_it_is_wanted),
        cmocka_unit_test(test_report_text__says_when_it_cannot_be_written),
        cmocka_unit_test(test_figure_text__counts_with_separators),
        cmocka_unit_test(test_figure_text__chooses_the_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
