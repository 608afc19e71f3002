// SPDX-License-Identifier: MIT
// The matcher as its callers see it: errors, batches, embedders, memory.
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <competency/matcher.h>

#include "expect.h"
#include "tests/support/counted_memory.h"

enum { DIMENSION = 8, SKILLS_MAX = 12, PAIRS = 40 };

static const char *const names[] = {
    "Python", "SQL",   "Leadership", "Welding", "Recruitment", "Docker",
    "Java",   "Sales", "python ",    "Violin",  "Budgeting",   "Juggling",
};

// A vector that depends on the text alone.
static void fill_vector(float *vector, const char *text)
{
    uint32_t seed = 2166136261U;
    for (; *text != '\0'; text++) {
        seed = (seed ^ (unsigned char)*text) * 16777619U;
    }
    for (size_t i = 0; i < DIMENSION; i++) {
        seed = seed * 1664525U + 1013904223U;
        vector[i] = 0.25F + (float)(seed >> 8) / (float)(1U << 24);
    }
}

// What the fake embedder was asked, and how it shall behave.
typedef struct fake_embedder {
    size_t calls;
    size_t texts;
    competency_status status;
    float poison;  // put into the last number when not 0
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
    fake->calls++;
    fake->texts += count;
    for (size_t i = 0; i < count; i++) {
        fill_vector(out + i * DIMENSION, texts[i]);
    }
    if (fake->poison != 0) {
        out[count * DIMENSION - 1] = fake->poison;
    }
    return fake->status;
}

static competency_embedder embedder_of(fake_embedder *fake)
{
    return (competency_embedder){.self = fake, .dimension = fake_dimension, .embed = fake_embed};
}

static competency_matcher *make_matcher(const competency_embedder *embedder)
{
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = embedder;
    competency_matcher *matcher = NULL;
    assert_int_equal(competency_matcher_create(&matcher, &options, NULL), COMPETENCY_OK);
    return matcher;
}

static competency_skill skill(const char *name, double value, double max)
{
    return (competency_skill){
        .name = name,
        .level = {.value = value, .max = max, .is_disclosed = true},
        .weight = 1,
    };
}

static competency_profile profile_of(const competency_skill *skills, size_t count)
{
    return (competency_profile){.skills = skills, .count = count};
}

static uint32_t random_state = 20261123;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525U + 1013904223U;
    return (random_state >> 8) % limit;
}

static void fill_random(competency_skill *skills, size_t count, bool is_candidate)
{
    for (size_t i = 0; i < count; i++) {
        skills[i] = skill(names[random_below(12)], random_below(6), 5);
        skills[i].level.is_disclosed = !is_candidate || i == 0 || random_below(5) != 0;
    }
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

static void
test_matcher__a_batch_has_the_bits_of_single_matches_and_embeds_each_name_once(void **state)
{
    (void)state;
    fake_embedder fake = {0};
    const competency_embedder embedder = embedder_of(&fake);
    competency_matcher *const matcher = make_matcher(&embedder);
    static competency_skill skills[PAIRS][2][SKILLS_MAX];
    static competency_pair pairs[PAIRS];
    static competency_match batch[PAIRS];
    for (size_t p = 0; p < PAIRS; p++) {
        const size_t m = 1 + random_below(SKILLS_MAX);
        const size_t n = 1 + random_below(SKILLS_MAX);
        fill_random(skills[p][0], m, true);
        fill_random(skills[p][1], n, false);
        pairs[p] = (competency_pair){profile_of(skills[p][0], m), profile_of(skills[p][1], n)};
    }
    assert_int_equal(competency_match_batch(batch, matcher, pairs, PAIRS, NULL), COMPETENCY_OK);
    assert_int_equal(fake.calls, 1);
    assert_int_equal(fake.texts, 12);

    for (size_t p = 0; p < PAIRS; p++) {
        competency_match single;
        assert_int_equal(
            competency_match_run(&single, matcher, &pairs[p].candidate, &pairs[p].required, NULL),
            COMPETENCY_OK);
        expect_same_bits(&batch[p], &single);
        competency_match_destroy(&single);
        competency_match_destroy(&batch[p]);
        assert_null(batch[p].storage);
    }
    competency_matcher_destroy(matcher);
}

static void test_matcher__undisclosed_skills_take_no_part(void **state)
{
    (void)state;
    fake_embedder fake = {0};
    const competency_embedder embedder = embedder_of(&fake);
    competency_matcher *const matcher = make_matcher(&embedder);
    competency_skill all[] = {skill("Violin", 0, 0), skill("Python", 4, 5), skill("SQL", 2, 5)};
    all[0].level.is_disclosed = false;
    const competency_skill need = skill("Python", 4, 5);
    const competency_profile required = profile_of(&need, 1);
    const competency_profile with = profile_of(all, 3);
    const competency_profile without = profile_of(all + 1, 2);
    competency_match a;
    competency_match b;
    assert_int_equal(competency_match_run(&a, matcher, &with, &required, NULL), COMPETENCY_OK);
    assert_int_equal(competency_match_run(&b, matcher, &without, &required, NULL), COMPETENCY_OK);
    assert_memory_equal(&a.overall_score, &b.overall_score, sizeof(double));
    assert_int_equal(a.candidate_count, 2);
    assert_int_equal(a.columns[0], 1);
    assert_int_equal(a.columns[1], 2);
    assert_int_equal(a.scores[0].best, 1);
    assert_int_equal(b.scores[0].best, 0);
    competency_match_destroy(&a);
    competency_match_destroy(&b);
    competency_matcher_destroy(matcher);
}

// Runs one pair in a batch of two, of which the first is sound, and checks how it is refused.
static void expect_refused(const competency_matcher *matcher, competency_skill offer,
                           competency_skill need, competency_status status, const char *message)
{
    const competency_skill sound = skill("SQL", 1, 2);
    const competency_pair pairs[] = {
        {profile_of(&sound, 1), profile_of(&sound, 1)},
        {profile_of(&offer, 1), profile_of(&need, 1)},
    };
    competency_match out[2];
    competency_error err = {0};
    const competency_status got = competency_match_batch(out, matcher, pairs, 2, &err);
    EXPECT(got == status && err.status == status, "%s: status %d", message, (int)got);
    assert_string_equal(err.message, message);
    assert_null(out[0].storage);
    assert_null(out[1].storage);
}

static void test_matcher__errors_name_the_pair_the_skill_and_the_limit(void **state)
{
    (void)state;
    fake_embedder fake = {0};
    const competency_embedder embedder = embedder_of(&fake);
    competency_matcher *const matcher = make_matcher(&embedder);
    const competency_skill ok = skill("Python", 1, 2);
    static const float numbers[] = {1, 2, NAN};

    expect_refused(
        matcher, skill("Python", 6, 5), ok, COMPETENCY_EDISTRIBUTION,
        "pair 1: candidate skill 0 \"Python\": level 6 of 5: the value must not be above "
        "the maximum");
    expect_refused(
        matcher, ok, skill("Python", 1, 0), COMPETENCY_EDISTRIBUTION,
        "pair 1: required skill 0 \"Python\": level 1 of 0: the maximum must be above 0");
    expect_refused(
        matcher, skill("Python", -1, 5), ok, COMPETENCY_EDISTRIBUTION,
        "pair 1: candidate skill 0 \"Python\": level -1 of 5: the value must be at least "
        "0");
    expect_refused(
        matcher, skill("Python", nan(""), 5), ok, COMPETENCY_EDISTRIBUTION,
        "pair 1: candidate skill 0 \"Python\": level nan of 5: value and maximum must be "
        "finite");
    expect_refused(matcher, skill(NULL, 1, 5), ok, COMPETENCY_EINVAL,
                   "pair 1: candidate skill 0: it has no name");
    expect_refused(matcher, skill("\xFF", 1, 5), ok, COMPETENCY_EINVAL,
                   "pair 1: candidate skill 0: its name is not UTF-8");
    competency_skill own = ok;
    own.embedding = numbers;
    own.embedding_size = 2;
    expect_refused(matcher, own, ok, COMPETENCY_EINVAL,
                   "pair 1: candidate skill 0 \"Python\": an embedding of 2 numbers, expected 8");
    own.embedding_size = 3;
    expect_refused(matcher, own, own, COMPETENCY_EINVAL,
                   "pair 1: candidate skill 0 \"Python\": its embedding has a number that is not "
                   "finite");
    competency_skill silent = ok;
    silent.level.is_disclosed = false;
    expect_refused(matcher, ok, silent, COMPETENCY_EINVAL,
                   "pair 1: required skill 0 \"Python\": a requirement must have a level");
    expect_refused(matcher, silent, ok, COMPETENCY_EEMPTY,
                   "pair 1: No skills provided: candidate_skills=0 and 1 undisclosed, "
                   "required_skills=1");
    assert_int_equal(fake.calls, 0);  // all of them before anything was embedded
    competency_matcher_destroy(matcher);

    competency_matcher *const bare = make_matcher(NULL);
    competency_match out;
    competency_error err = {0};
    const competency_profile one = profile_of(&ok, 1);
    assert_int_equal(competency_match_run(&out, bare, &one, &one, &err), COMPETENCY_EINVAL);
    assert_string_equal(err.message, "candidate skill 0 \"Python\": it has no embedding, and there "
                                     "is no embedder");
    competency_matcher_destroy(bare);
}

static void test_matcher__what_the_embedder_does_wrong_is_reported(void **state)
{
    (void)state;
    fake_embedder fake = {.status = COMPETENCY_EIO};
    const competency_embedder embedder = embedder_of(&fake);
    competency_matcher *const matcher = make_matcher(&embedder);
    const competency_skill ok = skill("Python", 1, 2);
    const competency_profile one = profile_of(&ok, 1);
    competency_match out;
    competency_error err = {0};
    assert_int_equal(competency_match_run(&out, matcher, &one, &one, &err), COMPETENCY_EIO);
    assert_string_equal(err.message, "embedder: input/output error");
    fake = (fake_embedder){.poison = INFINITY};
    assert_int_equal(competency_match_run(&out, matcher, &one, &one, &err), COMPETENCY_EINVAL);
    assert_string_equal(err.message, "the embedder gave a number that is not finite");
    competency_matcher_destroy(matcher);
}

// A matcher, then two pairs of which the second is larger.
static competency_status match_two_pairs(const competency_allocator *allocator)
{
    fake_embedder fake = {0};
    const competency_embedder embedder = embedder_of(&fake);
    competency_skill skills[SKILLS_MAX];
    for (size_t i = 0; i < SKILLS_MAX; i++) {
        skills[i] = skill(names[i], 1, 2);
    }
    const competency_pair pairs[] = {
        {profile_of(skills, 2), profile_of(skills, 1)},
        {profile_of(skills, SKILLS_MAX), profile_of(skills, SKILLS_MAX)},
    };
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = &embedder;
    options.allocator = allocator;
    competency_matcher *matcher = NULL;
    competency_match out[2] = {0};
    competency_error err = {0};
    competency_status status = competency_matcher_create(&matcher, &options, &err);
    if (status == COMPETENCY_OK) {
        status = competency_match_batch(out, matcher, pairs, 2, &err);
    }
    competency_matcher_destroy(matcher);  // results do not need it
    if (status != COMPETENCY_OK) {
        assert_true(out[0].storage == NULL && out[1].storage == NULL);
        EXPECT(strstr(err.message, "no memory") != NULL, "%s", err.message);
    }
    competency_match_destroy(&out[0]);
    competency_match_destroy(&out[1]);
    return status;
}

static void test_matcher__every_allocation_may_fail_and_nothing_leaks(void **state)
{
    (void)state;
    fail_each_request(match_two_pairs);
}

static void test_matcher__scores_stay_in_range_for_adversarial_numbers(void **state)
{
    (void)state;
    static const double values[] = {0, DBL_TRUE_MIN, 1e-300, 1e-12, 0.5, 1 - DBL_EPSILON / 2, 1};
    static const float vectors[][2] = {{FLT_MAX, FLT_MAX}, {FLT_TRUE_MIN, 0},  {0, 0}, {1, 0},
                                       {-1, 1e-30F},       {-FLT_MAX, FLT_MIN}};
    competency_matcher *const matcher = make_matcher(NULL);
    for (size_t v = 0; v < 7 * 7 * 6 * 6; v++) {
        competency_skill offer = skill("Juggling", values[v % 7], 1);
        competency_skill need = skill("Welding", values[v / 7 % 7], 1);
        offer.embedding = vectors[v / 49 % 6];
        need.embedding = vectors[v / 294];
        offer.embedding_size = need.embedding_size = 2;
        const competency_profile candidate = profile_of(&offer, 1);
        const competency_profile required = profile_of(&need, 1);
        competency_match out;
        competency_error err = {0};
        const competency_status status =
            competency_match_run(&out, matcher, &candidate, &required, &err);
        if (status == COMPETENCY_EDISTRIBUTION) {
            continue;  // a level so close to an end that its parameters vanish
        }
        EXPECT(status == COMPETENCY_OK, "%zu: %s", v, err.message);
        EXPECT(out.overall_score >= 0 && out.overall_score <= 1, "%zu: %g", v, out.overall_score);
        EXPECT(fabs(out.similarities[0]) <= 1, "%zu: %g", v, out.similarities[0]);
        EXPECT(out.scores[0].interval.lower <= out.scores[0].interval.upper, "%zu", v);
        competency_match_destroy(&out);
    }
    competency_matcher_destroy(matcher);
}

static void halve(void *self, competency_skill_score *score)
{
    (void)self;
    score->probability /= 2;
}

static double take_first(void *self, const competency_skill_score *scores, size_t count)
{
    *(size_t *)self = count;
    return scores[0].probability;
}

static competency_status all_half(void *self, double *out, const float *const *required,
                                  size_t required_count, const float *const *candidate,
                                  size_t candidate_count, size_t dimension)
{
    (void)required;
    (void)candidate;
    (void)dimension;
    for (size_t k = 0; k < required_count * candidate_count; k++) {
        out[k] = *(const double *)self;
    }
    return COMPETENCY_OK;
}

static void test_matcher__strategy_and_similarity_can_be_replaced(void **state)
{
    (void)state;
    fake_embedder fake = {0};
    const competency_embedder embedder = embedder_of(&fake);
    size_t seen = 0;
    double similarity_value = 0.95;
    const competency_strategy_table strategy = {&seen, halve, take_first};
    const competency_similarity similarity = {&similarity_value, all_half};
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = &embedder;
    options.custom = &strategy;
    options.similarity = &similarity;
    competency_matcher *matcher = NULL;
    assert_int_equal(competency_matcher_create(&matcher, &options, NULL), COMPETENCY_OK);
    const competency_skill offer = skill("Violin", 1, 2);
    const competency_skill need = skill("Juggling", 1, 2);
    const competency_profile candidate = profile_of(&offer, 1);
    const competency_profile required = profile_of(&need, 1);
    competency_match out;
    assert_int_equal(competency_match_run(&out, matcher, &candidate, &required, NULL),
                     COMPETENCY_OK);
    EXPECT_NEAR(out.overall_score, 0.5, 1e-15, "0.6 + 0.4 for a similarity of 0.95, halved");
    assert_int_equal(seen, 1);
    competency_match_destroy(&out);
    similarity_value = nan("");
    assert_int_equal(competency_match_run(&out, matcher, &candidate, &required, NULL),
                     COMPETENCY_EINVAL);
    competency_matcher_destroy(matcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_matcher__a_batch_has_the_bits_of_single_matches_and_embeds_each_name_once),
        cmocka_unit_test(test_matcher__undisclosed_skills_take_no_part),
        cmocka_unit_test(test_matcher__errors_name_the_pair_the_skill_and_the_limit),
        cmocka_unit_test(test_matcher__what_the_embedder_does_wrong_is_reported),
        cmocka_unit_test(test_matcher__every_allocation_may_fail_and_nothing_leaks),
        cmocka_unit_test(test_matcher__scores_stay_in_range_for_adversarial_numbers),
        cmocka_unit_test(test_matcher__strategy_and_similarity_can_be_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
