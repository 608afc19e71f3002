// SPDX-License-Identifier: MIT
// Measures against scipy's and scikit-learn's (tools/evaluation_goldens.py).
#include "evaluation/metrics.h"

#include <float.h>
#include <math.h>

#include "expect.h"

enum { MOST = 40 };

typedef struct metric_case {
    size_t count;
    double scores[MOST];
    bool is_relevant[MOST];
    double rank;  // of the first item
    double auc;
    double ndcg;  // of the first ten; -1: not compared
} metric_case;

static const metric_case cases[] = {
#include "metrics_goldens.inc"
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

// A few hundred additions and one division of numbers below 40, in any order.
static const double tolerance = 1000 * DBL_EPSILON;

static void test_metrics__are_those_of_scipy_and_scikit_learn(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        const metric_case *const c = &cases[i];
        size_t order[2 * MOST];
        competency__order(order, order + MOST, c->scores, c->count);
        EXPECT_NEAR(competency__rank_of(c->scores, c->count, 0), c->rank, 0.0, "rank, case %zu", i);
        EXPECT_NEAR(competency__auc(c->scores, c->is_relevant, c->count), c->auc, tolerance,
                    "AUC, case %zu", i);
        if (c->ndcg >= 0.0) {
            EXPECT_NEAR(competency__ndcg(order, c->is_relevant, c->count, 10), c->ndcg, tolerance,
                        "nDCG, case %zu", i);
        }
    }
}

static void test_metrics__order_puts_the_best_first_and_keeps_equals_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++) {
        size_t order[2 * MOST];
        const double *const scores = cases[i].scores;
        competency__order(order, order + MOST, scores, cases[i].count);
        for (size_t k = 1; k < cases[i].count; k++) {
            const bool is_ordered =
                scores[order[k - 1]] > scores[order[k]] ||
                (scores[order[k - 1]] == scores[order[k]] && order[k - 1] < order[k]);
            EXPECT(is_ordered, "case %zu, place %zu", i, k);
        }
    }
}

static void test_metrics__precision_counts_what_is_on_top(void **state)
{
    (void)state;
    static const size_t order[] = {3, 0, 2, 1};
    static const bool is_relevant[] = {false, true, true, true};
    assert_true(competency__precision_at(order, is_relevant, 1) == 1.0);
    assert_true(competency__precision_at(order, is_relevant, 2) == 0.5);
    assert_true(competency__precision_at(order, is_relevant, 4) == 0.75);
}

static void test_metrics__what_cannot_be_measured_is_no_number(void **state)
{
    (void)state;
    static const double scores[] = {1.0, 2.0};
    static const bool none[] = {false, false};
    static const bool all[] = {true, true};
    static const size_t order[] = {1, 0};
    assert_true(isnan(competency__auc(scores, none, 2)));
    assert_true(isnan(competency__auc(scores, all, 2)));
    assert_true(isnan(competency__ndcg(order, none, 2, 10)));
    assert_true(competency__ndcg(order, all, 2, 10) == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics__are_those_of_scipy_and_scikit_learn),
        cmocka_unit_test(test_metrics__order_puts_the_best_first_and_keeps_equals_in_order),
        cmocka_unit_test(test_metrics__precision_counts_what_is_on_top),
        cmocka_unit_test(test_metrics__what_cannot_be_measured_is_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
