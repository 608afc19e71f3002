// SPDX-License-Identifier: MIT
// Sampling against the mathematics of the C library, and against populations that are known.
#include "expect.h"

#include <math.h>

#include "runtime/sampler.h"

enum { DRAWS = 200000, RUNS = 1000, BLOCKS = 4000 };

// 1 - exp(-s / R), by the C library.
static double probability(size_t size, uint64_t mean)
{
    return -expm1(-(double)(size != 0 ? size : 1) / (double)mean);
}

static void test_sampler__weights_are_those_of_the_probability(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 7, 100, 4096, 500000, 524288, 3000000, 1U << 30};
    static const uint64_t means[] = {1, 1000, 524288, UINT64_C(1) << 30};
    heaplens__sampler sampler;
    heaplens__sampler_init(&sampler, 1, 1);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t k = 0; k < sizeof means / sizeof means[0]; k++) {
            const double p = probability(sizes[i], means[k]);
            const double s = (double)sizes[i];
            const heaplens__weight got = heaplens__sampler_weigh(&sampler, sizes[i], means[k]);
            // Rounded to a whole number; p by a series of relative error below 1e-12.
            EXPECT_NEAR((double)got.bytes, s / p, 0.5 + 1e-12 * s / p, "size %zu", sizes[i]);
            EXPECT((double)got.blocks >= floor((1 - 1e-12) / p) &&
                       (double)got.blocks <= ceil((1 + 1e-12) / p),
                   "size %zu mean %llu", sizes[i], (unsigned long long)means[k]);
            const double want = s * s * (1 - p) / (p * p);
            // 1 - p loses what p has: an absolute error of 1e-12 in it.
            EXPECT_NEAR(got.variance_bytes, want, 1e-9 * want + 1e-12 * s * s / (p * p), "size %zu",
                        sizes[i]);
        }
    }
}

static void test_sampler__a_block_is_drawn_as_often_as_its_size_says(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 16, 1000, 10000, 50000};
    const uint64_t mean = 10000;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        heaplens__sampler sampler;
        heaplens__sampler_init(&sampler, 7, i);
        size_t drawn = 0;
        for (size_t k = 0; k < DRAWS; k++) {
            drawn += heaplens__sampler_draws(&sampler, sizes[i], mean) ? 1 : 0;
        }
        const double p = probability(sizes[i], mean);
        // Five standard deviations of a binomial: the seed is fixed, so this holds always or never.
        EXPECT_NEAR((double)drawn, DRAWS * p, 5 * sqrt(DRAWS * p * (1 - p)) + 1, "size %zu",
                    sizes[i]);
    }
}

static void test_sampler__the_blocks_it_stands_for_average_to_one_over_p(void **state)
{
    (void)state;
    const uint64_t mean = 1000;
    const size_t size = 700;
    heaplens__sampler sampler;
    heaplens__sampler_init(&sampler, 3, 0);
    double sum = 0;
    for (size_t i = 0; i < DRAWS; i++) {
        sum += (double)heaplens__sampler_weigh(&sampler, size, mean).blocks;
    }
    // A whole number one above or below: a deviation of at most half.
    EXPECT_NEAR(sum / DRAWS, 1 / probability(size, mean), 5 * 0.5 / sqrt(DRAWS), "blocks");
}

static size_t size_of(size_t block)
{
    static const size_t sizes[] = {24, 40, 96, 200, 1024, 5000, 70000};
    return sizes[block * block % 7];
}

// The interval of 95 %: of a thousand runs between 93 and 97 in a hundred have the truth in it.
static void test_sampler__intervals_cover_the_truth_as_often_as_they_say(void **state)
{
    (void)state;
    const uint64_t mean = 65536;
    double bytes = 0;
    for (size_t i = 0; i < BLOCKS; i++) {
        bytes += (double)size_of(i);
    }
    size_t covered_bytes = 0;
    size_t covered_blocks = 0;
    double sum = 0;
    for (size_t run = 0; run < RUNS; run++) {
        heaplens__sampler sampler;
        heaplens__sampler_init(&sampler, run, 1);
        heaplens__weight total = {0};
        for (size_t i = 0; i < BLOCKS; i++) {
            // Blocks of one size that are many: the normal law holds for their number too.
            if (heaplens__sampler_draws(&sampler, size_of(i) + 4000, mean)) {
                const heaplens__weight one =
                    heaplens__sampler_weigh(&sampler, size_of(i) + 4000, mean);
                total.bytes += one.bytes;
                total.blocks += one.blocks;
                total.variance_bytes += one.variance_bytes;
                total.variance_blocks += one.variance_blocks;
            }
        }
        const double truth = bytes + 4000.0 * BLOCKS;
        covered_bytes +=
            fabs((double)total.bytes - truth) <= 1.96 * sqrt(total.variance_bytes) ? 1 : 0;
        covered_blocks +=
            fabs((double)total.blocks - BLOCKS) <= 1.96 * sqrt(total.variance_blocks) ? 1 : 0;
        sum += (double)total.bytes / truth;
    }
    EXPECT(covered_bytes >= 930 && covered_bytes <= 970, "%zu of 1000", covered_bytes);
    EXPECT(covered_blocks >= 930 && covered_blocks <= 970, "%zu of 1000", covered_blocks);
    // Unbiased: a run strays by 5 %, a thousand by 0.2 %.
    EXPECT_NEAR(sum / RUNS, 1, 0.01, "mean of estimates");
}

static void test_sampler__a_seed_and_a_stream_give_the_same_draws(void **state)
{
    (void)state;
    size_t same = 0;
    size_t other = 0;
    heaplens__sampler samplers[3];
    heaplens__sampler_init(&samplers[0], 5, 1);
    heaplens__sampler_init(&samplers[1], 5, 1);
    heaplens__sampler_init(&samplers[2], 5, 2);
    for (size_t i = 0; i < 1000; i++) {
        const bool is_drawn = heaplens__sampler_draws(&samplers[0], 1000, 2000);
        same += heaplens__sampler_draws(&samplers[1], 1000, 2000) == is_drawn ? 1 : 0;
        other += heaplens__sampler_draws(&samplers[2], 1000, 2000) == is_drawn ? 1 : 0;
    }
    assert_int_equal(same, 1000);
    assert_true(other < 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sampler__weights_are_those_of_the_probability),
        cmocka_unit_test(test_sampler__a_block_is_drawn_as_often_as_its_size_says),
        cmocka_unit_test(test_sampler__the_blocks_it_stands_for_average_to_one_over_p),
        cmocka_unit_test(test_sampler__intervals_cover_the_truth_as_often_as_they_say),
        cmocka_unit_test(test_sampler__a_seed_and_a_stream_give_the_same_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
