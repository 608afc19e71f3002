// SPDX-License-Identifier: MIT
// Estimates, intervals, fences, densities and plans against NumPy, SciPy, arch and Criterion.rs's
// published rules; tools/bench_goldens.py makes the file.
#include "bench/estimate.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/dependence.h"
#include "bench/plan.h"
#include "bench/student.h"
#include "expect.h"

enum { CASE_SAMPLES_MAX = 400, RESAMPLES = 5000 };

static json_t *goldens;

static int load_goldens(void **state)
{
    (void)state;
    json_error_t error;
    goldens = json_load_file(ESTIMATE_GOLDENS, 0, &error);
    return goldens == NULL ? -1 : 0;
}

static int drop_goldens(void **state)
{
    (void)state;
    json_decref(goldens);
    return 0;
}

static double number(const json_t *row, const char *key)
{
    return json_number_value(json_object_get(row, key));
}

static double item(const json_t *row, const char *key, size_t i)
{
    return json_number_value(json_array_get(json_object_get(row, key), i));
}

typedef struct golden_case {
    uint64_t iterations[CASE_SAMPLES_MAX];
    uint64_t ns[CASE_SAMPLES_MAX];
    heaplens_samples samples;
    heaplens_estimates estimates;
    const char *name;
} golden_case;

static void make_case(golden_case *made, const json_t *row)
{
    const size_t count = json_array_size(json_object_get(row, "ns"));
    assert_in_range(count, 2, CASE_SAMPLES_MAX);
    for (size_t i = 0; i < count; i++) {
        made->iterations[i] = (uint64_t)item(row, "iterations", i);
        made->ns[i] = (uint64_t)item(row, "ns", i);
    }
    made->samples = (heaplens_samples){made->iterations, made->ns, count};
    made->name = json_string_value(json_object_get(row, "name"));
    const heaplens_estimate_options options = {
        .confidence = 0.95, .resamples = RESAMPLES, .seed = 7, .stream = 1};
    assert_int_equal(heaplens__estimate(&made->estimates, &made->samples, &options), HEAPLENS_OK);
}

// In the order of the goldens.
static size_t list_figures(const heaplens_estimates *from, const heaplens_estimated *figures[5])
{
    figures[0] = &from->mean;
    figures[1] = &from->median;
    figures[2] = &from->deviation;
    figures[3] = &from->median_deviation;
    figures[4] = &from->slope;
    return from->has_slope ? 5 : 4;
}

// Sums of n terms of one sign: relative error below n u, u = 2^-53; squares and roots double it. The
// deviations are differences of numbers near 1000: their absolute error is that of those.
static double rounding(double value, size_t count)
{
    return (fabs(value) + 1000) * 2 * (double)count * 0x1p-53;
}

static void test_estimate__points_are_those_of_numpy(void **state)
{
    (void)state;
    size_t at = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(goldens, "cases"), at, row)
    {
        golden_case made;
        make_case(&made, row);
        const heaplens_estimated *figures[5];
        const size_t count = list_figures(&made.estimates, figures);
        for (size_t i = 0; i < count; i++) {
            const double want = item(row, "values", i);
            EXPECT_NEAR(figures[i]->value, want, rounding(want, made.samples.count),
                        "%s, figure %zu", made.name, i);
        }
        if (count == 5) {
            EXPECT_NEAR(made.estimates.determination, number(row, "determination"), 1e-9, "%s, R^2",
                        made.name);
        }
    }
    assert_int_equal(at, 8);
}

// An end of an interval is random: its spread over repeated bootstraps is in the file. The mean of
// eight of them is known to within spread / sqrt(8); six standard deviations of the difference.
static void test_estimate__intervals_are_those_of_arch(void **state)
{
    (void)state;
    size_t at = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(goldens, "cases"), at, row)
    {
        golden_case made;
        make_case(&made, row);
        const heaplens_estimated *figures[5];
        const size_t count = list_figures(&made.estimates, figures);
        const json_t *const spread = json_object_get(row, "spread");
        assert_int_equal(made.estimates.block_length, number(row, "block_length"));
        for (size_t i = 0; i < count; i++) {
            const double got[] = {figures[i]->low, figures[i]->high, figures[i]->error};
            const double want[] = {item(row, "low", i), item(row, "high", i),
                                   item(row, "error", i)};
            for (size_t end = 0; end < 3; end++) {
                const double deviation =
                    json_number_value(json_array_get(json_array_get(spread, end), i));
                const double room = 6 * sqrt(1 + 1.0 / 8) * deviation;
                // Ends that always fall on one of few values have no spread to go by.
                const double grain = 1e-3 * item(row, "error", i);
                EXPECT_NEAR(got[end], want[end], room + grain + rounding(want[end], 100),
                            "%s, figure %zu, end %zu", made.name, i, end);
            }
        }
    }
}

static void test_estimate__fences_and_classes_are_tukeys(void **state)
{
    (void)state;
    size_t at = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(goldens, "cases"), at, row)
    {
        golden_case made;
        make_case(&made, row);
        const heaplens_fences *const fences = &made.estimates.fences;
        const double got[] = {fences->low_severe, fences->low_mild, fences->high_mild,
                              fences->high_severe};
        for (size_t i = 0; i < 4; i++) {
            const double want = item(row, "fences", i);
            EXPECT_NEAR(got[i], want, rounding(want, 10), "%s, fence %zu", made.name, i);
        }
        uint32_t all = 0;
        for (size_t i = 0; i < HEAPLENS_OUTLIER_CLASSES; i++) {
            all += made.estimates.outliers[i];
        }
        assert_int_equal(all, made.samples.count);
    }
}

static void test_estimate__an_outlier_is_counted_and_stays_in_the_estimates(void **state)
{
    (void)state;
    uint64_t iterations[20];
    uint64_t ns[20];
    for (size_t i = 0; i < 20; i++) {
        iterations[i] = 1;
        ns[i] = 1000 + i;
    }
    ns[7] = 100000;
    const heaplens_samples samples = {iterations, ns, 20};
    const heaplens_estimate_options options = {
        .confidence = 0.95, .resamples = 1000, .seed = 1, .stream = 1};
    heaplens_estimates estimates;
    assert_int_equal(heaplens__estimate(&estimates, &samples, &options), HEAPLENS_OK);
    assert_int_equal(estimates.outliers[HEAPLENS_OUTLIER_HIGH_SEVERE], 1);
    assert_int_equal(estimates.outliers[HEAPLENS_OUTLIER_NONE], 19);
    // (19 * 1000 + 0 + ... + 19 - 7 + 100000) / 20
    EXPECT_NEAR(estimates.mean.value, 5959.15, 1e-9, "mean");
}

static void test_estimate__densities_are_those_of_scipy(void **state)
{
    (void)state;
    size_t at = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(goldens, "cases"), at, row)
    {
        golden_case made;
        make_case(&made, row);
        const json_t *const want = json_object_get(row, "density");
        assert_int_equal(made.estimates.has_density, want != NULL);
        const heaplens_density *const curve = &made.estimates.density;
        for (size_t i = 0; i < json_array_size(want); i++) {
            const double value = json_number_value(json_array_get(want, i));
            // exp() of -z^2/2 at z known to 1e-13, and at most 3 + 601 bandwidths wide.
            EXPECT_NEAR(curve->values[i * 20], value, 1e-9 / curve->bandwidth, "%s, point %zu",
                        made.name, i);
        }
        if (want != NULL) {
            EXPECT_NEAR(curve->bandwidth, number(row, "bandwidth"), 1e-9, "%s", made.name);
        }
    }
}

static void test_estimate__the_same_samples_and_seed_give_the_same_bits(void **state)
{
    (void)state;
    golden_case first = {.name = NULL};
    golden_case second = {.name = NULL};
    make_case(&first, json_array_get(json_object_get(goldens, "cases"), 0));
    make_case(&second, json_array_get(json_object_get(goldens, "cases"), 0));
    assert_memory_equal(&first.estimates.slope, &second.estimates.slope,
                        sizeof(heaplens_estimated));
    assert_memory_equal(&first.estimates.median, &second.estimates.median,
                        sizeof(heaplens_estimated));
    const heaplens_estimate_options other = {
        .confidence = 0.95, .resamples = RESAMPLES, .seed = 8, .stream = 1};
    assert_int_equal(heaplens__estimate(&second.estimates, &second.samples, &other), HEAPLENS_OK);
    assert_true(first.estimates.slope.low != second.estimates.slope.low);
}

static void test_estimate__too_few_samples_or_odd_options_are_refused(void **state)
{
    (void)state;
    const uint64_t one = 1;
    heaplens_estimates estimates;
    heaplens_estimate_options options = {
        .confidence = 0.95, .resamples = 1000, .seed = 1, .stream = 1};
    const heaplens_samples single = {&one, &one, 1};
    assert_int_equal(heaplens__estimate(&estimates, &single, &options), HEAPLENS_EINVAL);
    const uint64_t two[] = {1, 2};
    const heaplens_samples pair = {two, two, 2};
    options.confidence = (double)NAN;
    assert_int_equal(heaplens__estimate(&estimates, &pair, &options), HEAPLENS_EINVAL);
    options.confidence = 0.95;
    options.resamples = 99;
    assert_int_equal(heaplens__estimate(&estimates, &pair, &options), HEAPLENS_EINVAL);
}

static heaplens_plan_mode mode_of(const char *name)
{
    return strcmp(name, "auto") == 0     ? HEAPLENS_PLAN_AUTO
           : strcmp(name, "linear") == 0 ? HEAPLENS_PLAN_LINEAR
                                         : HEAPLENS_PLAN_FLAT;
}

static void test_plan__counts_are_those_of_criterions_rules(void **state)
{
    (void)state;
    size_t at = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(goldens, "plans"), at, row)
    {
        const char *const mode = json_string_value(json_object_get(row, "mode"));
        const size_t samples = (size_t)number(row, "samples");
        const heaplens_plan plan =
            heaplens__plan_make(mode_of(mode), samples, number(row, "target"), number(row, "each"));
        uint64_t sum = 0;
        for (size_t i = 0; i < samples; i++) {
            sum += heaplens__plan_iterations(&plan, i);
        }
        assert_int_equal(heaplens__plan_iterations(&plan, 0), number(row, "first"));
        assert_int_equal(heaplens__plan_iterations(&plan, samples - 1), number(row, "last"));
        assert_int_equal(sum, number(row, "sum"));
        assert_true(plan.mode != HEAPLENS_PLAN_AUTO);
    }
    assert_int_equal(at, 24);
}

static void test_plan__a_benchmark_that_takes_no_time_gets_a_finite_plan(void **state)
{
    (void)state;
    const heaplens_plan plan = heaplens__plan_make(HEAPLENS_PLAN_AUTO, 100, 5e9, 0);
    assert_true(plan.step > 0);
    assert_true(isfinite(plan.expected_ns));
    assert_false(heaplens__plan_is_too_long(&plan, 5e9));
}

static void test_plan__a_slow_benchmark_is_said_to_take_too_long(void **state)
{
    (void)state;
    const heaplens_plan plan = heaplens__plan_make(HEAPLENS_PLAN_AUTO, 100, 5e9, 1e9);
    assert_int_equal(plan.mode, HEAPLENS_PLAN_FLAT);
    assert_true(heaplens__plan_is_too_long(&plan, 5e9));
    EXPECT_NEAR(plan.expected_ns, 100e9, 0, "expected time");
}

static void test_student__quantiles_are_those_of_scipy(void **state)
{
    (void)state;
    size_t at = 0;
    json_t *row = NULL;
    json_array_foreach(json_object_get(goldens, "quantiles"), at, row)
    {
        const double p = number(row, "p");
        const double freedom = number(row, "freedom");
        EXPECT_NEAR(heaplens__normal_quantile(p), number(row, "normal"), 1e-12, "p %g", p);
        // What the header promises; the expansion is worst in the tail of the fewest degrees.
        EXPECT_NEAR(heaplens__student_quantile(p, freedom), number(row, "student"),
                    freedom > 9 || fabs(p - 0.5) <= 0.45 ? 1e-3 : 1e-2, "p %g, %g degrees", p,
                    freedom);
    }
    assert_int_equal(at, 36);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_estimate__points_are_those_of_numpy),
        cmocka_unit_test(test_estimate__intervals_are_those_of_arch),
        cmocka_unit_test(test_estimate__fences_and_classes_are_tukeys),
        cmocka_unit_test(test_estimate__an_outlier_is_counted_and_stays_in_the_estimates),
        cmocka_unit_test(test_estimate__densities_are_those_of_scipy),
        cmocka_unit_test(test_estimate__the_same_samples_and_seed_give_the_same_bits),
        cmocka_unit_test(test_estimate__too_few_samples_or_odd_options_are_refused),
        cmocka_unit_test(test_plan__counts_are_those_of_criterions_rules),
        cmocka_unit_test(test_plan__a_benchmark_that_takes_no_time_gets_a_finite_plan),
        cmocka_unit_test(test_plan__a_slow_benchmark_is_said_to_take_too_long),
        cmocka_unit_test(test_student__quantiles_are_those_of_scipy),
    };
    return cmocka_run_group_tests(tests, load_goldens, drop_goldens);
}
