// SPDX-License-Identifier: MIT
// Whole matches with given vectors against the published model, to the stated tolerances.
#include <math.h>
#include <string.h>

#include <competency/domain.h>
#include <competency/matcher.h>

#include "expect.h"
#include "jsonl_cases.h"

// Cosines are in double here; an interval bound is one of 2^20 cells of width 9.5e-7.
static const double tolerance = 1e-12;
static const double bound_tolerance = 2e-6;

// The messages of the published model put a kind before what ours say.
static const struct {
    const char *kind;
    const char *prefix;
    competency_status status;
} kinds[] = {
    {"EmptySkills", "", COMPETENCY_EEMPTY},
    {"BetaDistributionError", "Failed to create beta distribution", COMPETENCY_EDISTRIBUTION},
    {"InvalidSkillData", "Invalid skill data: ", COMPETENCY_EINVAL},
};

static void check_error(const json_t *expected, competency_status status,
                        const competency_error *err, int id)
{
    const char *const kind = jsonl_string(expected, "kind");
    const char *const message = jsonl_string(expected, "message");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].kind, kind) != 0) {
            continue;
        }
        EXPECT(status == kinds[i].status, "case %d: status %d for %s", id, (int)status, kind);
        EXPECT(err->status == status, "case %d", id);
        if (json_object_get(expected, "message_is_prefix") == NULL) {
            assert_string_equal(err->message, message + strlen(kinds[i].prefix));
        } else {
            // Ours goes on to name the skill, which the published one does not.
            EXPECT(strstr(err->message, "skill 0 \"") != NULL, "case %d: %s", id, err->message);
        }
        return;
    }
    fail_msg("case %d: unknown kind %s", id, kind);
}

static void check_score(const competency_skill_score *got, const json_t *want, int id)
{
    const json_t *const interval = json_object_get(want, "confidence_interval");
    EXPECT_NEAR(got->probability, jsonl_number(want, "probability"), tolerance, "case %d", id);
    EXPECT_NEAR(got->mean, jsonl_number(want, "mean"), tolerance, "case %d", id);
    EXPECT_NEAR(got->variance, jsonl_number(want, "variance"), tolerance, "case %d", id);
    EXPECT_NEAR(got->interval.lower, jsonl_number(interval, "lower"), bound_tolerance, "case %d",
                id);
    EXPECT_NEAR(got->interval.upper, jsonl_number(interval, "upper"), bound_tolerance, "case %d",
                id);
}

// Of equal names the last one's value is in the map (R99).
static size_t last_of_name(const competency_profile *profile, size_t at)
{
    size_t last = at;
    for (size_t i = at + 1; i < profile->count; i++) {
        if (strcmp(profile->skills[i].name, profile->skills[at].name) == 0) {
            last = i;
        }
    }
    return last;
}

static void check_map(const double *got, const json_t *want, const competency_profile *required,
                      const competency_profile *candidate, int id)
{
    if (got == NULL) {
        fail_msg("case %d: no matrix", id);
        return;
    }
    for (size_t i = 0; i < required->count; i++) {
        const json_t *const row = json_object_get(want, required->skills[i].name);
        const size_t from = last_of_name(required, i);
        for (size_t j = 0; j < candidate->count; j++) {
            const size_t to = last_of_name(candidate, j);
            EXPECT_NEAR(got[from * candidate->count + to],
                        jsonl_number(row, candidate->skills[j].name), tolerance, "case %d, %s, %s",
                        id, required->skills[i].name, candidate->skills[j].name);
        }
    }
}

static void check_domains(const json_t *names, const competency_profile *profile, int id)
{
    assert_int_equal(json_array_size(names), profile->count);
    for (size_t i = 0; i < profile->count; i++) {
        const competency_domain domain = competency_domain_classify(profile->skills[i].name);
        EXPECT(strcmp(competency_domain_name(domain),
                      json_string_value(json_array_get(names, i))) == 0,
               "case %d, %s: %s", id, profile->skills[i].name, competency_domain_name(domain));
    }
}

static void check_match(const competency_match *match, const json_t *expected,
                        const competency_profile *required, const competency_profile *candidate,
                        int id)
{
    EXPECT_NEAR(match->overall_score, jsonl_number(expected, "overall_score"), tolerance, "case %d",
                id);
    const json_t *const scores = json_object_get(expected, "skill_scores");
    assert_int_equal(match->required_count, json_array_size(scores));
    assert_int_equal(match->candidate_count, candidate->count);
    for (size_t i = 0; i < match->required_count; i++) {
        check_score(&match->scores[i], json_array_get(scores, i), id);
    }
    check_map(match->similarities, json_object_get(expected, "skill_similarities"), required,
              candidate, id);
    check_map(match->pairwise, json_object_get(expected, "pairwise_scores"), required, candidate,
              id);
    const json_t *const domains = json_object_get(expected, "domains");
    check_domains(json_object_get(domains, "required"), required, id);
    check_domains(json_object_get(domains, "candidate"), candidate, id);
}

static void check_case(const json_t *line)
{
    const int id = (int)jsonl_number(line, "id");
    const competency_classic_config config = jsonl_config(json_object_get(line, "config"));
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.config = &config;
    assert_int_equal(competency_strategy_parse(&options.strategy, jsonl_string(line, "strategy")),
                     COMPETENCY_OK);

    competency_profile candidate = jsonl_profile(json_object_get(line, "candidate"));
    competency_profile required = jsonl_profile(json_object_get(line, "required"));
    competency_matcher *matcher = NULL;
    competency_match match = {0};
    competency_error err = {0};
    competency_status status = competency_matcher_create(&matcher, &options, &err);
    if (status == COMPETENCY_OK) {
        status = competency_match_run(&match, matcher, &candidate, &required, &err);
    }

    const json_t *const expected = json_object_get(line, "expected");
    const json_t *const error = json_object_get(expected, "error");
    if (error != NULL) {
        check_error(error, status, &err, id);
    } else {
        EXPECT(status == COMPETENCY_OK, "case %d: %s", id, err.message);
        check_match(&match, expected, &required, &candidate, id);
    }
    competency_match_destroy(&match);
    competency_matcher_destroy(matcher);
    jsonl_profile_free(&candidate);
    jsonl_profile_free(&required);
}

static void test_golden__all_248_matches_agree_with_the_published_model(void **state)
{
    (void)state;
    const size_t checked = jsonl_cases_each(MATCH_DATA "/golden.jsonl", NULL, NULL, check_case);
    assert_int_equal(checked, 248);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden__all_248_matches_agree_with_the_published_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
