// SPDX-License-Identifier: MIT
#include "expect.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "bench/independent.h"

// Reference values: tools/comparison_goldens.R, which counts every choice of ranks.
static const double base[] = {99.340,  100.894, 104.399, 94.188, 98.653,
                              102.831, 95.979,  100.479, 99.105};
static const double head[] = {105.356, 104.399, 102.586, 107.464, 110.473, 104.171, 107.258};

enum { RESAMPLES = 200000 };

static heaplens_independent small_samples(double alpha)
{
    return (heaplens_independent){.base = base,
                                  .head = head,
                                  .base_count = sizeof(base) / sizeof(base[0]),
                                  .head_count = sizeof(head) / sizeof(head[0]),
                                  .block_length = 1,
                                  .resamples = RESAMPLES,
                                  .alpha = alpha};
}

static heaplens_comparison compare(const heaplens_independent *data, double margin)
{
    heaplens_random random = heaplens__random_seed(7);
    heaplens_comparison item = heaplens__comparison_start(margin);
    assert_int_equal(heaplens__compare_independent(&item, data, &random), HEAPLENS_OK);
    return item;
}

static void test_independent__p_estimates_the_exact_one(void **state)
{
    (void)state;
    static const struct {
        double margin;
        double over;
    } cases[] = {
        {0, 0.0006993006993006993},
        {0.02, 0.0057692307692307696},
    };
    const heaplens_independent data = small_samples(0.05);
    for (size_t i = 0; i < 2; i++) {
        const heaplens_comparison item = compare(&data, cases[i].margin);
        // Six standard deviations of the estimate, and what the seen choice adds to it.
        const double over = cases[i].over;
        const double tolerance = 6 * sqrt(over * (1 - over) / RESAMPLES) + 1.0 / RESAMPLES;
        EXPECT_NEAR(item.p, 2 * over, 2 * tolerance, "margin %g", cases[i].margin);
    }
}

static void test_independent__intervals_are_quantiles_of_resampled_medians(void **state)
{
    (void)state;
    // Steps of the exact distribution that are wider than 3.7 standard deviations of an estimated
    // quantile on either side.
    const heaplens_independent wide = small_samples(0.05);
    const heaplens_independent narrow = small_samples(0.1);
    const heaplens_comparison at_95 = compare(&wide, 0.01);
    const heaplens_comparison at_90 = compare(&narrow, 0.01);
    EXPECT_NEAR(at_95.low, 0.0324796320891232, 2 * DBL_EPSILON, "2.5 %%");
    EXPECT_NEAR(at_95.high, 0.0976984548703361, 2 * DBL_EPSILON, "97.5 %%");
    EXPECT_NEAR(at_90.low, 0.0347394295002676, 2 * DBL_EPSILON, "5 %%");
    EXPECT_NEAR(at_90.high, 0.0872249196679269, 2 * DBL_EPSILON, "95 %%");
    EXPECT_NEAR(at_95.change, 105.356 / 99.340 - 1, 2 * DBL_EPSILON, "change of medians");
}

static void test_independent__p_is_never_zero(void **state)
{
    (void)state;
    double slow[100];
    double fast[100];
    for (size_t i = 0; i < 100; i++) {
        fast[i] = 100 + (double)(i % 10);
        slow[i] = 2 * fast[i];
    }
    const heaplens_independent data = {fast, slow, 100, 100, 1, 999, 0.05};
    const heaplens_comparison item = compare(&data, 0.01);
    EXPECT_NEAR(item.p, 2.0 / 1000, DBL_EPSILON, "none as extreme");
    EXPECT_NEAR(item.change, 1, DBL_EPSILON, "twice");
}

static void test_independent__a_sample_does_not_differ_from_itself(void **state)
{
    (void)state;
    const heaplens_independent data = {base, base, 9, 9, 1, 999, 0.05};
    heaplens_comparison item = compare(&data, 0.1);
    EXPECT_NEAR(item.change, 0, 0, "change");
    assert_int_equal(heaplens__comparisons_settle(&item, 1, 0.05), HEAPLENS_OK);
    assert_int_equal(item.outcome, HEAPLENS_OUTCOME_NO_CHANGE);
}

static void test_independent__the_same_seed_gives_the_same_bits(void **state)
{
    (void)state;
    heaplens_independent data = small_samples(0.05);
    data.resamples = 999;
    const heaplens_comparison first = compare(&data, 0.01);
    const heaplens_comparison second = compare(&data, 0.01);
    // Up to the first flag there are numbers only; between the flags lies what nobody sets.
    assert_memory_equal(&first, &second, offsetof(heaplens_comparison, is_exact));
    assert_int_equal(first.outcome, second.outcome);
}

// Two samples of a machine that is slow for ten samples at a time: neighbours tell the same, and
// whoever takes them for independent finds a change that is none.
static void test_independent__neighbours_are_not_counted_twice(void **state)
{
    (void)state;
    enum { COUNT = 100, SLOW = 10, SIMULATIONS = 200 };
    heaplens_random random = heaplens__random_seed(11);
    double samples[2][COUNT];
    int found[2] = {0, 0};
    for (int s = 0; s < SIMULATIONS; s++) {
        double level = 0;
        for (size_t i = 0; i < (size_t)2 * COUNT; i++) {
            level = i % SLOW == 0 ? heaplens__random_unit(&random) : level;
            samples[i / COUNT][i % COUNT] =
                100 * exp(0.05 * level + 0.001 * heaplens__random_unit(&random));
        }
        for (size_t b = 0; b < 2; b++) {
            const heaplens_independent data = {samples[0],        samples[1], COUNT, COUNT,
                                               b == 0 ? 1 : SLOW, 199,        0.05};
            heaplens_comparison item = heaplens__comparison_start(0);
            assert_int_equal(heaplens__compare_independent(&item, &data, &random), HEAPLENS_OK);
            found[b] += item.p <= 0.05;
        }
    }
    // 5 % and three standard deviations of 200 tosses.
    EXPECT(found[1] <= 19, "%d of %d with blocks", found[1], SIMULATIONS);
    EXPECT(found[0] >= 60, "%d of %d without", found[0], SIMULATIONS);
}

static void test_independent__what_is_out_of_range_is_refused(void **state)
{
    (void)state;
    const double zero[] = {1, 0, 2};
    heaplens_random random = heaplens__random_seed(1);
    heaplens_comparison item = heaplens__comparison_start(0.01);
    heaplens_independent data = small_samples(0.05);
    data.base_count = 1;
    assert_int_equal(heaplens__compare_independent(&item, &data, &random), HEAPLENS_EINVAL);
    data = small_samples(0.05);
    data.block_length = 4;
    assert_int_equal(heaplens__compare_independent(&item, &data, &random), HEAPLENS_EINVAL);
    data = small_samples(1);
    assert_int_equal(heaplens__compare_independent(&item, &data, &random), HEAPLENS_EINVAL);
    data = small_samples(0.05);
    data.base = zero;
    data.base_count = 3;
    assert_int_equal(heaplens__compare_independent(&item, &data, &random), HEAPLENS_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_independent__p_estimates_the_exact_one),
        cmocka_unit_test(test_independent__intervals_are_quantiles_of_resampled_medians),
        cmocka_unit_test(test_independent__p_is_never_zero),
        cmocka_unit_test(test_independent__a_sample_does_not_differ_from_itself),
        cmocka_unit_test(test_independent__the_same_seed_gives_the_same_bits),
        cmocka_unit_test(test_independent__neighbours_are_not_counted_twice),
        cmocka_unit_test(test_independent__what_is_out_of_range_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
