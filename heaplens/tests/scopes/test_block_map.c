// SPDX-License-Identifier: MIT
// Blocks by address, against a plain array that says what must be there.
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/block_map.h"

enum { ADDRESSES = 700, ROUNDS = 200000 };

static uint64_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;  // Knuth, MMIX
    return *state >> 33;
}

static const void *address_of(size_t i)
{
    return (const void *)(0x7f0000001000U + 16 * i);  // NOLINT(performance-no-int-to-ptr)
}

// Sizes of the blocks that must be in the map; 0: not there.
static uint64_t want[ADDRESSES];

static void check_all(heaplens__block_map *map)
{
    size_t count = 0;
    for (size_t i = 0; i < ADDRESSES; i++) {
        count += want[i] != 0 ? 1 : 0;
    }
    assert_int_equal(map->used, count);
    for (size_t i = 0; i < ADDRESSES; i++) {
        heaplens__block_entry entry = {.size = 0};
        const bool is_there = heaplens__block_map_take(map, address_of(i), &entry);
        EXPECT(is_there == (want[i] != 0), "block %zu", i);
        EXPECT(entry.size == want[i], "block %zu: %ju, want %ju", i, (uintmax_t)entry.size,
               (uintmax_t)want[i]);
        if (is_there) {
            assert_true(heaplens__block_map_put(map, &entry));
        }
    }
}

static void test_block_map__holds_what_was_put_and_not_taken(void **state)
{
    (void)state;
    heaplens__block_map map;
    heaplens__block_map_init(&map);
    uint64_t seed = 42;
    for (size_t round = 1; round <= ROUNDS; round++) {
        const size_t i = draw(&seed) % ADDRESSES;
        // Fills for a while and empties for a while, so that runs of slots grow long and break up.
        const bool is_put = draw(&seed) % 10 < (round / 5000 % 2 == 0 ? 7 : 3);
        heaplens__block_entry entry = {.address = (uintptr_t)address_of(i), .size = round};
        if (is_put) {
            assert_true(heaplens__block_map_put(&map, &entry));
            want[i] = round;
        } else {
            assert_int_equal(heaplens__block_map_take(&map, address_of(i), &entry), want[i] != 0);
            want[i] = 0;
        }
        if (round % 20000 == 0) {
            check_all(&map);
        }
    }
    heaplens__block_map_clear(&map);
    memset(want, 0, sizeof want);
    check_all(&map);
    heaplens__block_map_clear(&map);
}

static void test_block_map__take_any_takes_each_once(void **state)
{
    (void)state;
    heaplens__block_map map;
    heaplens__block_map_init(&map);
    static bool is_taken[ADDRESSES];
    for (size_t i = 0; i < ADDRESSES; i++) {
        const heaplens__block_entry entry = {.address = (uintptr_t)address_of(i), .size = i};
        assert_true(heaplens__block_map_put(&map, &entry));
    }
    size_t from = 0;
    heaplens__block_entry entry;
    for (size_t count = 0; count < ADDRESSES; count++) {
        assert_true(heaplens__block_map_take_any(&map, &from, &entry));
        assert_in_range(entry.size, 0, ADDRESSES - 1);
        assert_false(is_taken[entry.size]);
        is_taken[entry.size] = true;
    }
    assert_false(heaplens__block_map_take_any(&map, &from, &entry));
    heaplens__block_map_clear(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_map__holds_what_was_put_and_not_taken),
        cmocka_unit_test(test_block_map__take_any_takes_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
