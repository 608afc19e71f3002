// SPDX-License-Identifier: MIT
// Levels, strategies and the parameters of the classic model, at the edges of what is accepted.
#include <math.h>
#include <string.h>

#include <competency/scoring.h>
#include <competency/skill.h>

#include "expect.h"

static void test_parameters__a_level_is_made_only_from_a_value_on_its_scale(void **state)
{
    (void)state;
    const double bad[][2] = {{1, 0},  {0, 0},       {2, 1},        {-1, 2},
                             {1, -1}, {nan(""), 1}, {1, HUGE_VAL}, {HUGE_VAL, HUGE_VAL}};
    competency_level level = {.value = 7, .max = 8};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT(competency_level_make(&level, bad[i][0], bad[i][1]) == COMPETENCY_EINVAL, "case %zu",
               i);
        EXPECT_NEAR(level.value, 7, 0, "unchanged, case %zu", i);
    }
    assert_int_equal(competency_level_make(&level, 3, 4), COMPETENCY_OK);
    assert_true(level.is_disclosed);
    EXPECT_NEAR(competency_level_ratio(&level), 0.75, 0, "ratio");
}

static void expect_refused(const competency_classic_config *config, const char *message)
{
    competency_error err = {0};
    assert_int_equal(competency_classic_config_check(config, &err), COMPETENCY_EINVAL);
    assert_string_equal(err.message, message);
}

static void test_parameters__the_first_failure_in_the_published_order_is_reported(void **state)
{
    (void)state;
    competency_classic_config config = competency_classic_config_default();
    assert_int_equal(competency_classic_config_check(&config, NULL), COMPETENCY_OK);
    config.distribution.max_variance_factor = 1.5;
    expect_refused(&config, "max_variance_factor must be between 0.0 and 1.0");
    config.distribution.desired_variance = -1e-9;
    expect_refused(&config, "desired_variance must be non-negative");
    config.penalty.severe_threshold = -0.1;
    expect_refused(&config, "severe_threshold must be between 0.0 and 1.0");
    config.penalty.severe_penalty = 1.1;
    expect_refused(&config, "severe_penalty must be between 0.0 and 1.0");
    config.penalty.similarity_threshold = nan("");
    expect_refused(&config, "severe_penalty must be between 0.0 and 1.0");

    config = competency_classic_config_default();
    config.scoring.max_confidence_weight = nan("");
    expect_refused(&config, "max_confidence_weight must be a number");
    config.scoring.max_confidence_weight = 3;
    assert_int_equal(competency_classic_config_check(&config, NULL), COMPETENCY_OK);
}

static void test_parameters__strategies_have_their_names(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        competency_strategy got = COMPETENCY_STRATEGY_DEFAULT;
        const char *const name = competency_strategy_name((competency_strategy)i);
        assert_int_equal(competency_strategy_parse(&got, name), COMPETENCY_OK);
        assert_int_equal(got, i);
    }
    competency_strategy got = COMPETENCY_STRATEGY_AGGRESSIVE;
    assert_int_equal(competency_strategy_parse(&got, "Default"), COMPETENCY_EINVAL);
    assert_int_equal(competency_strategy_parse(&got, NULL), COMPETENCY_EINVAL);
    assert_int_equal(got, COMPETENCY_STRATEGY_AGGRESSIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters__a_level_is_made_only_from_a_value_on_its_scale),
        cmocka_unit_test(test_parameters__the_first_failure_in_the_published_order_is_reported),
        cmocka_unit_test(test_parameters__strategies_have_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
