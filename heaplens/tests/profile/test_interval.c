// SPDX-License-Identifier: MIT
// Intervals of sampled figures, end to end: blocks are drawn as the recorder draws them, the store is
// read, and the interval either covers the truth or does not.
//
//     test_interval RUNS     runs as many; without an argument, 1,000
#include "expect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "profile/interval.h"
#include "profile/store_read.h"
#include "synthetic.h"

enum { SAMPLE_BYTES = 8192 };

static int run_count = 1000;

// SplitMix64. Source: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators".
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static double next_unit(uint64_t *state)
{
    return (double)(next_random(state) >> 11) * 0x1p-53;
}

static void add_to(heaplens_store_u64 *word, double value)
{
    const uint64_t bits = *word;
    double sum = 0;
    memcpy(&sum, &bits, sizeof(sum));
    sum += value;
    uint64_t out = 0;
    memcpy(&out, &sum, sizeof(out));
    *word = out;
}

// The class of a size: the number of its bits.
static uint64_t class_of(uint64_t size)
{
    uint64_t bits = 0;
    for (; size > 0; size >>= 1) {
        bits++;
    }
    return bits;
}

static void add_to_bin(heaplens_store_entry *entry, uint64_t size, uint64_t blocks)
{
    const uint64_t tag = class_of(size) + 1;
    for (size_t i = 0; i < sizeof(entry->bins) / sizeof(entry->bins[0]); i++) {
        if (entry->bins[i] == 0 || entry->bins[i] >> HEAPLENS_STORE_BIN_SHIFT == tag) {
            entry->bins[i] = (tag << HEAPLENS_STORE_BIN_SHIFT | entry->bins[i]) + blocks;
            return;
        }
    }
}

// Allocate blocks of `size` bytes at site 2, each drawn with the probability that docs/format/store.md
// says; nothing is freed. Every fourth counts as temporary, as if.
static void allocate(synthetic_store *store, uint64_t blocks, uint64_t size, double mean,
                     uint64_t *seed)
{
    heaplens_store_entry *const entry = &store->entries[0];
    heaplens_store_estimate *const estimate = &store->estimates[0];
    const double p = -expm1(-(double)size / mean);
    for (uint64_t i = 0; i < blocks; i++) {
        if (next_unit(seed) >= p) {
            continue;
        }
        // 1/p blocks, rounded at random to a whole number with that mean.
        const uint64_t whole = (uint64_t)(1 / p);
        const uint64_t stands = whole + (next_unit(seed) < 1 / p - (double)whole ? 1 : 0);
        const uint64_t bytes = (uint64_t)((double)size / p + next_unit(seed));
        add_to_bin(entry, size, stands);
        entry->blocks_temporary += i % 4 == 0 ? stands : 0;
        entry->blocks_total += stands;
        entry->bytes_total += bytes;
        entry->bytes_live += (int64_t)bytes;
        entry->blocks_live += (int64_t)stands;
        estimate->samples++;
        const double odds = (1 - p) / (p * p);
        add_to(&estimate->bytes_total, odds * (double)size * (double)size);
        add_to(&estimate->bytes_live, odds * (double)size * (double)size);
        add_to(&estimate->blocks_total, odds);
        add_to(&estimate->blocks_live, odds);
    }
}

static heaplens_session *sample(uint64_t seed)
{
    synthetic_store store;
    unsigned char bytes[SYNTHETIC_STORE_BYTES];
    heaplens_session *const session = heaplens_session_create();
    assert_non_null(session);
    synthetic_store_init(&store);
    memset(store.entries, 0, sizeof(store.entries));
    memset(store.estimates, 0, sizeof(store.estimates));
    store.entries[0].site = 2;
    store.estimates[0].site = 2;
    store.header.bytes_peak = 0;  // the peak is now
    store.header.sample_bytes = SAMPLE_BYTES;
    // Small blocks, blocks about as large as the distance of samples, and some that are larger.
    allocate(&store, 4000, 1000, SAMPLE_BYTES, &seed);
    allocate(&store, 500, 8000, SAMPLE_BYTES, &seed);
    allocate(&store, 20, 50000, SAMPLE_BYTES, &seed);
    synthetic_store_bytes(&store, bytes);
    const heaplens_store_source source = {.fd = -1, .data = bytes, .size = sizeof(bytes)};
    assert_int_equal(heaplens__store_read(session, &source, NULL), HEAPLENS_OK);
    return session;
}

typedef struct coverage {
    uint64_t truth;
    double sum;
    heaplens_metric metric;
    int covered;
} coverage;

static void test_interval__covers_the_truth_as_often_as_it_says(void **state)
{
    (void)state;
    const uint64_t bytes = 4000 * 1000 + 500 * 8000 + 20 * 50000;
    coverage figures[] = {
        {.metric = HEAPLENS_METRIC_TOTAL, .truth = bytes},
        {.metric = HEAPLENS_METRIC_LEAKED, .truth = bytes},
        {.metric = HEAPLENS_METRIC_PEAK, .truth = bytes},
        {.metric = HEAPLENS_METRIC_BLOCKS, .truth = 4520},
    };
    const size_t count = sizeof(figures) / sizeof(figures[0]);
    for (int run = 0; run < run_count; run++) {
        heaplens_session *const session = sample((uint64_t)run * 7919 + 1);
        const heaplens_process *const process = &session->processes[0];
        for (size_t i = 0; i < count; i++) {
            coverage *const figure = &figures[i];
            const uint64_t value = heaplens_site_value(&process->sites[0], figure->metric);
            const uint64_t half =
                heaplens_interval(heaplens_site_variance(process, 0, figure->metric));
            const uint64_t off =
                value > figure->truth ? value - figure->truth : figure->truth - value;
            figure->covered += off <= half ? 1 : 0;
            figure->sum += (double)value;
        }
        heaplens_session_destroy(session);
    }
    for (size_t i = 0; i < count; i++) {
        const double share = (double)figures[i].covered / run_count;
        EXPECT(share >= 0.93 && share <= 0.97, "%s: %.1f %% of %d runs",
               heaplens_metric_name(figures[i].metric), 100 * share, run_count);
        // Unbiased: the mean of a thousand estimates is within a thousandth or two.
        const double mean = figures[i].sum / run_count / (double)figures[i].truth;
        EXPECT(fabs(mean - 1) < 0.01, "%s: %.4f of the truth on average",
               heaplens_metric_name(figures[i].metric), mean);
    }
}

// A site's share of three alike: 1/3 of a whole that the same sample tells, or of one that is known.
static void test_interval__of_a_part_of_a_whole_covers_as_often_as_it_says(void **state)
{
    (void)state;
    const uint64_t truth = 4000 * 1000 + 500 * 8000 + 20 * 50000;
    int covered = 0;
    int covered_exact = 0;
    for (int run = 0; run < run_count; run++) {
        uint64_t parts[3];
        uint64_t whole = 0;
        double variances[3];
        double variance = 0;
        for (size_t i = 0; i < 3; i++) {
            heaplens_session *const session = sample((uint64_t)run * 15485863 + i * 32452843 + 5);
            const heaplens_process *const process = &session->processes[0];
            parts[i] = process->sites[0].bytes_total;
            variances[i] = heaplens_site_variance(process, 0, HEAPLENS_METRIC_TOTAL);
            whole += parts[i];
            variance += variances[i];
            heaplens_session_destroy(session);
        }
        const double share = (double)parts[0] / (double)whole;
        const double half = heaplens_part_interval(parts[0], whole, variances[0], variance);
        covered += fabs(share - 1.0 / 3) <= half ? 1 : 0;
        const double exact = (double)parts[0] / (double)(3 * truth);
        const double exact_half = heaplens_part_interval(parts[0], 3 * truth, variances[0], 0);
        covered_exact += fabs(exact - 1.0 / 3) <= exact_half ? 1 : 0;
    }
    const double of_estimate = (double)covered / run_count;
    const double of_known = (double)covered_exact / run_count;
    EXPECT(of_estimate >= 0.93 && of_estimate <= 0.97, "%.1f %%", 100 * of_estimate);
    EXPECT(of_known >= 0.93 && of_known <= 0.97, "%.1f %%", 100 * of_known);
}

// Those of temporary blocks, and of shares, rest on bounds: they may cover more often than they say,
// never less.
static void test_interval__of_a_part_of_the_blocks_is_wide_enough(void **state)
{
    (void)state;
    int covered = 0;
    int covered_share = 0;
    double width = 0;
    for (int run = 0; run < run_count; run++) {
        heaplens_session *const session = sample((uint64_t)run * 104729 + 3);
        const heaplens_process *const process = &session->processes[0];
        const heaplens_site *const site = &process->sites[0];
        const double half = (double)heaplens_interval(
            heaplens_site_variance(process, 0, HEAPLENS_METRIC_TEMPORARY));
        assert_int_equal(heaplens_site_size_least(process, 0), 512);
        covered += fabs((double)site->blocks_temporary - 1130) <= half ? 1 : 0;
        width += half / 1130 / run_count;
        const double share = (double)site->blocks_temporary / (double)site->blocks_total;
        const double off = fabs(share - 0.25);
        covered_share +=
            off <= heaplens_share_interval(share, site->blocks_total, 512, SAMPLE_BYTES) ? 1 : 0;
        heaplens_session_destroy(session);
    }
    EXPECT(covered >= run_count * 0.93, "temporary: %d of %d runs", covered, run_count);
    EXPECT(covered_share >= run_count * 0.93, "share: %d of %d runs", covered_share, run_count);
    // Some 1,130 / 8.7 blocks of 1,000 bytes are drawn: exactly known it would be 0.16 to 0.18. The
    // class begins at 512, which costs a factor of the root of 2.
    EXPECT(width < 0.28, "half the width is %.3f of the value on average", width);
}

static void test_interval__of_an_exact_figure_is_nothing(void **state)
{
    (void)state;
    heaplens_session *const session = synthetic_session();
    const heaplens_process *const process = heaplens_session_largest(session);
    assert_int_equal(heaplens_interval(0), 0);
    assert_int_equal(heaplens_interval(2500), 98);  // 1.96 * 50
    assert_true(heaplens_site_variance(process, 0, HEAPLENS_METRIC_TOTAL) == 0);
    assert_true(heaplens_process_variance(process, HEAPLENS_METRIC_PEAK) == 0);
    heaplens_session_destroy(session);
}

int main(int argc, char **argv)
{
    run_count = argc > 1 ? (int)strtol(argv[1], NULL, 10) : run_count;  // 0 fails the test
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval__covers_the_truth_as_often_as_it_says),
        cmocka_unit_test(test_interval__of_a_part_of_a_whole_covers_as_often_as_it_says),
        cmocka_unit_test(test_interval__of_a_part_of_the_blocks_is_wide_enough),
        cmocka_unit_test(test_interval__of_an_exact_figure_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
