// SPDX-License-Identifier: MIT
// Who is responsible, and each rule of the findings: a process that breaks it, and one just short of
// that.
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "export/finding_text.h"
#include "profile/findings.h"
#include "synthetic.h"

static void test_responsible__passes_over_wrappers(void **state)
{
    (void)state;
    static const char *const wrappers[] = {
        "__GI___strdup",
        "__strdup",
        "malloc",
        "xmalloc",
        "operator new(unsigned long)",
        "operator new[](unsigned long)",
        "std::vector<int, std::allocator<int> >::_M_realloc_insert",
        "void std::vector<int>::emplace_back<int>(int&&)",
        "__gnu_cxx::new_allocator<int>::allocate(unsigned long, void const*)",
        "alloc::alloc::exchange_malloc",
        "g_malloc0",
        "xzalloc",
        "PyMem_Calloc",
    };
    static const char *const others[] = {
        "main",
        "parse_row",
        "my_malloc",
        "stdlib_init",
        "",
        "x",
        "allocate",
        "Parser::operator new_(x)",
        "int parse<std::string>(std::string)",
    };
    for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++) {
        EXPECT(heaplens__is_wrapper(wrappers[i]), "%s", wrappers[i]);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        EXPECT(!heaplens__is_wrapper(others[i]), "%s", others[i]);
    }
}

static void expect_responsible(heaplens_session *session, size_t site, const char *function)
{
    const heaplens_process *const process = &session->processes[1];
    const heaplens_name name = heaplens__place_function(
        process, heaplens__responsible(session, process, process->sites[site].stack));
    assert_string_equal(heaplens__names_text(&session->names, name), function);
}

static void test_responsible__prefers_a_caller_with_a_name_in_the_same_module_only(void **state)
{
    (void)state;
    heaplens_session *const session = synthetic_session();
    heaplens_process *const process = &session->processes[1];
    expect_responsible(session, 0, "grow_buffer");
    expect_responsible(session, 2, "");  // libother.so.1, called by app
    process->locations[2].module = 0;
    expect_responsible(session, 2, "main");
    expect_responsible(session, 4, "");  // no stack
    process->frames[0].function = process->frames[1].function = 0;
    heaplens_name xmalloc = 0;
    assert_int_equal(heaplens__names_add(&session->names, "xmalloc", 7, &xmalloc), HEAPLENS_OK);
    process->frames[0].function = xmalloc;
    process->frames[1].function = xmalloc;
    expect_responsible(session, 0, "main");
    process->frames[2].function = xmalloc;
    expect_responsible(session, 0, "xmalloc");  // nobody else is there
    heaplens_session_destroy(session);
}

// A session whose process has one site that breaks no rule, of a million blocks.
static heaplens_session *quiet_session(void)
{
    heaplens_session *const session = synthetic_session();
    heaplens_process *const process = &session->processes[1];
    process->site_count = 1;
    process->overflow_count = 0;
    process->facts.bytes_total = 64000000;
    process->facts.blocks_total = 1000000;
    process->facts.bytes_peak = 1000000;
    process->facts.bytes_end = 500000;
    process->facts.duration_ns = 1000;
    process->sites[0] = (heaplens_site){
        .stack = 2,
        .bytes_total = 64000000,
        .blocks_total = 1000000,
        .bytes_gmax = 249999,  // just below a quarter
        .bytes_peak = 400000,
        .last_ns = 1000,
    };
    return session;
}

static void expect_finding(heaplens_session *session, heaplens_finding_kind kind, const char *words)
{
    const heaplens_process *const process = &session->processes[1];
    heaplens_finding *findings = NULL;
    size_t count = 0;
    assert_int_equal(heaplens_findings(session, process, &findings, &count), HEAPLENS_OK);
    EXPECT(count == 1 && findings[0].kind == kind, "%s: %zu findings", heaplens_finding_name(kind),
           count);
    const heaplens_finding_words got = heaplens_finding_explain(session, process, &findings[0]);
    EXPECT(strstr(got.text, words) != NULL, "%s", got.text);
    free(findings);
    heaplens_session_destroy(session);
}

static void expect_none(heaplens_session *session)
{
    heaplens_finding *findings = NULL;
    size_t count = 0;
    assert_int_equal(heaplens_findings(session, &session->processes[1], &findings, &count),
                     HEAPLENS_OK);
    assert_int_equal(count, 0);
    free(findings);
    heaplens_session_destroy(session);
}

static void test_findings__say_nothing_of_an_ordinary_program(void **state)
{
    (void)state;
    expect_none(quiet_session());
}

static void test_findings__name_what_the_peak_is_made_of(void **state)
{
    (void)state;
    heaplens_session *const session = quiet_session();
    session->processes[1].sites[0].bytes_gmax = 250000;
    expect_finding(session, HEAPLENS_FINDING_PEAK, "25.0 % of the peak is from grow_buffer");
}

// The interval of the share is 1.96 (1 - 0.25) 20,000 / 1,000,000: no other site has a variance.
static void test_findings__of_a_sample_have_intervals(void **state)
{
    (void)state;
    heaplens_session *session = quiet_session();
    heaplens_process *const process = &session->processes[1];
    process->sites[0].bytes_gmax = 250000;
    process->sites[0].blocks_gmax = 1;
    process->estimate_count = 1;
    free(process->estimates);
    process->estimates = calloc(1, sizeof(*process->estimates));
    assert_non_null(process->estimates);
    process->estimates[0].bytes_gmax = 20000.0 * 20000.0;
    expect_finding(
        session, HEAPLENS_FINDING_PEAK,
        "25.0 % +- 2.9 % of the peak is from grow_buffer: 244.1 KiB +- 38.3 KiB in about "
        "1 block");
}

static void test_findings__name_what_grows_for_as_long_as_the_program_runs(void **state)
{
    (void)state;
    for (int is_short = 0; is_short < 2; is_short++) {
        heaplens_session *const session = quiet_session();
        heaplens_site *const site = &session->processes[1].sites[0];
        site->blocks_end = 500000;
        site->bytes_end = 25000;
        site->first_ns = is_short ? 501 : 500;
        if (is_short) {
            expect_none(session);
        } else {
            expect_finding(session, HEAPLENS_FINDING_GROWTH,
                           "500,000 of its 1,000,000 blocks were never freed");
        }
    }
}

static void test_findings__name_churn(void **state)
{
    (void)state;
    heaplens_session *session = quiet_session();
    session->processes[1].sites[0].blocks_temporary = 940000;
    session->processes[1].sites[0].lifetime_ns = 500000000;
    expect_finding(session, HEAPLENS_FINDING_CHURN,
                   "94.0 % of the 1,000,000 blocks from grow_buffer were freed before");
    session = quiet_session();
    session->processes[1].sites[0].blocks_temporary = 499999;
    expect_none(session);
}

static void test_findings__name_growth_by_small_steps(void **state)
{
    (void)state;
    heaplens_session *session = quiet_session();
    session->processes[1].sites[0].reallocs = 10;
    session->processes[1].sites[0].bytes_copied = 1600000;
    expect_finding(session, HEAPLENS_FINDING_REALLOC,
                   "10 reallocs in grow_buffer copied 1.5 MiB, 4 ");
    session = quiet_session();
    session->processes[1].sites[0].reallocs = 10;
    session->processes[1].sites[0].bytes_copied = 1599996;  // a buffer that doubles copies less
    expect_none(session);
}

static void test_findings__name_rounding(void **state)
{
    (void)state;
    heaplens_session *session = quiet_session();
    session->processes[1].sites[0].bytes_rounding = 32000000;
    expect_finding(session, HEAPLENS_FINDING_ROUNDING, "gives grow_buffer 50.0 % more");
    session = quiet_session();
    session->processes[1].sites[0].bytes_rounding = 31999998;
    expect_none(session);
}

static void test_findings__name_requests_of_nothing(void **state)
{
    (void)state;
    heaplens_session *session = quiet_session();
    session->processes[1].sites[0].blocks_zero = 10000;
    expect_finding(session, HEAPLENS_FINDING_ZERO_SIZE, "10,000 of the 1,000,000 blocks");
    session = quiet_session();
    session->processes[1].sites[0].blocks_zero = 9999;
    expect_none(session);
}

static void test_findings__put_overflows_first(void **state)
{
    (void)state;
    heaplens_session *const session = synthetic_session();
    const heaplens_process *const process = &session->processes[1];
    heaplens_finding *findings = NULL;
    size_t count = 0;
    assert_int_equal(heaplens_findings(session, process, &findings, &count), HEAPLENS_OK);
    assert_true(count >= 2);
    assert_int_equal(findings[0].kind, HEAPLENS_FINDING_OVERFLOW);
    const heaplens_finding_words got = heaplens_finding_explain(session, process, &findings[0]);
    assert_non_null(strstr(got.text, "of 100 bytes, up to 3 bytes beyond, found when thread 101"));
    free(findings);
    heaplens_session_destroy(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_responsible__passes_over_wrappers),
        cmocka_unit_test(test_responsible__prefers_a_caller_with_a_name_in_the_same_module_only),
        cmocka_unit_test(test_findings__say_nothing_of_an_ordinary_program),
        cmocka_unit_test(test_findings__name_what_the_peak_is_made_of),
        cmocka_unit_test(test_findings__of_a_sample_have_intervals),
        cmocka_unit_test(test_findings__name_what_grows_for_as_long_as_the_program_runs),
        cmocka_unit_test(test_findings__name_churn),
        cmocka_unit_test(test_findings__name_growth_by_small_steps),
        cmocka_unit_test(test_findings__name_rounding),
        cmocka_unit_test(test_findings__name_requests_of_nothing),
        cmocka_unit_test(test_findings__put_overflows_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
