// SPDX-License-Identifier: MIT
// An interval covers the true value as often as it says, on independent and on dependent samples.
#include "bench/estimate.h"

#include <math.h>

#include "bench/bootstrap.h"
#include "bench/dependence.h"
#include "bench/statistics.h"
#include "expect.h"

enum { RUNS = 300, SAMPLES = 100, RESAMPLES = 400 };

typedef struct series {
    double values[SAMPLES];
    double drawn[SAMPLES];
} series;

static void compute_mean(void *context, const uint32_t *draw, size_t count, double *out)
{
    const series *const data = context;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += data->values[draw[i]];
    }
    *out = sum / (double)count;
}

// Exponential: skewed, as times are. Its mean is 1.
static double draw_exponential(heaplens_random *random)
{
    return -log(1 - heaplens__random_unit(random));
}

// Each value has `rho` of the one before it; the mean of all is 0.
static void draw_series(series *data, heaplens_random *random, double rho)
{
    double value = 0;
    for (size_t i = 0; i < 50 + SAMPLES; i++) {  // the first 50 forget the beginning
        value = rho * value + draw_exponential(random) - 1;
        if (i >= 50) {
            data->values[i - 50] = value;
        }
    }
}

// How often the interval of the mean has 0 in it. block_length 0: as the data ask for.
static double coverage(double rho, size_t block_length)
{
    heaplens_random random = heaplens__random_seed(20261126);
    int covered = 0;
    for (int run = 0; run < RUNS; run++) {
        series data;
        draw_series(&data, &random, rho);
        const heaplens_bootstrap bootstrap = {
            .compute = compute_mean,
            .data = &data,
            .count = SAMPLES,
            .statistics = 1,
            .block_length = block_length > 0
                                ? block_length
                                : heaplens__block_length(data.values, SAMPLES, data.drawn),
            .resamples = RESAMPLES,
            .confidence = 0.95,
        };
        heaplens_estimated mean = {0};
        assert_int_equal(heaplens__bootstrap_run(&bootstrap, &random, &mean), HEAPLENS_OK);
        covered += mean.low <= 0 && mean.high >= 0;
    }
    return (double)covered / RUNS;
}

// Of 300 intervals that cover with probability 0.95, at least 0.912 do but once in 1000 tries; skew
// costs percentile intervals a little at n = 100 (Hesterberg 2015, figure 10): 0.90.
static void test_coverage__independent_samples_are_covered(void **state)
{
    (void)state;
    const double share = coverage(0, 0);
    EXPECT(share >= 0.90, "%.3f", share);
    EXPECT(share <= 0.99, "%.3f", share);
}

// The variance of the mean is (1 + rho) / (1 - rho) times that of independent values: 5.7 for 0.7,
// so that an interval that does not know covers 2 P(|z| < 1.96 / 2.38) = 0.59 of the time.
static void test_coverage__dependent_samples_are_covered_by_blocks(void **state)
{
    (void)state;
    const double plain = coverage(0.7, 1);
    const double blocks = coverage(0.7, 0);
    EXPECT(plain < 0.70, "%.3f", plain);
    EXPECT(blocks > 0.80, "%.3f", blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coverage__independent_samples_are_covered),
        cmocka_unit_test(test_coverage__dependent_samples_are_covered_by_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
