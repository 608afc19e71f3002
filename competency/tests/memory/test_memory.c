// SPDX-License-Identifier: MIT
// What the engine may use of the heap, as budgets; a broken one names the call sites.
//
//     test_memory                 all
//     test_memory NAME            one: baseline_memory_usage, embedding_memory_usage, ...
#include <competency/competency.h>

#include <heaplens/heaplens.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "expect.h"
// cmocka's own messages are cut at 1,024 bytes.
#define HEAPLENS_EXPECT_FAILED(text) ((void)fputs((text), stderr), fail())
#include <heaplens/budget.h>

#include "numbered_skills.h"

enum { SKIPPED = 77, VECTOR_MAX = 1024 };

static competency_model *model;
static competency_embedder embedder;
static float vectors[NUMBERED_SKILLS_MAX * VECTOR_MAX];

static void match(const competency_profile *candidate, const competency_profile *required,
                  const competency_embedder *with)
{
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = with;
    competency_matcher *matcher = NULL;
    competency_match result;
    competency_error err = {0};
    assert_int_equal(competency_matcher_create(&matcher, &options, &err), COMPETENCY_OK);
    const competency_status status =
        competency_match_run(&result, matcher, candidate, required, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
    assert_int_equal(result.required_count, required->count);
    assert_true(result.overall_score >= 0 && result.overall_score <= 1);
    competency_match_destroy(&result);
    competency_matcher_destroy(matcher);
}

// A whole match as a caller has it, the embedding of all names in it.
static heaplens_usage measure_match(size_t candidate_count, size_t required_count)
{
    const competency_profile candidate = numbered_skills(candidate_count);
    const competency_profile required = numbered_skills(required_count);
    char label[32];
    (void)snprintf(label, sizeof(label), "match %zux%zu", candidate_count, required_count);
    heaplens_scope scope = heaplens_scope_begin(label);
    match(&candidate, &required, &embedder);
    const heaplens_usage usage = heaplens_scope_end(&scope);
    print_message("%-14s %8llu bytes at the peak, %4llu blocks\n", label,
                  (unsigned long long)usage.bytes_peak, (unsigned long long)usage.blocks_total);
    return usage;
}

// The vectors of the distinct names are most of it: 384 numbers of 4 bytes each. The result has 16
// bytes a pair, and a mixture some for each. Blocks repeat exactly, and one more is one too many;
// bytes at the peak have a twentieth to spare.
static void baseline_memory_usage(void **state)
{
    (void)state;
    HEAPLENS_EXPECT(measure_match(10, 5), .peak_bytes_max = 68 << 10, .blocks_max = 52,
                    .live_blocks_max = 0);
    HEAPLENS_EXPECT(measure_match(50, 25), .peak_bytes_max = 256 << 10, .blocks_max = 114,
                    .live_blocks_max = 0);
    HEAPLENS_EXPECT(measure_match(100, 50), .peak_bytes_max = 592 << 10, .blocks_max = 175,
                    .live_blocks_max = 0);
}

static void embed(size_t count)
{
    static const char *names[NUMBERED_SKILLS_MAX];
    for (size_t i = 0; i < count; i++) {
        names[i] = numbered_skill_name(i);
    }
    competency_error err = {0};
    const competency_status status = embedder.embed(embedder.self, vectors, names, count, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
}

// The embedder took its memory when it was created: no text costs anything, from the first on.
static void embedding_memory_usage(void **state)
{
    (void)state;
    static const size_t counts[] = {10, 50, 100, 200};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        heaplens_scope scope = heaplens_scope_begin("embed");
        embed(counts[i]);
        const heaplens_usage usage = heaplens_scope_end(&scope);
        print_message("embed %-8zu %8llu bytes at the peak, %4llu blocks\n", counts[i],
                      (unsigned long long)usage.bytes_peak, (unsigned long long)usage.blocks_total);
        HEAPLENS_EXPECT(usage, .blocks_max = 0, .bytes_max = 0);
    }
}

static void *allocate_one(void *self)
{
    (void)self;
    void *volatile block = malloc(1);  // volatile: or the compiler leaves both calls out
    free(block);
    return NULL;
}

static uint64_t count_blocks(void)
{
    heaplens_totals totals;
    assert_int_equal(heaplens_totals_read(&totals), HEAPLENS_OK);
    return totals.blocks_total;
}

// A scope is of one thread, so the totals of all are compared. Once a thread has ended they are
// exact: what it allocated is in them.
static void embedding_on_threads_memory_usage(void **state)
{
    (void)state;
    static const char *names[NUMBERED_SKILLS_MAX];
    enum { COUNT = 200, CALLS = 3 };
    for (size_t i = 0; i < COUNT; i++) {
        names[i] = numbered_skill_name(i);
    }
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.threads = 3;
    competency_embedder shared;
    assert_int_equal(competency_embedder_create(&shared, model, &options, NULL), COMPETENCY_OK);
    const uint64_t before = count_blocks();
    for (size_t call = 0; call < CALLS; call++) {
        assert_int_equal(shared.embed(shared.self, vectors, names, COUNT, NULL), COMPETENCY_OK);
    }
    competency_embedder_destroy(&shared);  // allocates nothing either, and ends the threads
    assert_int_equal(count_blocks() - before, 0);

    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, allocate_one, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(count_blocks() > before);  // a block of another thread is seen
}

// The same skills with vectors of their own: no model takes part.
static competency_profile with_vectors(competency_skill *out, size_t count)
{
    const size_t dimension = embedder.dimension(embedder.self);
    const competency_profile plain = numbered_skills(count);
    for (size_t i = 0; i < count; i++) {
        out[i] = plain.skills[i];
        out[i].embedding = vectors + i * dimension;
        out[i].embedding_size = dimension;
    }
    return (competency_profile){.skills = out, .count = count};
}

static void similarity_calculation_memory(void **state)
{
    (void)state;
    static const struct {
        size_t candidate, required;
        uint64_t peak_max;
        uint64_t blocks_max;
    } cases[] = {
        {10, 5, 52 << 10, 48},
        {50, 25, 184 << 10, 104},
        {100, 50, 456 << 10, 162},
    };
    static competency_skill candidates[NUMBERED_SKILLS_MAX];
    static competency_skill requirements[NUMBERED_SKILLS_MAX];
    embed(100);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const competency_profile candidate = with_vectors(candidates, cases[i].candidate);
        const competency_profile required = with_vectors(requirements, cases[i].required);
        heaplens_scope scope = heaplens_scope_begin("similarity");
        match(&candidate, &required, NULL);
        const heaplens_usage usage = heaplens_scope_end(&scope);
        print_message("similarities %zux%zu %8llu bytes at the peak, %4llu blocks\n",
                      cases[i].candidate, cases[i].required, (unsigned long long)usage.bytes_peak,
                      (unsigned long long)usage.blocks_total);
        HEAPLENS_EXPECT(usage, .peak_bytes_max = cases[i].peak_max,
                        .blocks_max = cases[i].blocks_max, .live_blocks_max = 0);
    }
}

static void match_with_scorer(competency_scorer *scorer, const competency_profile *candidate)
{
    const competency_match *match = NULL;
    competency_error err = {0};
    const competency_status status = competency_scorer_match(
        scorer, &match, candidate, COMPETENCY_WITH_INTERVALS | COMPETENCY_WITH_MATRICES, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
}

// After the first time neither a text nor a pair of skills costs a block.
static void steady_state_allocates_nothing(void **state)
{
    (void)state;
    const competency_profile required = numbered_skills(50);
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = &embedder;
    competency_matcher *matcher = NULL;
    competency_scorer *scorer = NULL;
    assert_int_equal(competency_matcher_create(&matcher, &options, NULL), COMPETENCY_OK);
    assert_int_equal(competency_scorer_create(&scorer, matcher, &required, NULL, NULL),
                     COMPETENCY_OK);
    const competency_profile all = numbered_skills(100);
    match_with_scorer(scorer, &all);
    embed(100);

    heaplens_scope texts = heaplens_scope_begin("100 texts");
    embed(100);
    HEAPLENS_EXPECT(heaplens_scope_end(&texts), .blocks_max = 0, .bytes_max = 0);
    heaplens_scope pairs = heaplens_scope_begin("50 times 1 to 100 pairs");
    for (size_t count = 1; count <= all.count; count++) {
        const competency_profile candidate = numbered_skills(count);
        match_with_scorer(scorer, &candidate);
    }
    HEAPLENS_EXPECT(heaplens_scope_end(&pairs), .blocks_max = 0, .bytes_max = 0);
    competency_scorer_destroy(scorer);
    competency_matcher_destroy(matcher);
}

// The exponent b of peak = a n^b, by least squares on the logarithms.
static double fit_exponent(const double *n, const double *peak, size_t count)
{
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    for (size_t i = 0; i < count; i++) {
        x += log(n[i]);
        y += log(peak[i]);
        xx += log(n[i]) * log(n[i]);
        xy += log(n[i]) * log(peak[i]);
    }
    const double k = (double)count;
    return (k * xy - x * y) / (k * xx - x * x);
}

// Vectors grow with n, the result with n * n, and at 100 skills the vectors are still most of it.
static void memory_growth_patterns(void **state)
{
    (void)state;
    static const double n[] = {10, 20, 50, 100};
    enum { COUNT = sizeof(n) / sizeof(n[0]) };
    double peak[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        const heaplens_usage usage = measure_match((size_t)n[i], (size_t)n[i] / 2);
        HEAPLENS_EXPECT(usage, .live_blocks_max = 0);
        peak[i] = (double)usage.bytes_peak;
    }
    const double exponent = fit_exponent(n, peak, COUNT);
    print_message("peak grows with n to the power %.3f\n", exponent);
    assert_true(exponent > 0.85);
    assert_true(exponent < 1);
}

static int open_engine(void **state)
{
    (void)state;
    competency_error err = {0};
    if (!heaplens_is_active() && heaplens_start(NULL) != HEAPLENS_OK) {
        return -1;
    }
    competency_status status = competency_embedder_create(&embedder, model, NULL, &err);
    if (status == COMPETENCY_OK && embedder.dimension(embedder.self) > VECTOR_MAX) {
        status = COMPETENCY_EUNSUPPORTED;
    }
    if (status != COMPETENCY_OK) {
        print_error("%s\n", err.message);
        return -1;
    }
    embed(1);
    return 0;
}

static int close_engine(void **state)
{
    (void)state;
    competency_embedder_destroy(&embedder);
    competency_model_close(model);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(baseline_memory_usage),
        cmocka_unit_test(embedding_memory_usage),
        cmocka_unit_test(embedding_on_threads_memory_usage),
        cmocka_unit_test(similarity_calculation_memory),
        cmocka_unit_test(memory_growth_patterns),
        cmocka_unit_test(steady_state_allocates_nothing),
    };
    competency_error err = {0};
    if (competency_model_open(&model, NULL, &err) != COMPETENCY_OK) {
        print_message("skipped: %s\n", err.message);
        return SKIPPED;
    }
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
