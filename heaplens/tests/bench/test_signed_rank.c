// SPDX-License-Identifier: MIT
#include "expect.h"

#include <float.h>
#include <math.h>

#include "bench/signed_rank.h"

// Reference values: tools/comparison_goldens.R.
typedef struct reference_test {
    double shift;
    double above;
    double below;
} reference_test;

typedef struct reference_interval {
    double alpha;
    double centre;
    double low;
    double high;
} reference_interval;

typedef struct reference_case {
    size_t count;
    reference_test tests[2];
    reference_interval intervals[2];  // alpha 0: too few differences for it
    double x[60];
} reference_case;

// clang-format off: as the generator prints them
static const reference_case cases[] = {
    {6,
     {{0.0, 0.15625000000000006, 0.890625}, {0.01, 0.2812500000000001, 0.7812499999999999}},
     {{0.05, 0.018598, -0.033101, 0.053907}},
     {0.006112, 0.031084, 0.029589, 0.01183, -0.033101, 0.053907}},
    {9,
     {{0.0, 0.00390625, 0.998046875}, {0.01, 0.013671875, 0.990234375}},
     {{0.05, 0.0289265, 0.0141535, 0.054157}, {0.005, 0.0289265, -0.002372, 0.087489}},
     {0.034454, 0.087489, 0.033993, 0.013267, 0.01504, 0.044586, 0.020825, -0.002372, 0.037354}},
    {24,
     {{0.0, 0.006302416324615489, 0.9942419528961182},
      {0.01, 0.27283477783203147, 0.7364704608917234}},
     {{0.05, 0.0129315, 0.0031650000000000003, 0.023273500000000003},
      {0.005, 0.0129315, -0.0015534999999999998, 0.0288945}},
     {0.01641,   0.006717, 0.022369, 0.030137,  0.023421,  -0.000197, 0.001296, 0.008945,
      0.048213,  0.015476, 0.056493, 0.006039,  -0.006128, -0.015213, 0.058622, 0.019862,
      -0.018113, 0.025242, 0.011187, -0.001328, -0.122552, 0.043871,  0.019786, -0.009146}},
    {60,
     {{0.0, 4.1353461705596575e-05, 0.999960055058842},
      {0.01, 0.016497968849281067, 0.9838104474132114}},
     {{0.05, 0.018492250000000002, 0.0106675, 0.0256305},
      {0.005, 0.018492250000000002, 0.006682, 0.0287555}},
     {0.008681, 0.013317,  -0.014943, 0.057947,  0.073601,  -0.048349, 0.043398,  0.002431,
      0.007118, -0.092273, -0.013824, -0.036612, 0.012397,  0.010922,  -0.007155, 0.018681,
      0.025803, -0.040075, 0.048833,  0.012888,  -0.038112, 0.049636,  -0.003532, 0.052736,
      0.026646, 0.028984,  0.059995,  0.002442,  0.041136,  0.012995,  0.032353,  -0.064824,
      0.044547, 0.010246,  0.014557,  0.026709,  0.016673,  0.01973,   0.021846,  0.031475,
      0.017092, 0.03911,   -0.005415, 0.032806,  -0.032816, 0.018334,  0.044156,  0.026429,
      0.020682, -0.011118, 0.031478,  0.078286,  0.008532,  0.030114,  0.04883,   0.021481,
      0.010551, 0.051258,  0.034288,  0.006094}},
};
// clang-format on

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

// count^2 additions of numbers that add up to 1, each rounded by half an epsilon at most; the
// reference sums likewise.
static double tolerance_of(size_t count, double p)
{
    return p * (double)(2 * count * count) * DBL_EPSILON;
}

static void test_signed_rank__probabilities_are_exact(void **state)
{
    (void)state;
    for (size_t c = 0; c < CASES; c++) {
        for (size_t t = 0; t < 2; t++) {
            const reference_test *const want = &cases[c].tests[t];
            heaplens_tails got = {0};
            assert_int_equal(
                heaplens__signed_rank_test(&got, cases[c].x, cases[c].count, want->shift),
                HEAPLENS_OK);
            EXPECT_NEAR(got.above, want->above, tolerance_of(cases[c].count, want->above),
                        "%zu differences, above %g", cases[c].count, want->shift);
            EXPECT_NEAR(got.below, want->below, tolerance_of(cases[c].count, want->below),
                        "%zu differences, below %g", cases[c].count, want->shift);
        }
    }
}

static void test_signed_rank__centre_and_interval_are_those_of_r(void **state)
{
    (void)state;
    for (size_t c = 0; c < CASES; c++) {
        for (size_t t = 0; t < 2 && cases[c].intervals[t].alpha > 0; t++) {
            const reference_interval *const want = &cases[c].intervals[t];
            heaplens_centre got = {0};
            assert_int_equal(
                heaplens__signed_rank_centre(&got, cases[c].x, cases[c].count, want->alpha),
                HEAPLENS_OK);
            // A mean of two of the values, each printed with 17 digits.
            const double tolerance = DBL_EPSILON;
            EXPECT_NEAR(got.value, want->centre, tolerance, "%zu differences", cases[c].count);
            EXPECT_NEAR(got.low, want->low, tolerance, "%zu differences, alpha %g", cases[c].count,
                        want->alpha);
            EXPECT_NEAR(got.high, want->high, tolerance, "%zu differences, alpha %g",
                        cases[c].count, want->alpha);
        }
    }
}

static void test_signed_rank__ties_are_counted_and_what_is_at_the_shift_is_left_out(void **state)
{
    (void)state;
    const double x[] = {0, 1, 1, -1, 2, 2, 3, -2, 4, 4, 5};
    heaplens_tails got = {0};
    assert_int_equal(heaplens__signed_rank_test(&got, x, 11, 0), HEAPLENS_OK);
    EXPECT_NEAR(got.above, 0.0205078125, 0, "sums of 1,024 are exact");
    EXPECT_NEAR(got.below, 0.9892578125, 0, "sums of 1,024 are exact");
}

static void test_signed_rank__the_interval_is_what_the_test_does_not_reject(void **state)
{
    (void)state;
    const reference_case *const data = &cases[2];
    heaplens_centre centre = {0};
    assert_int_equal(heaplens__signed_rank_centre(&centre, data->x, data->count, 0.05),
                     HEAPLENS_OK);
    for (int i = 0; i < 2; i++) {
        const double inside = i == 0 ? 1e-9 : -1e-9;
        heaplens_tails in = {0};
        heaplens_tails out = {0};
        const double end = i == 0 ? centre.low : centre.high;
        assert_int_equal(heaplens__signed_rank_test(&in, data->x, data->count, end + inside),
                         HEAPLENS_OK);
        assert_int_equal(heaplens__signed_rank_test(&out, data->x, data->count, end - inside),
                         HEAPLENS_OK);
        EXPECT((i == 0 ? in.above : in.below) > 0.025, "end %d", i);
        EXPECT((i == 0 ? out.above : out.below) <= 0.025, "end %d", i);
    }
}

static void test_signed_rank__too_few_differences_have_no_interval(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4, 5};  // 2 / 2^5 > 0.05
    heaplens_centre got = {0};
    assert_int_equal(heaplens__signed_rank_centre(&got, x, 5, 0.05), HEAPLENS_OK);
    assert_true(isinf(got.low) && got.low < 0 && isinf(got.high) && got.high > 0);
    EXPECT_NEAR(got.value, 3, 0, "the median of the means of pairs");
}

static void test_signed_rank__equal_values_say_nothing(void **state)
{
    (void)state;
    const double x[] = {7, 7, 7};
    heaplens_tails got = {0};
    assert_int_equal(heaplens__signed_rank_test(&got, x, 3, 7), HEAPLENS_OK);
    EXPECT_NEAR(got.above, 1, 0, "above");
    EXPECT_NEAR(got.below, 1, 0, "below");
}

static void test_signed_rank__what_is_out_of_range_is_refused(void **state)
{
    (void)state;
    static double x[HEAPLENS_SIGNED_RANK_MAX + 1];
    heaplens_centre centre = {0};
    heaplens_tails tails = {0};
    assert_int_equal(heaplens__signed_rank_test(&tails, x, HEAPLENS_SIGNED_RANK_MAX + 1, 0),
                     HEAPLENS_EINVAL);
    assert_int_equal(heaplens__signed_rank_centre(&centre, x, 0, 0.05), HEAPLENS_EINVAL);
    assert_int_equal(heaplens__signed_rank_centre(&centre, x, 3, 1), HEAPLENS_EINVAL);
    assert_int_equal(heaplens__signed_rank_centre(&centre, x, 3, (double)NAN), HEAPLENS_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed_rank__probabilities_are_exact),
        cmocka_unit_test(test_signed_rank__centre_and_interval_are_those_of_r),
        cmocka_unit_test(test_signed_rank__ties_are_counted_and_what_is_at_the_shift_is_left_out),
        cmocka_unit_test(test_signed_rank__the_interval_is_what_the_test_does_not_reject),
        cmocka_unit_test(test_signed_rank__too_few_differences_have_no_interval),
        cmocka_unit_test(test_signed_rank__equal_values_say_nothing),
        cmocka_unit_test(test_signed_rank__what_is_out_of_range_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
