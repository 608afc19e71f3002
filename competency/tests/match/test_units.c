// SPDX-License-Identifier: MIT
// The parts of the published model, one by one, at and beside every breakpoint.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <competency/domain.h>

#include "base/memory.h"
#include "expect.h"
#include "jsonl_cases.h"
#include "match/beta.h"
#include "match/classic.h"
#include "match/coherence.h"
#include "match/lexicon.h"
#include "match/mixture.h"
#include "match/name_normalise.h"
#include "match/pairwise.h"
#include "match/quantile.h"
#include "match/similarity.h"
#include "match/strategy.h"

enum { SKILLS_MAX = 16 };

static const double tolerance = 1e-12;

static void check_all(const char *kind, size_t count, void (*check)(const json_t *line))
{
    assert_int_equal(jsonl_cases_each(MATCH_DATA "/units.jsonl", "kind", kind, check), count);
}

static competency_domain domain_of_name(const char *name)
{
    for (int i = 0; i < COMPETENCY_DOMAIN_COUNT; i++) {
        if (strcmp(competency_domain_name((competency_domain)i), name) == 0) {
            return (competency_domain)i;
        }
    }
    fail_msg("no domain %s", name);
    return COMPETENCY_DOMAIN_GENERAL;
}

static void check_classify(const json_t *line)
{
    const char *const input = jsonl_string(line, "input");
    const char *const got = competency_domain_name(competency_domain_classify(input));
    EXPECT(strcmp(got, jsonl_string(line, "expected")) == 0, "\"%s\": %s", input, got);
}

static void test_units__names_are_classified(void **state)
{
    (void)state;
    check_all("classify", 530, check_classify);
}

static void check_penalty(const json_t *line)
{
    const json_t *const input = json_object_get(line, "input");
    const competency_domain a = domain_of_name(json_string_value(json_array_get(input, 0)));
    const competency_domain b = domain_of_name(json_string_value(json_array_get(input, 1)));
    EXPECT_NEAR(competency_domain_penalty(a, b), jsonl_number(line, "expected"), 0, "%s, %s",
                competency_domain_name(a), competency_domain_name(b));
}

static void test_units__every_pair_of_domains_has_its_penalty(void **state)
{
    (void)state;
    check_all("cross_domain_penalty", 196, check_penalty);
}

static void check_normalise(const json_t *line)
{
    const char *const input = jsonl_string(line, "input");
    char out[256];
    size_t bytes = 0;
    assert_true(competency__name_normalise_bytes(&bytes, strlen(input)));
    assert_true(bytes <= sizeof(out));
    assert_true(competency__name_normalise(out, input));
    assert_string_equal(out, jsonl_string(line, "expected"));
}

static void test_units__names_are_normalised(void **state)
{
    (void)state;
    check_all("normalise_name", 26, check_normalise);
}

static void check_beta(const json_t *line)
{
    const json_t *const input = json_object_get(line, "input");
    const json_t *const expected = json_object_get(line, "expected");
    const competency_classic_config config = jsonl_config(input);
    competency__beta beta;
    const double ratio = jsonl_number(input, "value") / jsonl_number(input, "max");
    assert_int_equal(competency__beta_from_ratio(&beta, ratio, &config.distribution, NULL),
                     COMPETENCY_OK);

    EXPECT_NEAR(beta.alpha, jsonl_number(expected, "alpha"), 1e-12 * beta.alpha, "%g", ratio);
    EXPECT_NEAR(beta.beta, jsonl_number(expected, "beta"), 1e-12 * beta.beta, "%g", ratio);
    EXPECT_NEAR(competency__beta_mean(&beta), jsonl_number(expected, "mean"), tolerance, "%g",
                ratio);
    EXPECT_NEAR(competency__beta_variance(&beta), jsonl_number(expected, "variance"), tolerance,
                "%g", ratio);
    const char *x = NULL;
    json_t *p = NULL;
    json_object_foreach(json_object_get(expected, "cdf"), x, p)
    {
        EXPECT_NEAR(competency__beta_cdf(&beta, strtod(x, NULL)), json_number_value(p), tolerance,
                    "ratio %g, x %s", ratio, x);
    }
}

static void test_units__levels_give_their_beta_distributions(void **state)
{
    (void)state;
    check_all("beta", 24, check_beta);
}

// Arrays of a mixture in which every part is a group of its own.
typedef struct mixture_room {
    double weights[SKILLS_MAX];
    size_t group_of[SKILLS_MAX];
    competency__level levels[SKILLS_MAX];
    competency__level *groups[SKILLS_MAX];
    double group_weights[SKILLS_MAX];
    double group_values[SKILLS_MAX];
} mixture_room;

static competency__mixture mixture_in(mixture_room *room, size_t count)
{
    assert_true(count <= SKILLS_MAX);
    for (size_t k = 0; k < count; k++) {
        room->group_of[k] = k;
        room->groups[k] = &room->levels[k];
    }
    return (competency__mixture){
        .weights = room->weights,
        .group_of = room->group_of,
        .count = count,
        .groups = room->groups,
        .group_count = count,
        .group_weights = room->group_weights,
        .group_values = room->group_values,
    };
}

static void check_mixture_numbers(const competency__mixture *mixture, const json_t *expected)
{
    const double mean = competency__mixture_mean(mixture);
    EXPECT_NEAR(mean, jsonl_number(expected, "mean"), tolerance, "mean");
    EXPECT_NEAR(competency__mixture_variance(mixture, mean), jsonl_number(expected, "variance"),
                tolerance, "variance");
    const competency_interval interval = competency__mixture_interval(mixture, 0.95);
    const json_t *const ci = json_object_get(expected, "ci95");
    EXPECT_NEAR(interval.lower, jsonl_number(ci, "lower"), 0, "lower");
    EXPECT_NEAR(interval.upper, jsonl_number(ci, "upper"), 0, "upper");
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(json_object_get(expected, "cdf"), key, value)
    {
        EXPECT_NEAR(competency__mixture_cdf(mixture, strtod(key, NULL)), json_number_value(value),
                    tolerance, "cdf %s", key);
    }
    json_object_foreach(json_object_get(expected, "inverse_cdf"), key, value)
    {
        EXPECT_NEAR(competency__mixture_quantile(mixture, strtod(key, NULL)),
                    json_number_value(value), 0, "quantile %s", key);
    }
}

static void check_mixture(const json_t *line)
{
    const json_t *const components = json_object_get(json_object_get(line, "input"), "components");
    mixture_room room;
    const competency__mixture mixture = mixture_in(&room, json_array_size(components));
    for (size_t k = 0; k < mixture.count; k++) {
        const json_t *const part = json_array_get(components, k);
        competency__beta beta;
        assert_int_equal(competency__beta_make(&beta, jsonl_number(part, "alpha"),
                                               jsonl_number(part, "beta"), NULL),
                         COMPETENCY_OK);
        room.weights[k] = jsonl_number(part, "weight");
        competency__level_init(&room.levels[k], 0, &beta);
    }
    competency__mixture_group(&mixture);
    const json_t *const expected = json_object_get(line, "expected");
    const json_t *const error = json_object_get(expected, "error");
    competency_error err = {0};
    const competency_status status = competency__mixture_check(&mixture, &err);
    if (error == NULL) {
        assert_int_equal(status, COMPETENCY_OK);
        check_mixture_numbers(&mixture, expected);
    } else {
        assert_int_equal(status, COMPETENCY_EINVAL);
        assert_string_equal(err.message,
                            jsonl_string(error, "message") + strlen("Invalid skill data: "));
    }
}

static void test_units__mixtures_have_their_moments_and_exact_quantiles(void **state)
{
    (void)state;
    check_all("mixture", 5, check_mixture);
}

static void check_cosine(const json_t *line)
{
    float vectors[2][SKILLS_MAX] = {0};
    size_t counts[2];
    for (size_t v = 0; v < 2; v++) {
        const json_t *const array = json_array_get(json_object_get(line, "input"), v);
        counts[v] = json_array_size(array);
        for (size_t i = 0; i < counts[v]; i++) {
            vectors[v][i] = (float)json_number_value(json_array_get(array, i));
        }
    }
    // The matcher refuses vectors of different lengths; the published model makes them unlike.
    const double dot =
        counts[0] == counts[1] ? competency__dot(vectors[0], vectors[1], counts[0]) : 0;
    const double got = competency__cosine(dot, competency__dot(vectors[0], vectors[0], counts[0]),
                                          competency__dot(vectors[1], vectors[1], counts[1]));
    EXPECT_NEAR(got, jsonl_number(line, "expected"), tolerance, "cosine");
}

static void test_units__cosines(void **state)
{
    (void)state;
    check_all("cosine", 10, check_cosine);
}

static void check_pairwise(const json_t *line)
{
    const json_t *const input = json_object_get(line, "input");
    const double s = jsonl_number(input, "similarity");
    EXPECT_NEAR(competency__pairwise(s, jsonl_number(input, "candidate_ratio"),
                                     jsonl_number(input, "required_ratio")),
                jsonl_number(line, "expected"), tolerance, "similarity %.17g", s);
}

static void test_units__pairwise_scores_at_and_beside_every_breakpoint(void **state)
{
    (void)state;
    check_all("pairwise", 62, check_pairwise);
}

// Skills without vectors, as the scorer wants them.
typedef struct scored_skills {
    competency__skill_set set;
    double ratios[SKILLS_MAX];
    competency_domain domains[SKILLS_MAX];
    size_t same[SKILLS_MAX];
    size_t group_of[SKILLS_MAX];
    competency__level *groups[SKILLS_MAX];
} scored_skills;

// The tables that the skills of one case share.
typedef struct scored_tables {
    competency_allocator memory;
    competency__lexicon names;
    competency__level_table levels;
} scored_tables;

static void tables_init(scored_tables *tables)
{
    *tables = (scored_tables){.memory = competency__allocator(NULL)};
    tables->levels.memory = &tables->memory;
    competency__lexicon_init(&tables->names, &tables->memory, 1);
}

static void tables_deinit(scored_tables *tables)
{
    competency__lexicon_deinit(&tables->names);
    competency__level_table_deinit(&tables->levels);
}

static void add_skill(scored_skills *skills, scored_tables *tables, const char *name, double ratio)
{
    const competency_classic_config config = competency_classic_config_default();
    const size_t at = skills->set.count++;
    assert_true(at < SKILLS_MAX);
    size_t number = 0;
    assert_int_equal(competency__lexicon_number(&number, &tables->names, name), COMPETENCY_OK);
    skills->domains[at] = tables->names.names[number].domain;
    skills->same[at] = tables->names.names[number].same;
    skills->set.ratios = skills->ratios;
    skills->set.domains = skills->domains;
    skills->set.same = skills->same;
    skills->set.group_of = skills->group_of;
    skills->set.groups = skills->groups;
    competency__level *level = NULL;
    assert_int_equal(competency__level_table_get(&level, &tables->levels, ratio,
                                                 &config.distribution, true, NULL),
                     COMPETENCY_OK);
    competency__skill_set_level(&skills->set, at, level);
}

static double level_ratio(const json_t *skill)
{
    return jsonl_number(skill, "value") / jsonl_number(skill, "max");
}

static double score_with(const scored_skills *required, const scored_skills *candidate,
                         const double *similarities, competency_strategy strategy)
{
    const competency_classic_config config = competency_classic_config_default();
    double weights[SKILLS_MAX];
    double group_weights[SKILLS_MAX];
    double group_values[SKILLS_MAX];
    const competency__classic_input input = {
        .config = &config,
        .required = &required->set,
        .candidate = &candidate->set,
        .similarities = similarities,
        .weights = weights,
        .group_weights = group_weights,
        .group_values = group_values,
        .wants_interval = true,
    };
    competency_skill_score score = competency__classic_score(&input);
    competency__strategy_table(strategy)->adjust(NULL, &score);
    return score.probability;
}

static const competency_strategy strategies[] = {
    COMPETENCY_STRATEGY_DEFAULT,
    COMPETENCY_STRATEGY_CONSERVATIVE,
    COMPETENCY_STRATEGY_AGGRESSIVE,
};

static void check_skill_score(const json_t *line)
{
    const json_t *const input = json_object_get(line, "input");
    const json_t *const need = json_object_get(input, "required");
    const json_t *const offers = json_object_get(input, "candidate");
    scored_tables tables;
    tables_init(&tables);
    scored_skills required = {0};
    scored_skills candidate = {0};
    double similarities[SKILLS_MAX];
    add_skill(&required, &tables, jsonl_string(need, "name"), level_ratio(need));
    for (size_t j = 0; j < json_array_size(offers); j++) {
        const json_t *const offer = json_array_get(offers, j);
        add_skill(&candidate, &tables, jsonl_string(offer, "name"), level_ratio(offer));
        similarities[j] =
            json_number_value(json_array_get(json_object_get(input, "similarities"), j));
    }
    for (size_t s = 0; s < 3; s++) {
        const char *const name = competency_strategy_name(strategies[s]);
        EXPECT_NEAR(score_with(&required, &candidate, similarities, strategies[s]),
                    jsonl_number(json_object_get(line, "expected"), name), tolerance,
                    "%s at similarity %.17g, %s", jsonl_string(need, "name"), similarities[0],
                    name);
    }
    tables_deinit(&tables);
}

static void test_units__scores_at_and_beside_every_breakpoint(void **state)
{
    (void)state;
    check_all("skill_score", 148, check_skill_score);
}

// One skill of the required level itself: the last bit of the mean decides which weights apply.
static void check_rounding(const json_t *line)
{
    const json_t *const input = json_object_get(line, "input");
    const double ratio = level_ratio(input);
    const double similarity = jsonl_number(input, "similarity");
    scored_tables tables;
    tables_init(&tables);
    scored_skills required = {0};
    scored_skills candidate = {0};
    add_skill(&required, &tables, "Juggling", ratio);
    add_skill(&candidate, &tables, "Violin", ratio);
    EXPECT_NEAR(score_with(&required, &candidate, &similarity, COMPETENCY_STRATEGY_DEFAULT),
                jsonl_number(json_object_get(line, "expected"), "ieee_order_of_the_original"),
                tolerance, "ratio %.17g", ratio);
    tables_deinit(&tables);
}

static void test_units__a_level_that_just_meets_is_rounded_as_published(void **state)
{
    (void)state;
    check_all("rounding_sensitive", 11, check_rounding);
}

static size_t read_domains(competency_domain *domains, const json_t *names)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        domains[i] = domain_of_name(json_string_value(json_array_get(names, i)));
    }
    return json_array_size(names);
}

static void check_coherence(const json_t *line)
{
    const json_t *const input = json_object_get(line, "input");
    competency_domain required[SKILLS_MAX];
    competency_domain candidate[SKILLS_MAX];
    const size_t n = read_domains(required, json_object_get(input, "required"));
    const size_t m = read_domains(candidate, json_object_get(input, "candidate"));
    EXPECT_NEAR(competency__coherence(required, n, candidate, m), jsonl_number(line, "expected"),
                tolerance, "%zu x %zu", n, m);
}

static void test_units__coherence(void **state)
{
    (void)state;
    check_all("coherence", 5, check_coherence);
}

static void check_interval(const json_t *line)
{
    const json_t *const input = json_object_get(line, "input");
    const json_t *const expected = json_object_get(line, "expected");
    const competency_interval got = competency_interval_normal(
        jsonl_number(input, "mean"), jsonl_number(input, "variance"), jsonl_number(input, "level"));
    EXPECT_NEAR(got.lower, jsonl_number(expected, "lower"), tolerance, "lower");
    EXPECT_NEAR(got.upper, jsonl_number(expected, "upper"), tolerance, "upper");
}

static void test_units__normal_intervals(void **state)
{
    (void)state;
    check_all("simple_ci", 6, check_interval);
}

static void check_overall(const json_t *line)
{
    const json_t *const input = json_object_get(line, "input");
    competency_skill_score scores[SKILLS_MAX] = {0};
    const size_t count = json_array_size(input);
    for (size_t i = 0; i < count; i++) {
        scores[i].probability = json_number_value(json_array_get(input, i));
    }
    for (size_t s = 0; s < 3; s++) {
        const char *const name = competency_strategy_name(strategies[s]);
        const competency_strategy_table *const table = competency__strategy_table(strategies[s]);
        EXPECT_NEAR(table->aggregate(table->self, scores, count),
                    jsonl_number(json_object_get(line, "expected"), name), tolerance, "%s", name);
    }
}

static void test_units__strategies_aggregate(void **state)
{
    (void)state;
    check_all("overall", 3, check_overall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units__names_are_classified),
        cmocka_unit_test(test_units__every_pair_of_domains_has_its_penalty),
        cmocka_unit_test(test_units__names_are_normalised),
        cmocka_unit_test(test_units__levels_give_their_beta_distributions),
        cmocka_unit_test(test_units__mixtures_have_their_moments_and_exact_quantiles),
        cmocka_unit_test(test_units__cosines),
        cmocka_unit_test(test_units__pairwise_scores_at_and_beside_every_breakpoint),
        cmocka_unit_test(test_units__scores_at_and_beside_every_breakpoint),
        cmocka_unit_test(test_units__a_level_that_just_meets_is_rounded_as_published),
        cmocka_unit_test(test_units__coherence),
        cmocka_unit_test(test_units__normal_intervals),
        cmocka_unit_test(test_units__strategies_aggregate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
