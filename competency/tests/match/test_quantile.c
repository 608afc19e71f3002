// SPDX-License-Identifier: MIT
// Quantiles against the published way to find them: 20 halvings over every part, the same bits.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "expect.h"
#include "match/quantile.h"
#include "match/skill_set.h"

enum { PARTS_MAX = 64 };

// Written from the rules (R63, R64), with nothing of quantile.c.
static double halve_20_times(const competency__mixture *mixture, double p)
{
    double low = 0;
    double high = 1;
    while (high - low > 1e-6) {
        const double middle = (low + high) / 2;
        double sum = 0;
        for (size_t k = 0; k < mixture->count; k++) {
            sum += mixture->weights[k] *
                   competency__beta_cdf(&mixture->groups[mixture->group_of[k]]->beta, middle);
        }
        if (sum < p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

// SplitMix64.
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static double uniform(uint64_t *state)
{
    return (double)(next_random(state) >> 11) * 0x1p-53;
}

static const double probabilities[] = {0.025, 0.975, 0.5, 1e-9, 1 - 1e-9, 0.1, 1.0 / 3, 0.99999};

typedef struct mixture_case {
    competency__skill_set set;
    double ratios[PARTS_MAX];
    size_t group_of[PARTS_MAX];
    competency__level *groups[PARTS_MAX];
    double weights[PARTS_MAX];
    double group_weights[PARTS_MAX];
    double group_values[PARTS_MAX];
} mixture_case;

static void expect_published(const mixture_case *given, size_t count, const char *what, size_t id)
{
    mixture_case it = *given;
    const competency__mixture mixture = {
        .weights = it.weights,
        .group_of = it.group_of,
        .count = count,
        .groups = it.groups,
        .group_count = given->set.group_count,
        .group_weights = it.group_weights,
        .group_values = it.group_values,
    };
    competency__mixture_group(&mixture);
    for (size_t i = 0; i < sizeof(probabilities) / sizeof(probabilities[0]); i++) {
        EXPECT_NEAR(competency__mixture_quantile(&mixture, probabilities[i]),
                    halve_20_times(&mixture, probabilities[i]), 0, "%s %zu, p %g", what, id,
                    probabilities[i]);
    }
}

// Mixtures of (parts) levels that `pick` draws from a table with this configuration.
static void check_random(const char *what, size_t rounds, double (*pick)(uint64_t *state),
                         const competency_distribution_config *config, bool wants_panels)
{
    const competency_allocator memory = competency__allocator(NULL);
    competency__level_table levels = {.memory = &memory};
    uint64_t state = 7;
    for (size_t id = 0; id < rounds; id++) {
        mixture_case it = {.set = {.group_count = 0}};
        it.set.ratios = it.ratios;
        it.set.group_of = it.group_of;
        it.set.groups = it.groups;
        const size_t count = 1 + next_random(&state) % PARTS_MAX;
        double sum = 0;
        for (size_t k = 0; k < count; k++) {
            competency__level *level = NULL;
            assert_int_equal(competency__level_table_get(&level, &levels, pick(&state), config,
                                                         wants_panels, NULL),
                             COMPETENCY_OK);
            competency__skill_set_level(&it.set, k, level);
            it.weights[k] = fmax(uniform(&state) * uniform(&state), 0.01);
            sum += it.weights[k];
        }
        for (size_t k = 0; k < count; k++) {
            it.weights[k] /= sum;
        }
        expect_published(&it, count, what, id);
    }
    competency__level_table_deinit(&levels);
}

static double pick_of_five(uint64_t *state)
{
    return (double)(next_random(state) % 6) / 5;
}

static double pick_any(uint64_t *state)
{
    return uniform(state);
}

static double pick_near_ends(uint64_t *state)
{
    const double small = pow(10, -6 * uniform(state));
    return next_random(state) % 2 == 0 ? small : 1 - small;
}

static void test_quantile__scales_of_five_give_the_published_bits(void **state)
{
    (void)state;
    const competency_classic_config config = competency_classic_config_default();
    check_random("of five", 600, pick_of_five, &config.distribution, true);
}

static void test_quantile__any_levels_give_the_published_bits(void **state)
{
    (void)state;
    const competency_classic_config config = competency_classic_config_default();
    check_random("any", 60, pick_any, &config.distribution, true);
    check_random("near the ends", 60, pick_near_ends, &config.distribution, true);
}

static void test_quantile__without_panels_the_bits_are_the_same(void **state)
{
    (void)state;
    const competency_classic_config config = competency_classic_config_default();
    check_random("of five, no panels", 60, pick_of_five, &config.distribution, false);
}

// Steep distributions have no polynomial of 16 terms; nearly flat ones lie in the ends' cells.
static void test_quantile__steep_and_flat_distributions_give_the_published_bits(void **state)
{
    (void)state;
    static const double variances[] = {1e-9, 1e-6, 1e-4, 0.01, 0.2};
    for (size_t i = 0; i < sizeof(variances) / sizeof(variances[0]); i++) {
        competency_classic_config config = competency_classic_config_default();
        config.distribution.desired_variance = variances[i];
        config.distribution.max_variance_factor = 0.999;
        check_random("variance", 30, pick_of_five, &config.distribution, true);
        check_random("variance, any", 8, pick_any, &config.distribution, true);
    }
}

// A distribution that equals p at a point of the grid, up to rounding: the hardest to decide.
static void test_quantile__a_value_on_the_grid_is_decided_as_published(void **state)
{
    (void)state;
    competency__beta uniform_beta;
    assert_int_equal(competency__beta_make(&uniform_beta, 1, 1, NULL), COMPETENCY_OK);
    competency__level level;
    competency__beta_panels panels;
    competency__level_init(&level, 0.5, &uniform_beta);
    competency__beta_panels_init(&panels, &uniform_beta);
    level.panels = &panels;
    competency__level *groups[] = {&level};
    const size_t group_of[] = {0, 0, 0};
    const double weights[] = {1.0 / 3, 1.0 / 3, 1.0 / 3};
    double group_weights[1];
    double group_values[1];
    const competency__mixture mixture = {
        .weights = weights,
        .group_of = group_of,
        .count = 3,
        .groups = groups,
        .group_count = 1,
        .group_weights = group_weights,
        .group_values = group_values,
    };
    competency__mixture_group(&mixture);
    for (size_t k = 1; k < 1024; k++) {
        const double p = (double)k / 1024;
        EXPECT_NEAR(competency__mixture_quantile(&mixture, p), halve_20_times(&mixture, p), 0,
                    "p %g", p);
    }
    EXPECT_NEAR(competency__mixture_quantile(&mixture, 0), 0, 0, "p 0");
    EXPECT_NEAR(competency__mixture_quantile(&mixture, 1), 1, 0, "p 1");
}

static void test_quantile__panels_are_as_near_as_they_promise(void **state)
{
    (void)state;
    const competency_classic_config config = competency_classic_config_default();
    uint64_t random = 3;
    for (size_t n = 0; n < 40; n++) {
        competency__beta beta;
        assert_int_equal(
            competency__beta_from_ratio(&beta, uniform(&random), &config.distribution, NULL),
            COMPETENCY_OK);
        competency__beta_panels panels;
        competency__beta_panels_init(&panels, &beta);
        for (size_t i = 0; i < COMPETENCY__PANELS; i++) {
            const double *const terms = competency__panel_terms(&panels, &beta, i);
            assert_non_null(terms);
            const double low = ldexp(competency__panel_break(i), -COMPETENCY__GRID_BITS);
            const double high = ldexp(competency__panel_break(i + 1), -COMPETENCY__GRID_BITS);
            for (size_t at = 0; at <= 20; at++) {
                const double t = -1 + (double)at / 10;
                double value = 0;
                for (size_t k = COMPETENCY__PANEL_TERMS; k > 0; k--) {
                    value = value * t + terms[k - 1];
                }
                const double x = (low + high) / 2 + t * (high - low) / 2;
                EXPECT_NEAR(value, competency__beta_cdf(&beta, x), COMPETENCY__PANEL_ERROR / 10,
                            "panel %zu, t %g, alpha %g", i, t, beta.alpha);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantile__scales_of_five_give_the_published_bits),
        cmocka_unit_test(test_quantile__any_levels_give_the_published_bits),
        cmocka_unit_test(test_quantile__without_panels_the_bits_are_the_same),
        cmocka_unit_test(test_quantile__steep_and_flat_distributions_give_the_published_bits),
        cmocka_unit_test(test_quantile__a_value_on_the_grid_is_decided_as_published),
        cmocka_unit_test(test_quantile__panels_are_as_near_as_they_promise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
