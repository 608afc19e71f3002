// SPDX-License-Identifier: MIT
#include "expect.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "bench/comparison.h"
#include "bench/looks.h"
#include "bench/paired.h"

static void test_comparison__adjusted_p_are_those_of_r(void **state)
{
    (void)state;
    double p[] = {0.001, 0.8, 0.012, 0.04, 0.03, 0.25, 0.0004, 0.04, 0.5, 0.011};
    // tools/comparison_goldens.R
    static const double want[] = {0.005,  0.8,   0.03,     4.0 / 70, 4.0 / 70,
                                  0.3125, 0.004, 4.0 / 70, 5.0 / 9,  0.03};
    assert_int_equal(heaplens__adjust_for_discoveries(p, 10), HEAPLENS_OK);
    for (size_t i = 0; i < 10; i++) {
        EXPECT_NEAR(p[i], want[i], 2 * DBL_EPSILON, "p %zu", i);  // one product and one quotient
    }
    assert_int_equal(heaplens__adjust_for_discoveries(p, 0), HEAPLENS_OK);
}

static void test_comparison__any_difference_of_exact_figures_counts(void **state)
{
    (void)state;
    const double thousand[] = {1000, 1000, 1000};
    const double one_more[] = {1001, 1001};
    heaplens_comparison items[3];
    assert_true(heaplens__compare_exact(&items[0], thousand, 3, one_more, 2));
    assert_true(heaplens__compare_exact(&items[1], one_more, 2, thousand, 3));
    assert_true(heaplens__compare_exact(&items[2], thousand, 3, thousand, 1));
    EXPECT_NEAR(items[0].change, 0.001, DBL_EPSILON, "one more of a thousand");
    assert_int_equal(heaplens__comparisons_settle(items, 3, 0.05), HEAPLENS_OK);
    assert_int_equal(items[0].outcome, HEAPLENS_OUTCOME_REGRESSED);
    assert_int_equal(items[1].outcome, HEAPLENS_OUTCOME_IMPROVED);
    assert_int_equal(items[2].outcome, HEAPLENS_OUTCOME_NO_CHANGE);
}

static void test_comparison__from_zero_the_change_is_a_difference(void **state)
{
    (void)state;
    const double none = 0;
    const double some = 48;
    heaplens_comparison item;
    assert_true(heaplens__compare_exact(&item, &none, 1, &some, 1));
    assert_false(item.is_relative);
    EXPECT_NEAR(item.change, 48, 0, "a difference");
}

static void test_comparison__figures_that_vary_are_not_exact(void **state)
{
    (void)state;
    const double varies[] = {5, 5, 6};
    const double steady[] = {5, 5, 5};
    heaplens_comparison item;
    assert_false(heaplens__compare_exact(&item, varies, 3, steady, 3));
    assert_false(heaplens__compare_exact(&item, steady, 3, varies, 3));
}

static heaplens_comparison test_of(double p, double change)
{
    heaplens_comparison item = heaplens__comparison_start(0.01);
    item.p = p;
    item.change = change;
    return item;
}

static void test_comparison__many_figures_ask_more_of_each(void **state)
{
    (void)state;
    heaplens_comparison items[10];
    for (size_t i = 0; i < 10; i++) {
        items[i] = test_of(0.5, 0.1);
    }
    items[3] = test_of(0.03, 0.1);
    assert_int_equal(heaplens__comparisons_settle(&items[3], 1, 0.05), HEAPLENS_OK);
    assert_int_equal(items[3].outcome, HEAPLENS_OUTCOME_REGRESSED);
    assert_int_equal(heaplens__comparisons_settle(items, 10, 0.05), HEAPLENS_OK);
    assert_int_equal(items[3].outcome, HEAPLENS_OUTCOME_INCONCLUSIVE);
    EXPECT_NEAR(items[3].p_adjusted, 0.3, DBL_EPSILON, "ten times");
    items[3] = test_of(0.005, -0.1);
    assert_int_equal(heaplens__comparisons_settle(items, 10, 0.05), HEAPLENS_OK);
    assert_int_equal(items[3].outcome, HEAPLENS_OUTCOME_IMPROVED);
}

static void test_comparison__exact_figures_ask_nothing_of_others(void **state)
{
    (void)state;
    heaplens_comparison items[10];
    const double value = 3;
    for (size_t i = 0; i < 10; i++) {
        assert_true(heaplens__compare_exact(&items[i], &value, 1, &value, 1));
    }
    items[9] = test_of(0.04, 0.1);
    assert_int_equal(heaplens__comparisons_settle(items, 10, 0.05), HEAPLENS_OK);
    assert_int_equal(items[9].outcome, HEAPLENS_OUTCOME_REGRESSED);
}

enum { BLOCKS = 12, RUNS = 2 };

// Head is `change` slower in every block, in a drift of a tenth of a percent each run; noise is
// at most `noise`, and differs in every block.
static void fill_blocks(double *base, double *head, double change, double noise)
{
    for (size_t i = 0; i < BLOCKS; i++) {
        const double level = 100 * exp(0.004 * (double)i);
        const double error = noise * (double)((i * 7) % BLOCKS + 1) / BLOCKS * (i % 2 ? -1 : 1);
        base[2 * i] = level;
        base[2 * i + 1] = level * exp(0.003);
        head[2 * i] = level * exp(0.001) * (1 + change) * exp(error);
        head[2 * i + 1] = level * exp(0.002) * (1 + change) * exp(error);
    }
}

static heaplens_comparison compare_blocks(double change, double noise, double margin)
{
    double base[BLOCKS * RUNS];
    double head[BLOCKS * RUNS];
    fill_blocks(base, head, change, noise);
    heaplens_comparison item = heaplens__comparison_start(margin);
    const heaplens_pairs pairs = {base, head, BLOCKS, RUNS};
    assert_int_equal(heaplens__compare_paired(&item, &pairs, 0.05, 1), HEAPLENS_OK);
    assert_int_equal(heaplens__comparisons_settle(&item, 1, 0.05), HEAPLENS_OK);
    return item;
}

static void test_paired__drift_cancels_out(void **state)
{
    (void)state;
    const heaplens_comparison item = compare_blocks(0.05, 0, 0.01);
    // Logarithms and their exponential: some epsilons each.
    EXPECT_NEAR(item.change, 0.05, 64 * DBL_EPSILON, "change");
    assert_int_equal(item.outcome, HEAPLENS_OUTCOME_REGRESSED);
    EXPECT_NEAR(item.p, 2 * 0x1p-12, DBL_EPSILON, "all twelve of one sign");
}

static void test_paired__verdicts_follow_the_margin(void **state)
{
    (void)state;
    static const struct {
        double change;
        double noise;
        double margin;
        heaplens_outcome want;
    } runs[] = {
        {0.05, 0.01, 0.01, HEAPLENS_OUTCOME_REGRESSED},
        {-0.05, 0.01, 0.01, HEAPLENS_OUTCOME_IMPROVED},
        {0.002, 0.004, 0.01, HEAPLENS_OUTCOME_NO_CHANGE},
        {0.008, 0.02, 0.01, HEAPLENS_OUTCOME_INCONCLUSIVE},
        {0.05, 0.01, 0.08, HEAPLENS_OUTCOME_NO_CHANGE},
        {0.002, 0.001, 0, HEAPLENS_OUTCOME_REGRESSED},
    };
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        const heaplens_comparison item =
            compare_blocks(runs[i].change, runs[i].noise, runs[i].margin);
        EXPECT(item.outcome == runs[i].want, "run %zu: %s", i,
               heaplens__outcome_name(item.outcome));
        EXPECT(item.low <= item.change && item.change <= item.high, "run %zu", i);
    }
}

static void test_paired__a_change_within_the_margin_is_no_discovery(void **state)
{
    (void)state;
    // Every block says 0.5 %, which is far from 0 and still does not matter.
    const heaplens_comparison item = compare_blocks(0.005, 0.0001, 0.01);
    EXPECT_NEAR(item.p, 1, 0, "p");
    assert_int_equal(item.outcome, HEAPLENS_OUTCOME_NO_CHANGE);
}

static void test_paired__a_look_spends_its_share_of_alpha(void **state)
{
    (void)state;
    double base[BLOCKS * RUNS];
    double head[BLOCKS * RUNS];
    fill_blocks(base, head, 0.05, 0.001);
    heaplens_comparison item = heaplens__comparison_start(0.01);
    const heaplens_pairs eight = {base, head, 8, RUNS};
    assert_int_equal(heaplens__compare_paired(&item, &eight, 0.05, 0.25), HEAPLENS_OK);
    EXPECT_NEAR(item.p, 2 * 0x1p-8 / 0.25, DBL_EPSILON, "a quarter");
    const double narrow = item.high - item.low;
    const heaplens_pairs all = {base, head, BLOCKS, RUNS};
    assert_int_equal(heaplens__compare_paired(&item, &all, 0.05, 0.75), HEAPLENS_OK);
    EXPECT_NEAR(item.p, 2 * 0x1p-12 / 0.75, DBL_EPSILON, "the rest");
    assert_true(item.high - item.low < narrow);
    // A look at less clear data takes nothing back.
    fill_blocks(base, head, 0, 0.05);
    const double p = item.p;
    assert_int_equal(heaplens__compare_paired(&item, &all, 0.05, 0.75), HEAPLENS_OK);
    EXPECT_NEAR(item.p, p, 0, "kept");
}

static void test_paired__figures_with_zeros_are_compared_by_difference(void **state)
{
    (void)state;
    double base[BLOCKS] = {0, 1, 2, 1, 0, 2, 1, 1, 2, 0, 1, 2};
    double head[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++) {
        head[i] = base[i] + 3;
    }
    heaplens_comparison item = heaplens__comparison_start(0.01);
    const heaplens_pairs pairs = {base, head, BLOCKS, 1};
    assert_int_equal(heaplens__compare_paired(&item, &pairs, 0.05, 1), HEAPLENS_OK);
    assert_false(item.is_relative);
    EXPECT_NEAR(item.change, 3, 0, "difference");
    EXPECT_NEAR(item.base, 1, 0, "median of base");
}

static void test_paired__the_control_finds_nothing_in_drift(void **state)
{
    (void)state;
    double base[BLOCKS * RUNS];
    double head[BLOCKS * RUNS];
    fill_blocks(base, head, 0.05, 0.001);
    heaplens_random lots = heaplens__random_seed(3);
    heaplens_comparison item = heaplens__comparison_start(0.01);
    const heaplens_pairs pairs = {base, head, BLOCKS, RUNS};
    assert_int_equal(heaplens__compare_control(&item, &pairs, &lots, 0.05), HEAPLENS_OK);
    assert_int_equal(heaplens__comparisons_settle(&item, 1, 0.05), HEAPLENS_OK);
    // Head is 5 % slower than base, and not than itself.
    assert_int_equal(item.outcome, HEAPLENS_OUTCOME_NO_CHANGE);
    EXPECT(item.low > -0.002 && item.high < 0.002, "%g to %g", item.low, item.high);
}

static void test_paired__what_is_out_of_range_is_refused(void **state)
{
    (void)state;
    const double one[2] = {1, 1};
    heaplens_random lots = heaplens__random_seed(3);
    heaplens_comparison item = heaplens__comparison_start(0.01);
    const heaplens_pairs good = {one, one, 1, 2};
    const heaplens_pairs none = {one, one, 0, 2};
    assert_int_equal(heaplens__compare_paired(&item, &none, 0.05, 1), HEAPLENS_EINVAL);
    assert_int_equal(heaplens__compare_paired(&item, &good, 0, 1), HEAPLENS_EINVAL);
    assert_int_equal(heaplens__compare_paired(&item, &good, 0.05, 0), HEAPLENS_EINVAL);
    assert_int_equal(heaplens__compare_control(&item, &good, &lots, 0.05), HEAPLENS_EINVAL);
    EXPECT_NEAR(item.p, 1, 0, "unchanged");
}

static void test_looks__spend_all_of_alpha_by_the_last(void **state)
{
    (void)state;
    for (size_t most = 1; most < 200; most++) {
        const heaplens_looks looks = heaplens__looks_plan(most);
        assert_true(looks.count >= 1 && looks.count <= HEAPLENS_LOOKS_MAX);
        double sum = 0;
        for (size_t i = 0; i < looks.count; i++) {
            EXPECT_NEAR(heaplens__looks_left(&looks, i), 1 - sum, 8 * DBL_EPSILON, "%zu", most);
            EXPECT(looks.share[i] > 0, "%zu blocks, look %zu", most, i);
            EXPECT(i == 0 || looks.blocks[i] > looks.blocks[i - 1], "%zu blocks", most);
            sum += looks.share[i];
        }
        EXPECT_NEAR(sum, 1, 8 * DBL_EPSILON, "%zu blocks", most);
        EXPECT(looks.blocks[looks.count - 1] == most, "%zu blocks", most);
    }
}

static void test_looks__of_a_short_run_there_is_one(void **state)
{
    (void)state;
    const heaplens_looks looks = heaplens__looks_plan(5);
    assert_int_equal(looks.count, 1);
    assert_int_equal(looks.blocks[0], 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparison__adjusted_p_are_those_of_r),
        cmocka_unit_test(test_comparison__any_difference_of_exact_figures_counts),
        cmocka_unit_test(test_comparison__from_zero_the_change_is_a_difference),
        cmocka_unit_test(test_comparison__figures_that_vary_are_not_exact),
        cmocka_unit_test(test_comparison__many_figures_ask_more_of_each),
        cmocka_unit_test(test_comparison__exact_figures_ask_nothing_of_others),
        cmocka_unit_test(test_paired__drift_cancels_out),
        cmocka_unit_test(test_paired__verdicts_follow_the_margin),
        cmocka_unit_test(test_paired__a_change_within_the_margin_is_no_discovery),
        cmocka_unit_test(test_paired__a_look_spends_its_share_of_alpha),
        cmocka_unit_test(test_paired__figures_with_zeros_are_compared_by_difference),
        cmocka_unit_test(test_paired__the_control_finds_nothing_in_drift),
        cmocka_unit_test(test_paired__what_is_out_of_range_is_refused),
        cmocka_unit_test(test_looks__spend_all_of_alpha_by_the_last),
        cmocka_unit_test(test_looks__of_a_short_run_there_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
