// SPDX-License-Identifier: MIT
// The report as a document: the same data give the same bytes, and what is read is what was written.
#define _GNU_SOURCE
#include "bench/report_json.h"

#include <stdlib.h>
#include <string.h>

#include "bench/random.h"
#include "bench/report_read.h"
#include "expect.h"

enum { SAMPLES = 40 };

static char *text_of(const char *text)
{
    char *const copy = strdup(text);
    assert_non_null(copy);
    return copy;
}

static void fill_case(heaplens_case_result *result, const char *id, uint64_t seed)
{
    result->id = text_of(id);
    result->name = text_of("na\"me\n\xff");  // quotes, a line break, a byte that is no UTF-8
    result->group = text_of("gr\xc3\xb6up");
    result->has_size = true;
    result->size = 1000 + seed;
    result->plan = (heaplens_plan){HEAPLENS_PLAN_LINEAR, SAMPLES, 3, 1e9 / 3};
    result->samples_wanted = SAMPLES;
    result->sample_count = SAMPLES;
    result->iterations = calloc(SAMPLES, sizeof *result->iterations);
    result->ns = calloc(SAMPLES, sizeof *result->ns);
    heaplens_random random = heaplens__random_seed(seed);
    for (size_t i = 0; i < SAMPLES; i++) {
        result->iterations[i] = 3 * (i + 1);
        result->ns[i] = 3 * (i + 1) * 100 + heaplens__random_below(&random, 50);
    }
    result->items = 7;
    result->counters[0] = (heaplens_counter){"things", 1.0 / 3, true};
    result->counter_count = 1;
    result->memory.is_measured = true;
    result->memory.iterations = 6;
    for (size_t i = 0; i < 6; i++) {
        result->memory.values[HEAPLENS_MEMORY_BLOCKS][i] = 5;
        result->memory.values[HEAPLENS_MEMORY_BYTES][i] = (int64_t)(100 * i * i);
        result->memory.values[HEAPLENS_MEMORY_GROWTH][i] = -(int64_t)i;
    }
    result->memory.sites = calloc(1, sizeof *result->memory.sites);
    result->memory.sites[0] = (heaplens_memory_site){text_of("inner < outer"), 30, 5500, 2500};
    result->memory.site_count = 1;
}

static heaplens_bench_report *make_report(void)
{
    heaplens_bench_report *const report = calloc(1, sizeof *report);
    report->program = text_of("program");
    report->started_unix_s = 1795700000;
    report->settings = (heaplens_bench_settings){
        .warm_up_ns = 1000000,
        .measurement_ns = 2000000,
        .sample_size = SAMPLES,
        .resamples = 500,
        .confidence = 0.9,
        .noise = 0.02,
        .alpha = 0.05,
        .seed = UINT64_MAX,
    };
    (void)snprintf(report->machine.fingerprint, sizeof report->machine.fingerprint, "%s",
                   "0123456789abcdef");
    report->hardware_reason = text_of("none");
    report->cases = calloc(2, sizeof *report->cases);
    report->case_count = 2;
    fill_case(&report->cases[0], "a/b/1", 1);
    fill_case(&report->cases[1], "a/b/2", 2);
    return report;
}

static void drop_report(heaplens_bench_report *report)
{
    heaplens__bench_report_deinit(report);
    free(report);
}

static char *write_report(heaplens_bench_report *report)
{
    for (size_t i = 0; i < report->case_count; i++) {
        assert_int_equal(heaplens__case_estimate(&report->cases[i], &report->settings),
                         HEAPLENS_OK);
    }
    char *text = NULL;
    size_t size = 0;
    FILE *const file = open_memstream(&text, &size);
    assert_non_null(file);
    heaplens__report_write_json(file, report);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void test_report__the_same_data_give_the_same_bytes(void **state)
{
    (void)state;
    heaplens_bench_report *const first = make_report();
    heaplens_bench_report *const second = make_report();
    char *const one = write_report(first);
    char *const two = write_report(second);
    assert_string_equal(one, two);
    free(one);
    free(two);
    drop_report(first);
    drop_report(second);
}

// A case's numbers do not depend on which others ran.
static void test_report__a_case_alone_gives_the_numbers_that_it_gives_among_others(void **state)
{
    (void)state;
    heaplens_bench_report *const both = make_report();
    heaplens_bench_report *const alone = make_report();
    heaplens__case_deinit(&alone->cases[0]);
    alone->cases[0] = alone->cases[1];
    alone->case_count = 1;
    free(write_report(both));
    free(write_report(alone));
    assert_memory_equal(&both->cases[1].estimates, &alone->cases[0].estimates,
                        sizeof(heaplens_estimates));
    drop_report(both);
    drop_report(alone);
}

static void test_report__what_is_read_is_what_was_written(void **state)
{
    (void)state;
    heaplens_bench_report *const report = make_report();
    char *const written = write_report(report);
    heaplens_bench_report read;
    heaplens_bench_failure failure = {{0}};
    const heaplens_status status =
        heaplens__report_parse(&read, written, strlen(written), &failure);
    EXPECT(status == HEAPLENS_OK, "%s", failure.text);
    char *const again = write_report(&read);
    assert_string_equal(again, written);
    free(written);
    free(again);
    heaplens__bench_report_deinit(&read);
    drop_report(report);
}

// Replaces the first `what` of a document, and expects the reader to name the fault.
static void expect_refused(const char *what, const char *instead, const char *named)
{
    heaplens_bench_report *const report = make_report();
    char *const written = write_report(report);
    char *const at = strstr(written, what);
    assert_non_null(at);
    char *text = NULL;
    assert_true(
        asprintf(&text, "%.*s%s%s", (int)(at - written), written, instead, at + strlen(what)) > 0);
    heaplens_bench_report read;
    heaplens_bench_failure failure = {{0}};
    EXPECT(heaplens__report_parse(&read, text, strlen(text), &failure) == HEAPLENS_EFORMAT,
           "%s instead of %s", instead, what);
    EXPECT(strstr(failure.text, named) != NULL, "%s: %s", instead, failure.text);
    EXPECT(read.case_count == 0 && read.cases == NULL, "%s", instead);
    free(text);
    free(written);
    drop_report(report);
}

static void test_report__a_wrong_document_is_refused_with_the_reason(void **state)
{
    (void)state;
    expect_refused("heaplens-bench", "other", "format");
    expect_refused("\"version\": 1", "\"version\": 2", "version 2");
    expect_refused("\"resamples\": 500", "\"resamples\": 5", "resamples");
    expect_refused("\"resamples\": 500", "\"resamples\": 5000000000", "resamples");
    expect_refused("\"seed\": \"18446744073709551615\"", "\"seed\": \"1x\"", "seed");
    expect_refused("\"confidence\": 0.9", "\"confidence\": \"high\"", "confidence");
    expect_refused("\"iterations\": [3,", "\"iterations\": [0,", "sample 0");
    expect_refused("\"iterations\": [3,", "\"iterations\": [", "39 counts");
    expect_refused("\"mode\": \"linear\"", "\"mode\": \"auto\"", "mode");
    expect_refused("\"iterations\": 6", "\"iterations\": 33", "iterations");
    expect_refused("\"iterations\": 6", "\"iterations\": 5", "6 values of blocks");
    expect_refused("\"path\": \"inner < outer\"", "\"path\": null", "path");
    expect_refused("\"things\"",
                   "\"0123456789012345678901234567890123456789012345678901234567890123456\"",
                   "name");
    expect_refused("\"id\": \"a/b/2\"", "\"id\": []", "id");
    expect_refused("\"benchmarks\": [", "\"benchmarks\": [ {},", "id");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report__the_same_data_give_the_same_bytes),
        cmocka_unit_test(test_report__a_case_alone_gives_the_numbers_that_it_gives_among_others),
        cmocka_unit_test(test_report__what_is_read_is_what_was_written),
        cmocka_unit_test(test_report__a_wrong_document_is_refused_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
