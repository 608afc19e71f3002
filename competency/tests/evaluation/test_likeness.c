// SPDX-License-Identifier: MIT
// Likenesses of texts against scikit-learn's TfidfVectorizer and a Jaccard index of Python's sets
// (tools/evaluation_goldens.py).
#include "evaluation/likeness.h"

#include <float.h>

#include "expect.h"

enum { TEXTS = 11 };

static const char *const texts[TEXTS] = {"machine learning",
                                         "learning machines",
                                         "data analysis",
                                         "analyse data",
                                         "Data Analysis",
                                         "C++",
                                         "cook pastry products",
                                         "pastry",
                                         "manage a team",
                                         "team management",
                                         "go"};

typedef struct likeness_case {
    const char *query;
    double trigrams[TEXTS];
    double words[TEXTS];
} likeness_case;

static const likeness_case cases[] = {
#include "likeness_goldens.inc"
};

static void check(competency__likeness_kind kind, const likeness_case *c, const double *want)
{
    competency__likeness *index = NULL;
    double got[TEXTS];
    assert_int_equal(competency__likeness_create(&index, NULL, kind, texts, TEXTS, NULL),
                     COMPETENCY_OK);
    assert_int_equal(competency__likeness_score(index, got, c->query, NULL), COMPETENCY_OK);
    for (size_t i = 0; i < TEXTS; i++) {
        // Sums of at most some 30 products of numbers below 4, and a division.
        EXPECT_NEAR(got[i], want[i], 500 * DBL_EPSILON, "%s: \"%s\" and \"%s\"",
                    competency__likeness_name(kind), c->query, texts[i]);
    }
    competency__likeness_destroy(index);
}

static void test_likeness__is_that_of_scikit_learn(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check(COMPETENCY__LIKENESS_TRIGRAMS, &cases[i], cases[i].trigrams);
        check(COMPETENCY__LIKENESS_WORDS, &cases[i], cases[i].words);
    }
}

static void test_likeness__of_equal_texts_is_1_whatever_their_case(void **state)
{
    (void)state;
    static const likeness_case c = {.query = "dATA aNALYSIS"};
    static const double want[TEXTS] = {0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0};
    check(COMPETENCY__LIKENESS_EXACT, &c, want);
}

static void test_likeness__of_texts_without_words_is_0(void **state)
{
    (void)state;
    static const likeness_case empty = {.query = ""};
    static const likeness_case signs = {.query = "+-"};
    static const double want[TEXTS] = {0};
    check(COMPETENCY__LIKENESS_WORDS, &empty, want);
    check(COMPETENCY__LIKENESS_WORDS, &signs, want);
    check(COMPETENCY__LIKENESS_TRIGRAMS, &empty, want);
    competency__likeness *index = NULL;
    double none[1] = {7.0};
    assert_int_equal(
        competency__likeness_create(&index, NULL, COMPETENCY__LIKENESS_TRIGRAMS, NULL, 0, NULL),
        COMPETENCY_OK);
    assert_int_equal(competency__likeness_score(index, none, "a", NULL), COMPETENCY_OK);
    assert_true(none[0] == 7.0);
    competency__likeness_destroy(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_likeness__is_that_of_scikit_learn),
        cmocka_unit_test(test_likeness__of_equal_texts_is_1_whatever_their_case),
        cmocka_unit_test(test_likeness__of_texts_without_words_is_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
