// SPDX-License-Identifier: MIT
// Profiles held to budgets: values, bounds and verdicts that were worked out by hand.
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "profile/budget_check.h"
#include "stack_session.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const stack_site sites_before[] = {
    {.stack = "main;load;parse_row.isra.0|grow",
     .bytes_peak = 100,
     .bytes_total = 1000,
     .blocks_total = 10,
     .bytes_end = 0,
     .blocks_temporary = 4,
     .lifetime_ns = 50,
     .lifetime_max_bytes = 300,
     .lifetime_max_ns = 900},
    {.stack = "main;load;parse_cell", .bytes_peak = 50, .bytes_total = 50, .bytes_end = 8},
    {.stack = "main;@10", .bytes_peak = 7, .bytes_total = 7, .bytes_end = 7},
};
static const stack_site sites_after[] = {
    {.stack = "main;load;parse_row.isra.0|grow",
     .bytes_peak = 105,
     .bytes_total = 1050,
     .blocks_total = 10,
     .bytes_end = 0,
     .blocks_temporary = 4,
     .lifetime_ns = 70,
     .lifetime_max_bytes = 400,
     .lifetime_max_ns = 800},
    {.stack = "main;load;parse_cell", .bytes_peak = 50, .bytes_total = 50, .bytes_end = 8},
    {.stack = "main;@10", .bytes_peak = 7, .bytes_total = 7, .bytes_end = 7},
};

typedef struct fixture {
    heaplens_session *before;
    heaplens_session *after;
    heaplens_budget_file *budget;
    heaplens_check *check;
} fixture;

static fixture checked(const char *text, const stack_program *program)
{
    fixture f = {
        .before = stack_session(sites_before, COUNT_OF(sites_before), program),
        .after = stack_session(sites_after, COUNT_OF(sites_after), program),
    };
    heaplens_failure failure = {0};
    EXPECT(heaplens_budget_file_parse(&f.budget, text, strlen(text), &failure) == HEAPLENS_OK, "%s",
           failure.text);
    assert_int_equal(heaplens_check_create(&f.check, f.budget, f.after, f.before, 5), HEAPLENS_OK);
    return f;
}

static void release(fixture *f)
{
    heaplens_check_destroy(f->check);
    heaplens_budget_file_destroy(f->budget);
    heaplens_session_destroy(f->before);
    heaplens_session_destroy(f->after);
}

// One section's limit, and what is to come of it.
typedef struct expectation {
    const char *section;  // its settings
    const char *limit;
    heaplens_verdict verdict;
    uint64_t value;
    uint64_t baseline;
} expectation;

static void expect_results(const expectation *cases, size_t count)
{
    const stack_program program = {.base = 0x1000};
    for (size_t i = 0; i < count; i++) {
        char text[512];
        (void)snprintf(text, sizeof(text), "%s\n%s\n", cases[i].section, cases[i].limit);
        fixture f = checked(text, &program);
        const heaplens_check_result *const result = &f.check->results[0];
        EXPECT(result->verdict == cases[i].verdict, "%s: %s", text,
               heaplens_verdict_name(result->verdict));
        EXPECT(result->value == cases[i].value && result->baseline == cases[i].baseline,
               "%s: %llu, %llu", text, (unsigned long long)result->value,
               (unsigned long long)result->baseline);
        assert_int_equal(heaplens_check_verdict(f.check), cases[i].verdict);
        release(&f);
    }
}

static void test_budget_check__the_whole_profile(void **state)
{
    (void)state;
    static const expectation cases[] = {
        {"[profile]", "peak <= 162", HEAPLENS_VERDICT_WITHIN, 162, 157},
        {"[profile]", "peak < 162", HEAPLENS_VERDICT_BROKEN, 162, 157},
        {"[profile]", "total <= 1 KiB", HEAPLENS_VERDICT_BROKEN, 1107, 1057},
        {"[profile]", "blocks == 12", HEAPLENS_VERDICT_WITHIN, 12, 12},
        {"[profile]", "leaked <= baseline", HEAPLENS_VERDICT_WITHIN, 15, 15},
        {"[profile]", "leaked_blocks == 0", HEAPLENS_VERDICT_BROKEN, 2, 2},
        {"[profile]", "temporary <= 3", HEAPLENS_VERDICT_BROKEN, 4, 4},
        {"[profile]", "mean_lifetime <= 5 ns", HEAPLENS_VERDICT_WITHIN, 5, 4},  // 70/12, 50/12
        {"[profile]", "max_lifetime <= 400", HEAPLENS_VERDICT_WITHIN, 400,
         300},  // the largest of any
        {"[profile]", "max_lifetime_time < 1 us", HEAPLENS_VERDICT_WITHIN, 800, 900},
        {"[profile]", "max_lifetime < 400 B", HEAPLENS_VERDICT_BROKEN, 400, 300},
        {"[profile]", "peak <= baseline + 3 %", HEAPLENS_VERDICT_BROKEN, 162, 157},
        {"[profile]", "peak <= baseline + 4 %", HEAPLENS_VERDICT_WITHIN, 162, 157},
    };
    expect_results(cases, COUNT_OF(cases));
}

static void test_budget_check__parts_of_it(void **state)
{
    (void)state;
    static const expectation cases[] = {
        // Anywhere in the stack, with the suffix of the clone or without, inlined or not.
        {"[s]\nfunction = \"load\"", "peak <= 200", HEAPLENS_VERDICT_WITHIN, 155, 150},
        {"[s]\nfunction = \"parse_*\"", "peak <= 200", HEAPLENS_VERDICT_WITHIN, 155, 150},
        {"[s]\nfunction = \"parse_row\"", "peak <= 100", HEAPLENS_VERDICT_BROKEN, 105, 100},
        {"[s]\nfunction = \"*.isra.0\"", "peak <= 105", HEAPLENS_VERDICT_WITHIN, 105, 100},
        {"[s]\nfunction = \"grow\"", "peak <= 105", HEAPLENS_VERDICT_WITHIN, 105, 100},
        {"[s]\nmodule = \"libdark*\"", "leaked == 7", HEAPLENS_VERDICT_WITHIN, 7, 7},
        {"[s]\nmodule = \"libdark.so\"", "leaked == 7", HEAPLENS_VERDICT_WITHIN, 7, 7},
        {"[s]\nmodule = \"/lib/*\"", "leaked == 7", HEAPLENS_VERDICT_WITHIN, 7, 7},
        {"[s]\nmodule = \"app\"\nfunction = \"parse_cell\"", "leaked <= 7", HEAPLENS_VERDICT_BROKEN,
         8, 8},
        // One frame has to match both: main is in the program, not in the library.
        {"[s]\nmodule = \"libdark*\"\nfunction = \"main\"", "leaked <= 7",
         HEAPLENS_VERDICT_NO_MATCH, 0, 0},
        {"[s]\nprocess = \"a*p\"", "peak <= 162", HEAPLENS_VERDICT_WITHIN, 162, 157},
        {"[profile]\nprocess = \"other\"", "peak <= 162", HEAPLENS_VERDICT_NO_MATCH, 0, 0},
    };
    expect_results(cases, COUNT_OF(cases));
}

static void test_budget_check__what_matches_nothing_is_no_pass(void **state)
{
    (void)state;
    static const expectation cases[] = {
        {"[s]\nfunction = \"prase_*\"", "blocks == 0", HEAPLENS_VERDICT_NO_MATCH, 0, 0},
        {"[s]\nfunction = \"prase_*\"\nabsent = allowed", "blocks == 0", HEAPLENS_VERDICT_WITHIN, 0,
         0},
        {"[s]\nfunction = \"parse_*\"\nabsent = allowed", "blocks == 0", HEAPLENS_VERDICT_BROKEN,
         11, 11},
        {"[s]\nprocess = \"none\"\nabsent = allowed", "blocks == 0", HEAPLENS_VERDICT_WITHIN, 0, 0},
    };
    expect_results(cases, COUNT_OF(cases));
}

static void test_budget_check__names_the_site_that_grew(void **state)
{
    (void)state;
    const stack_program program = {.base = 0x1000};
    fixture f = checked("[profile]\ntotal <= baseline + 4 %\nblocks <= 11\n", &program);
    const heaplens_check_result *const total = &f.check->results[0];
    assert_int_equal(total->bound, 1099);
    assert_int_equal(total->place_count, 1);  // what did not grow is no answer
    const heaplens_diff *const diff = f.check->sections[0].diff;
    const heaplens_check_place *const place = &f.check->places[total->place_first];
    assert_string_equal(stack_path(diff, diff->sites[place->row].path), "main;load;parse_row;grow");
    assert_int_equal(place->before, 1000);
    assert_int_equal(place->after, 1050);
    // Nothing grew in blocks: the largest are shown.
    const heaplens_check_result *const blocks = &f.check->results[1];
    assert_int_equal(blocks->verdict, HEAPLENS_VERDICT_BROKEN);
    assert_int_equal(blocks->place_count, 3);
    assert_int_equal(f.check->places[blocks->place_first].after, 10);
    release(&f);
}

static void test_budget_check__a_profile_that_lost_something_is_never_within(void **state)
{
    (void)state;
    const stack_program program = {.base = 0x1000, .operations_lost = 3};
    fixture f = checked("[profile]\npeak <= 1 GiB\npeak <= 1\n", &program);
    assert_int_equal(f.check->results[0].verdict, HEAPLENS_VERDICT_UNSURE);
    assert_int_equal(f.check->results[1].verdict, HEAPLENS_VERDICT_BROKEN);
    assert_int_equal(heaplens_check_verdict(f.check), HEAPLENS_VERDICT_BROKEN);
    release(&f);
}

static void test_budget_check__a_section_is_about_the_process_that_it_names(void **state)
{
    (void)state;
    const stack_site small[] = {{.stack = "main;work", .bytes_peak = 11}};
    const stack_program program = {.base = 0x1000};
    const stack_program worker = {.base = 0x1000, .executable = "/usr/bin/worker"};
    heaplens_session *const session = stack_session(sites_after, COUNT_OF(sites_after), &program);
    stack_session_add(session, small, 1, &worker);
    static const char text[] = "[profile]\npeak == 162\n"
                               "[worker]\nprocess = \"work*\"\npeak == 11\n";
    heaplens_budget_file *budget = NULL;
    heaplens_check *check = NULL;
    assert_int_equal(heaplens_budget_file_parse(&budget, text, sizeof(text) - 1, NULL),
                     HEAPLENS_OK);
    assert_int_equal(heaplens_check_create(&check, budget, session, NULL, 5), HEAPLENS_OK);
    assert_int_equal(check->verdicts[HEAPLENS_VERDICT_WITHIN], 2);
    assert_int_equal(check->sections[0].processes, 2);
    assert_int_equal(check->sections[1].processes, 1);
    heaplens_check_destroy(check);
    heaplens_budget_file_destroy(budget);
    heaplens_session_destroy(session);
}

static void *copy_of(const void *items, size_t bytes)
{
    void *const copy = malloc(bytes);
    assert_non_null(copy);
    memcpy(copy, items, bytes);
    return copy;
}

static heaplens_name add_name(heaplens_session *session, const char *text)
{
    heaplens_name name = HEAPLENS_NAME_NONE;
    assert_int_equal(heaplens__names_add(&session->names, text, strlen(text), &name), HEAPLENS_OK);
    return name;
}

// Two scopes: "load" peaked at 60 and left 8 bytes behind, "save" peaked at 90.
static void add_scopes(heaplens_session *session)
{
    heaplens_process *const process = &session->processes[0];
    const heaplens_scope_total scopes[] = {
        {.scopes = 3,
         .bytes_total = 700,
         .blocks_total = 9,
         .bytes_live = 8,
         .blocks_live = 1,
         .bytes_peak = 60,
         .blocks_temporary = 2,
         .label = add_name(session, "load")},
        {.scopes = 1,
         .bytes_total = 300,
         .blocks_total = 4,
         .bytes_peak = 90,
         .label = add_name(session, "save")},
    };
    const heaplens_scope_site sites[] = {
        {.scope = 0, .site = 0, .bytes_total = 600, .bytes_peak = 50},
        {.scope = 0, .site = 1, .bytes_total = 100, .bytes_live = 8, .bytes_peak = 10},
        {.scope = 1, .site = 2, .bytes_total = 300, .bytes_peak = 90},
    };
    process->scopes = copy_of(scopes, sizeof(scopes));
    process->scope_count = COUNT_OF(scopes);
    process->scope_sites = copy_of(sites, sizeof(sites));
    process->scope_site_count = COUNT_OF(sites);
}

static heaplens_check *check_of(const char *text, const heaplens_session *session,
                                heaplens_budget_file **budget)
{
    heaplens_check *check = NULL;
    heaplens_failure failure = {0};
    EXPECT(heaplens_budget_file_parse(budget, text, strlen(text), &failure) == HEAPLENS_OK, "%s",
           failure.text);
    assert_int_equal(heaplens_check_create(&check, *budget, session, NULL, 5), HEAPLENS_OK);
    return check;
}

static void test_budget_check__labels_are_of_scopes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        heaplens_verdict verdict;
        uint64_t value;
        size_t places;
    } cases[] = {
        {"[s]\nlabel = \"load\"\npeak <= 60\n", HEAPLENS_VERDICT_WITHIN, 60, 0},
        {"[s]\nlabel = \"load\"\ntotal < 700\n", HEAPLENS_VERDICT_BROKEN, 700, 2},
        {"[s]\nlabel = \"load\"\nleaked == 0\n", HEAPLENS_VERDICT_BROKEN, 8, 1},
        {"[s]\nlabel = \"*\"\npeak <= 89\n", HEAPLENS_VERDICT_BROKEN, 90, 3},
        {"[s]\nlabel = \"*\"\nblocks <= 13\n", HEAPLENS_VERDICT_WITHIN, 13, 0},
        {"[s]\nlabel = \"*\"\ntemporary <= 1\n", HEAPLENS_VERDICT_BROKEN, 2, 0},
        {"[s]\nlabel = \"parse\"\nblocks <= 13\n", HEAPLENS_VERDICT_NO_MATCH, 0, 0},
    };
    const stack_program program = {.base = 0x1000};
    heaplens_session *const session = stack_session(sites_after, COUNT_OF(sites_after), &program);
    add_scopes(session);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        heaplens_budget_file *budget = NULL;
        heaplens_check *const check = check_of(cases[i].text, session, &budget);
        EXPECT(check->results[0].verdict == cases[i].verdict, "%s: %s", cases[i].text,
               heaplens_verdict_name(check->results[0].verdict));
        assert_int_equal(check->results[0].value, cases[i].value);
        assert_int_equal(check->results[0].place_count, cases[i].places);
        heaplens_check_destroy(check);
        heaplens_budget_file_destroy(budget);
    }
    heaplens_session_destroy(session);
}

// Between points of 0, 100, 400 and the end at 500 ns each end of a life is known to 300 ns.
// A budget of one limit, and what it says of a session.
typedef struct budget_case {
    const char *text;
    heaplens_verdict verdict;
} budget_case;

static void expect_verdicts(heaplens_session *session, const budget_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        heaplens_budget_file *budget = NULL;
        heaplens_check *const check = check_of(cases[i].text, session, &budget);
        EXPECT(check->results[0].verdict == cases[i].verdict, "%s: %s", cases[i].text,
               heaplens_verdict_name(check->results[0].verdict));
        heaplens_check_destroy(check);
        heaplens_budget_file_destroy(budget);
    }
}

static void
test_budget_check__a_life_in_time_is_known_to_the_distances_of_the_timeline(void **state)
{
    (void)state;
    static const budget_case cases[] = {
        {"[profile]\nmax_lifetime_time <= 1400 ns\n", HEAPLENS_VERDICT_WITHIN},  // 800 + 2 * 300
        {"[profile]\nmax_lifetime_time <= 1399 ns\n", HEAPLENS_VERDICT_UNSURE},
        {"[profile]\nmax_lifetime_time <= 200 ns\n", HEAPLENS_VERDICT_UNSURE},
        {"[profile]\nmax_lifetime_time <= 199 ns\n", HEAPLENS_VERDICT_BROKEN},
        {"[profile]\nmax_lifetime <= 400\n", HEAPLENS_VERDICT_WITHIN},
    };
    const heaplens_point points[] = {{.time_ns = 0}, {.time_ns = 100}, {.time_ns = 400}};
    const stack_program program = {.base = 0x1000};
    heaplens_session *const session = stack_session(sites_after, COUNT_OF(sites_after), &program);
    heaplens_process *const process = &session->processes[0];
    process->points = copy_of(points, sizeof(points));
    process->point_count = COUNT_OF(points);
    process->facts.duration_ns = 500;
    expect_verdicts(session, cases, COUNT_OF(cases));
    heaplens_session_destroy(session);
}

// A variance of 25 is a standard deviation of 5: 95 % are within 9.8, rounded 10, of the estimate.
static void test_budget_check__an_estimate_that_is_too_close_is_unsure(void **state)
{
    (void)state;
    static const budget_case cases[] = {
        {"[s]\nfunction = \"grow\"\npeak <= 115\n", HEAPLENS_VERDICT_WITHIN},  // 105 + 10
        {"[s]\nfunction = \"grow\"\npeak <= 114\n", HEAPLENS_VERDICT_UNSURE},
        {"[s]\nfunction = \"grow\"\npeak <= 95\n", HEAPLENS_VERDICT_UNSURE},  // 105 - 10
        {"[s]\nfunction = \"grow\"\npeak <= 94\n", HEAPLENS_VERDICT_BROKEN},
        {"[s]\nfunction = \"grow\"\npeak == 105\n", HEAPLENS_VERDICT_UNSURE},
        {"[s]\nfunction = \"grow\"\ntemporary < 9\n", HEAPLENS_VERDICT_UNSURE},
        // A block that was drawn did live for 400 bytes; another one may have for longer.
        {"[s]\nfunction = \"grow\"\nmax_lifetime <= 1 MiB\n", HEAPLENS_VERDICT_UNSURE},
        {"[s]\nfunction = \"grow\"\nmax_lifetime < 400\n", HEAPLENS_VERDICT_BROKEN},
        {"[s]\nfunction = \"grow\"\nmax_lifetime == 400\n", HEAPLENS_VERDICT_UNSURE},
        {"[profile]\npeak <= 172\n", HEAPLENS_VERDICT_WITHIN},  // 162 + 10
        {"[profile]\npeak <= 171\n", HEAPLENS_VERDICT_UNSURE},
        {"[profile]\ntotal == 1107\n", HEAPLENS_VERDICT_WITHIN},  // counted
    };
    const stack_program program = {.base = 0x1000, .flags = HEAPLENS_PROCESS_SAMPLED};
    heaplens_session *const session = stack_session(sites_after, COUNT_OF(sites_after), &program);
    const heaplens_estimate estimate = {.site = 0, .bytes_gmax = 25, .bytes_total = 25};
    session->processes[0].estimates = copy_of(&estimate, sizeof(estimate));
    session->processes[0].estimate_count = 1;
    expect_verdicts(session, cases, COUNT_OF(cases));
    heaplens_session_destroy(session);
}

static void test_budget_check__relative_limits_need_a_baseline(void **state)
{
    (void)state;
    static const char text[] = "[profile]\npeak <= baseline\n";
    const stack_program program = {0};
    heaplens_session *const session = stack_session(sites_after, COUNT_OF(sites_after), &program);
    heaplens_budget_file *budget = NULL;
    heaplens_check *check = NULL;
    assert_int_equal(heaplens_budget_file_parse(&budget, text, sizeof(text) - 1, NULL),
                     HEAPLENS_OK);
    assert_int_equal(heaplens_check_create(&check, budget, session, NULL, 5), HEAPLENS_EINVAL);
    assert_null(check);
    heaplens_budget_file_destroy(budget);
    heaplens_session_destroy(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget_check__the_whole_profile),
        cmocka_unit_test(test_budget_check__parts_of_it),
        cmocka_unit_test(test_budget_check__what_matches_nothing_is_no_pass),
        cmocka_unit_test(test_budget_check__names_the_site_that_grew),
        cmocka_unit_test(test_budget_check__a_profile_that_lost_something_is_never_within),
        cmocka_unit_test(test_budget_check__a_section_is_about_the_process_that_it_names),
        cmocka_unit_test(test_budget_check__labels_are_of_scopes),
        cmocka_unit_test(
            test_budget_check__a_life_in_time_is_known_to_the_distances_of_the_timeline),
        cmocka_unit_test(test_budget_check__an_estimate_that_is_too_close_is_unsure),
        cmocka_unit_test(test_budget_check__relative_limits_need_a_baseline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
