// SPDX-License-Identifier: MIT
// A scorer: the bits of single matches, bounded memory, none of it taken in steady state.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <competency/scorer.h>

#include "expect.h"
#include "tests/support/counted_memory.h"

enum { DIMENSION = 8, SKILLS_MAX = 12, CANDIDATES = 60, NAMES = 40 };

static char names[NAMES][16];

// A vector that depends on the text alone.
static void fill_vector(float *vector, const char *text)
{
    uint32_t seed = 2166136261U;
    for (; *text != '\0'; text++) {
        seed = (seed ^ (unsigned char)*text) * 16777619U;
    }
    for (size_t i = 0; i < DIMENSION; i++) {
        seed = seed * 1664525U + 1013904223U;
        vector[i] = 0.1F + (float)(seed >> 8) / (float)(1U << 24);
    }
}

// Texts that were asked for; the status is what every call gives.
typedef struct fake_embedder {
    size_t texts;
    competency_status status;
} fake_embedder;

static size_t fake_dimension(void *self)
{
    (void)self;
    return DIMENSION;
}

static competency_status fake_embed(void *self, float *out, const char *const *texts, size_t count,
                                    competency_error *err)
{
    (void)err;
    fake_embedder *const fake = self;
    for (size_t i = 0; i < count && fake->status == COMPETENCY_OK; i++) {
        fill_vector(out + i * DIMENSION, texts[i]);
        fake->texts++;
    }
    return fake->status;
}

static uint32_t random_state = 20261126;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525U + 1013904223U;
    return (random_state >> 8) % limit;
}

static float own_vectors[4][DIMENSION];

static competency_profile random_profile(competency_skill *skills, bool is_candidate)
{
    const size_t count = 1 + random_below(SKILLS_MAX);
    for (size_t i = 0; i < count; i++) {
        skills[i] = (competency_skill){
            .name = names[random_below(NAMES)],
            .level = {.value = random_below(6), .max = 5, .is_disclosed = true},
            .weight = 1,
        };
        skills[i].level.is_disclosed = !is_candidate || i == 0 || random_below(6) != 0;
        if (random_below(5) == 0) {
            skills[i].embedding = own_vectors[random_below(4)];
            skills[i].embedding_size = DIMENSION;
        }
    }
    return (competency_profile){skills, count};
}

static competency_skill role_skills[SKILLS_MAX];
static competency_profile role;
static competency_skill candidate_skills[CANDIDATES][SKILLS_MAX];
static competency_profile candidates[CANDIDATES];

static int make_profiles(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "Skill %zu", i);
    }
    for (size_t i = 0; i < 4; i++) {
        fill_vector(own_vectors[i], names[i + 4]);
    }
    role = random_profile(role_skills, false);
    for (size_t c = 0; c < CANDIDATES; c++) {
        candidates[c] = random_profile(candidate_skills[c], true);
    }
    return 0;
}

static competency_matcher *make_matcher(const competency_embedder *embedder,
                                        const competency_allocator *allocator)
{
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = embedder;
    options.allocator = allocator;
    competency_matcher *matcher = NULL;
    assert_int_equal(competency_matcher_create(&matcher, &options, NULL), COMPETENCY_OK);
    return matcher;
}

static competency_embedder embedder_of(fake_embedder *fake)
{
    return (competency_embedder){.self = fake, .dimension = fake_dimension, .embed = fake_embed};
}

enum { ALL_PARTS = COMPETENCY_WITH_INTERVALS | COMPETENCY_WITH_MATRICES };

static const competency_match *score(competency_scorer *scorer, size_t c, unsigned parts)
{
    const competency_match *match = NULL;
    competency_error err = {0};
    const competency_status status =
        competency_scorer_match(scorer, &match, &candidates[c], parts, &err);
    EXPECT(status == COMPETENCY_OK, "candidate %zu: %s", c, err.message);
    return match;
}

static void expect_same_bits(const competency_match *a, const competency_match *b)
{
    assert_memory_equal(&a->overall_score, &b->overall_score, sizeof(double));
    assert_int_equal(a->required_count, b->required_count);
    assert_int_equal(a->candidate_count, b->candidate_count);
    const size_t cells = a->required_count * a->candidate_count;
    assert_memory_equal(a->scores, b->scores, a->required_count * sizeof(a->scores[0]));
    assert_memory_equal(a->similarities, b->similarities, cells * sizeof(double));
    assert_memory_equal(a->pairwise, b->pairwise, cells * sizeof(double));
    assert_memory_equal(a->columns, b->columns, a->candidate_count * sizeof(size_t));
}

// Every candidate twice through a scorer that remembers this many names.
static void check_against_single_matches(size_t names_max)
{
    fake_embedder fake = {0};
    const competency_embedder embedder = embedder_of(&fake);
    competency_matcher *const matcher = make_matcher(&embedder, NULL);
    competency_scorer_options options = COMPETENCY_SCORER_OPTIONS_INIT;
    options.names_max = names_max;
    competency_scorer *scorer = NULL;
    assert_int_equal(competency_scorer_create(&scorer, matcher, &role, &options, NULL),
                     COMPETENCY_OK);
    for (size_t c = 0; c < 2 * CANDIDATES; c++) {
        competency_match single;
        assert_int_equal(
            competency_match_run(&single, matcher, &candidates[c % CANDIDATES], &role, NULL),
            COMPETENCY_OK);
        expect_same_bits(score(scorer, c % CANDIDATES, ALL_PARTS), &single);
        competency_match_destroy(&single);
    }
    competency_scorer_destroy(scorer);
    competency_matcher_destroy(matcher);
}

static void test_scorer__gives_the_bits_of_single_matches(void **state)
{
    (void)state;
    check_against_single_matches(0);
}

static void test_scorer__that_forgets_names_gives_the_same_bits(void **state)
{
    (void)state;
    check_against_single_matches(1);
    check_against_single_matches(7);
}

static void test_scorer__what_is_not_wanted_is_left_out_and_the_rest_is_the_same(void **state)
{
    (void)state;
    fake_embedder fake = {0};
    const competency_embedder embedder = embedder_of(&fake);
    competency_matcher *const matcher = make_matcher(&embedder, NULL);
    competency_scorer *whole = NULL;
    competency_scorer *plain = NULL;
    assert_int_equal(competency_scorer_create(&whole, matcher, &role, NULL, NULL), COMPETENCY_OK);
    assert_int_equal(competency_scorer_create(&plain, matcher, &role, NULL, NULL), COMPETENCY_OK);
    for (size_t c = 0; c < CANDIDATES; c++) {
        const competency_match *const a = score(whole, c, ALL_PARTS);
        const competency_match *const b = score(plain, c, 0);
        assert_null(b->similarities);
        assert_null(b->pairwise);
        assert_memory_equal(&a->overall_score, &b->overall_score, sizeof(double));
        for (size_t i = 0; i < role.count; i++) {
            assert_memory_equal(&a->scores[i].probability, &b->scores[i].probability,
                                sizeof(double));
            assert_int_equal(a->scores[i].best, b->scores[i].best);
            assert_true(isnan(b->scores[i].interval.lower) && isnan(b->scores[i].interval.upper));
            assert_true(a->scores[i].interval.lower <= a->scores[i].interval.upper);
        }
    }
    competency_scorer_destroy(whole);
    competency_scorer_destroy(plain);
    competency_matcher_destroy(matcher);
}

static void test_scorer__steady_state_allocates_nothing_and_embeds_nothing(void **state)
{
    (void)state;
    fake_embedder fake = {0};
    counted_memory memory = {0};
    const competency_embedder embedder = embedder_of(&fake);
    const competency_allocator allocator = {&memory, counted_reallocate};
    competency_matcher *const matcher = make_matcher(&embedder, &allocator);
    competency_scorer *scorer = NULL;
    assert_int_equal(competency_scorer_create(&scorer, matcher, &role, NULL, NULL), COMPETENCY_OK);
    for (size_t c = 0; c < CANDIDATES; c++) {
        (void)score(scorer, c, ALL_PARTS);
    }
    const size_t calls = memory.calls;
    const size_t texts = fake.texts;
    assert_true(calls > 0 && texts > 0);
    for (size_t round = 0; round < 10; round++) {
        for (size_t c = 0; c < CANDIDATES; c++) {
            (void)score(scorer, c, ALL_PARTS);
        }
    }
    assert_int_equal(memory.calls, calls);
    assert_int_equal(fake.texts, texts);
    competency_scorer_destroy(scorer);
    competency_matcher_destroy(matcher);
    assert_int_equal(memory.live, 0);
}

// Names and levels that never come again must not make the scorer grow.
static void test_scorer__a_stream_of_new_names_and_levels_is_bounded(void **state)
{
    (void)state;
    fake_embedder fake = {0};
    counted_memory memory = {0};
    const competency_embedder embedder = embedder_of(&fake);
    const competency_allocator allocator = {&memory, counted_reallocate};
    competency_matcher *const matcher = make_matcher(&embedder, &allocator);
    competency_scorer_options options = COMPETENCY_SCORER_OPTIONS_INIT;
    options.names_max = 100;
    competency_scorer *scorer = NULL;
    assert_int_equal(competency_scorer_create(&scorer, matcher, &role, &options, NULL),
                     COMPETENCY_OK);
    size_t live_max = 0;
    for (size_t c = 0; c < 5000; c++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "New %zu", c);
        const competency_skill skill = {
            .name = name,
            .level = {.value = 1 + (double)c, .max = 10000, .is_disclosed = true},
        };
        const competency_profile profile = {&skill, 1};
        const competency_match *match = NULL;
        assert_int_equal(competency_scorer_match(scorer, &match, &profile, ALL_PARTS, NULL),
                         COMPETENCY_OK);
        live_max = memory.live > live_max ? memory.live : live_max;
    }
    // A name is one block, a level three: 101 + 3 * 257, and a dozen arrays.
    EXPECT(live_max < 920, "%zu blocks", live_max);
    competency_scorer_destroy(scorer);
    competency_matcher_destroy(matcher);
    assert_int_equal(memory.live, 0);
}

// Everything from matcher to results with the k-th allocation failing.
static competency_status run_all(counted_memory *memory, competency_error *err)
{
    fake_embedder fake = {0};
    const competency_embedder embedder = embedder_of(&fake);
    const competency_allocator allocator = {memory, counted_reallocate};
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = &embedder;
    options.allocator = &allocator;
    competency_matcher *matcher = NULL;
    competency_scorer *scorer = NULL;
    competency_status status = competency_matcher_create(&matcher, &options, err);
    if (status == COMPETENCY_OK) {
        status = competency_scorer_create(&scorer, matcher, &role, NULL, err);
    }
    for (size_t c = 0; c < 4 && status == COMPETENCY_OK; c++) {
        const competency_match *match = NULL;
        status = competency_scorer_match(scorer, &match, &candidates[c], ALL_PARTS, err);
        assert_true((status == COMPETENCY_OK) == (match != NULL));
        if (status == COMPETENCY_ENOMEM && err != NULL) {
            // The scorer is still usable, and right.
            competency_match single;
            assert_int_equal(competency_match_run(&single, matcher, &candidates[c], &role, NULL),
                             COMPETENCY_OK);
            expect_same_bits(score(scorer, c, ALL_PARTS), &single);
            competency_match_destroy(&single);
        }
    }
    competency_scorer_destroy(scorer);
    competency_matcher_destroy(matcher);
    return status;
}

static void test_scorer__every_allocation_may_fail_and_the_scorer_stays_right(void **state)
{
    (void)state;
    size_t k = 1;
    for (; k < 2000; k++) {
        counted_memory memory = {.fail_at = k};
        competency_error err = {0};
        const competency_status status = run_all(&memory, &err);
        assert_int_equal(memory.live, 0);
        if (status == COMPETENCY_OK) {
            break;
        }
        EXPECT(status == COMPETENCY_ENOMEM, "allocation %zu: %d", k, (int)status);
        EXPECT(strstr(err.message, "no memory") != NULL, "allocation %zu: %s", k, err.message);
    }
    EXPECT(k > 30 && k < 2000, "%zu allocations", k);
}

static void test_scorer__a_failing_embedder_leaves_no_trace(void **state)
{
    (void)state;
    fake_embedder fake = {0};
    const competency_embedder embedder = embedder_of(&fake);
    competency_matcher *const matcher = make_matcher(&embedder, NULL);
    competency_scorer *scorer = NULL;
    assert_int_equal(competency_scorer_create(&scorer, matcher, &role, NULL, NULL), COMPETENCY_OK);
    const competency_match *match = NULL;
    competency_error err = {0};
    fake.status = COMPETENCY_EIO;
    assert_int_equal(competency_scorer_match(scorer, &match, &candidates[0], 0, &err),
                     COMPETENCY_EIO);
    assert_null(match);
    assert_string_equal(err.message, "embedder: input/output error");
    fake.status = COMPETENCY_OK;
    competency_match single;
    assert_int_equal(competency_match_run(&single, matcher, &candidates[0], &role, NULL),
                     COMPETENCY_OK);
    expect_same_bits(score(scorer, 0, ALL_PARTS), &single);
    competency_match_destroy(&single);
    competency_scorer_destroy(scorer);
    competency_matcher_destroy(matcher);
}

static void test_scorer__refuses_a_role_and_a_candidate_that_are_none(void **state)
{
    (void)state;
    competency_matcher *const matcher = make_matcher(NULL, NULL);
    competency_scorer *scorer = NULL;
    competency_error err = {0};
    const competency_profile nothing = {NULL, 0};
    assert_int_equal(competency_scorer_create(&scorer, matcher, &nothing, NULL, &err),
                     COMPETENCY_EEMPTY);
    assert_null(scorer);
    competency_skill need = {
        .name = "Python",
        .level = {.value = 1, .max = 5, .is_disclosed = true},
    };
    const competency_profile needs = {&need, 1};
    assert_int_equal(competency_scorer_create(&scorer, matcher, &needs, NULL, &err),
                     COMPETENCY_EINVAL);
    assert_string_equal(err.message, "required skill 0 \"Python\": it has no embedding, and there "
                                     "is no embedder");
    need.embedding = own_vectors[0];
    need.embedding_size = DIMENSION;
    assert_int_equal(competency_scorer_create(&scorer, matcher, &needs, NULL, &err), COMPETENCY_OK);
    competency_skill offer = need;
    const competency_profile offers = {&offer, 1};
    const competency_match *match = NULL;
    offer.embedding_size = 3;
    assert_int_equal(competency_scorer_match(scorer, &match, &offers, 0, &err), COMPETENCY_EINVAL);
    assert_string_equal(err.message,
                        "candidate skill 0 \"Python\": an embedding of 3 numbers, expected 8");
    assert_int_equal(competency_scorer_match(scorer, &match, &nothing, 0, &err), COMPETENCY_EEMPTY);
    offer = need;
    assert_int_equal(competency_scorer_match(scorer, &match, &offers, 0, &err), COMPETENCY_OK);
    assert_null(match->similarities);
    competency_scorer_destroy(scorer);
    competency_matcher_destroy(matcher);
}

// A role that brought short vectors must not make room too small for the embedder's.
static void test_scorer__an_embedder_of_another_length_is_refused(void **state)
{
    (void)state;
    fake_embedder fake = {0};
    const competency_embedder embedder = embedder_of(&fake);
    competency_matcher *const matcher = make_matcher(&embedder, NULL);
    const competency_skill need = {
        .name = "Python",
        .level = {.value = 1, .max = 5, .is_disclosed = true},
        .embedding = own_vectors[0],
        .embedding_size = 2,
    };
    competency_skill offer = need;
    offer.embedding = NULL;
    const competency_profile needs = {&need, 1};
    const competency_profile offers = {&offer, 1};
    competency_scorer *scorer = NULL;
    competency_error err = {0};
    const competency_match *match = NULL;
    assert_int_equal(competency_scorer_create(&scorer, matcher, &needs, NULL, &err), COMPETENCY_OK);
    assert_int_equal(competency_scorer_match(scorer, &match, &offers, 0, &err), COMPETENCY_EINVAL);
    assert_string_equal(err.message, "candidate skill 0 \"Python\": the embedder's vectors have 8 "
                                     "numbers, the others 2");
    assert_int_equal(competency_scorer_match(scorer, &match, &needs, 0, &err), COMPETENCY_OK);
    assert_int_equal(fake.texts, 0);
    competency_scorer_destroy(scorer);
    competency_matcher_destroy(matcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scorer__gives_the_bits_of_single_matches),
        cmocka_unit_test(test_scorer__that_forgets_names_gives_the_same_bits),
        cmocka_unit_test(test_scorer__what_is_not_wanted_is_left_out_and_the_rest_is_the_same),
        cmocka_unit_test(test_scorer__steady_state_allocates_nothing_and_embeds_nothing),
        cmocka_unit_test(test_scorer__a_stream_of_new_names_and_levels_is_bounded),
        cmocka_unit_test(test_scorer__every_allocation_may_fail_and_the_scorer_stays_right),
        cmocka_unit_test(test_scorer__a_failing_embedder_leaves_no_trace),
        cmocka_unit_test(test_scorer__an_embedder_of_another_length_is_refused),
        cmocka_unit_test(test_scorer__refuses_a_role_and_a_candidate_that_are_none),
    };
    return cmocka_run_group_tests(tests, make_profiles, NULL);
}
