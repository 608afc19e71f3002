// SPDX-License-Identifier: MIT
#include "expect.h"

#include <math.h>
#include <string.h>

#include "bench/random.h"

// Lua 5.4's generator after `math.randomseed(n, m)`; see tools/random_goldens.py.
static heaplens_random lua_state(uint64_t n, uint64_t m)
{
    heaplens_random random = {{n, 0xff, m, 0}};
    for (int i = 0; i < 16; i++) {
        (void)heaplens__random_bits(&random);
    }
    return random;
}

static void test_random__bits_are_those_of_lua(void **state)
{
    (void)state;
    static const struct {
        uint64_t n_and_m[2];
        uint64_t want[5];
    } cases[] = {
        {{1, 2},
         {0x731202e581a88881, 0x39cbfbf32ca9af88, 0xbd549d3ffec50c9c, 0x57d2422019f85ab7,
          0x23971dcb22ceac58}},
        {{0x123456789abcdef, 42},
         {0x4c994d44c777259a, 0xe6801426c4f060f2, 0xa9f2a9bdd534268c, 0x5c89d032fa9f5d2f,
          0xda137bf955fb25a6}},
    };
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        heaplens_random random = lua_state(cases[c].n_and_m[0], cases[c].n_and_m[1]);
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(heaplens__random_bits(&random), cases[c].want[i]);
        }
    }
}

static void test_random__units_are_those_of_lua(void **state)
{
    (void)state;
    heaplens_random random = lua_state(1, 2);
    EXPECT_NEAR(heaplens__random_unit(&random), 0x1.cc480b9606a22p-2, 0, "first");
    EXPECT_NEAR(heaplens__random_unit(&random), 0x1.ce5fdf99654d4p-3, 0, "second");
    EXPECT_NEAR(heaplens__random_unit(&random), 0x1.7aa93a7ffd8a1p-1, 0, "third");
}

static void test_random__a_seed_fills_the_state_as_java_does(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        heaplens_random want;
    } cases[] = {
        {0, {{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f, 0xf88bb8a8724c81ec}}},
        {1, {{0x910a2dec89025cc1, 0xbeeb8da1658eec67, 0xf893a2eefb32555e, 0x71c18690ee42c90b}}},
        {1234567,
         {{0x599ed017fb08fc85, 0x2c73f08458540fa5, 0x883ebce5a3f27c77, 0x3fbef740e9177b3f}}},
        {UINT64_MAX,
         {{0xe4d971771b652c20, 0xe99ff867dbf682c9, 0x382ff84cb27281e9, 0x6d1db36ccba982d2}}},
    };
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        const heaplens_random random = heaplens__random_seed(cases[c].seed);
        assert_memory_equal(&random, &cases[c].want, sizeof(random));
    }
}

static void test_random__streams_of_a_seed_differ(void **state)
{
    (void)state;
    uint64_t seen[64];
    size_t count = 0;
    for (uint64_t seed = 0; seed < 8; seed++) {
        for (uint64_t stream = 0; stream < 8; stream++) {
            heaplens_random random = heaplens__random_stream(seed, stream);
            seen[count] = heaplens__random_bits(&random);
            for (size_t i = 0; i < count; i++) {
                EXPECT(seen[i] != seen[count], "seed %u, stream %u", (unsigned)seed,
                       (unsigned)stream);
            }
            count++;
        }
    }
}

// Of a bound of 3 * 2^30, a product of which no value is refused makes every third result as likely
// as the other two together; so does a remainder, for the lowest quarter.
static void test_random__no_result_below_a_bound_is_favoured(void **state)
{
    (void)state;
    enum { DRAWS = 300000 };
    const uint32_t bound = 3U << 30;
    heaplens_random random = heaplens__random_seed(1);
    double by_class[3] = {0};
    double by_third[3] = {0};
    for (int i = 0; i < DRAWS; i++) {
        const uint32_t value = heaplens__random_below(&random, bound);
        assert_true(value < bound);
        by_class[value % 3]++;
        by_third[value >> 30]++;
    }
    // Six standard deviations of a binomial count.
    const double tolerance = 6 * sqrt(DRAWS * (1.0 / 3) * (2.0 / 3));
    for (size_t i = 0; i < 3; i++) {
        EXPECT_NEAR(by_class[i], DRAWS / 3.0, tolerance, "remainder %zu", i);
        EXPECT_NEAR(by_third[i], DRAWS / 3.0, tolerance, "third %zu", i);
    }
}

static void test_random__below_one_is_zero(void **state)
{
    (void)state;
    heaplens_random random = heaplens__random_seed(5);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(heaplens__random_below(&random, 1), 0);
    }
}

static void test_random__every_order_of_a_shuffle_is_as_likely(void **state)
{
    (void)state;
    enum { DRAWS = 240000, ORDERS = 24 };
    heaplens_random random = heaplens__random_seed(2);
    double counts[4 * 4 * 4 * 4] = {0};
    for (int i = 0; i < DRAWS; i++) {
        uint32_t items[4] = {0, 1, 2, 3};
        heaplens__random_shuffle(&random, items, 4);
        counts[((items[0] * 4 + items[1]) * 4 + items[2]) * 4 + items[3]]++;
    }
    size_t seen = 0;
    const double p = 1.0 / ORDERS;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        if (counts[i] > 0) {
            seen++;
            EXPECT_NEAR(counts[i], DRAWS * p, 6 * sqrt(DRAWS * p * (1 - p)), "order %zu", i);
        }
    }
    assert_int_equal(seen, ORDERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random__bits_are_those_of_lua),
        cmocka_unit_test(test_random__units_are_those_of_lua),
        cmocka_unit_test(test_random__a_seed_fills_the_state_as_java_does),
        cmocka_unit_test(test_random__streams_of_a_seed_differ),
        cmocka_unit_test(test_random__no_result_below_a_bound_is_favoured),
        cmocka_unit_test(test_random__below_one_is_zero),
        cmocka_unit_test(test_random__every_order_of_a_shuffle_is_as_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
