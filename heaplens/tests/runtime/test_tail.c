// SPDX-License-Identifier: MIT
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/tail.h"

enum { ROOM = 8192 };
static const uint64_t secret = 0x0123456789ABCDEFU;

// Slack around the 254 bytes that fit into the tail, and sizes on both sides of the 8 bytes that
// hold what does not.
static void test_tail__what_is_written_is_read_back(void **state)
{
    (void)state;
    static unsigned char block[ROOM];
    for (size_t size = 0; size < 1024; size++) {
        for (size_t slack = 0; slack < 600; slack += slack < 240 || slack > 270 ? 37 : 1) {
            const size_t usable = size + slack + HEAPLENS__TAIL_BYTES;
            const heaplens__block want = {.size = size, .birth_clock = ~size, .site = 0xFFFFFE};
            heaplens__tail_write(block, usable, &want, secret);
            heaplens__block got = {0};
            EXPECT(heaplens__tail_read(block, usable, secret, &got), "size %zu slack %zu", size,
                   slack);
            assert_int_equal(got.size, size);
            assert_true(got.birth_clock == want.birth_clock);
            assert_int_equal(got.site, want.site);
        }
    }
}

static void test_tail__requested_bytes_are_not_touched(void **state)
{
    (void)state;
    for (size_t slack = 0; slack < 300; slack++) {
        unsigned char block[512];
        memset(block, 0xA5, sizeof block);
        const size_t size = 100;
        const heaplens__block what = {.size = size, .birth_clock = 7, .site = 1};
        heaplens__tail_write(block, size + slack + HEAPLENS__TAIL_BYTES, &what, secret);
        for (size_t i = 0; i < size; i++) {
            EXPECT(block[i] == 0xA5, "byte %zu, slack %zu", i, slack);
        }
        EXPECT(block[size + slack + HEAPLENS__TAIL_BYTES] == 0xA5, "behind, slack %zu", slack);
    }
}

static void test_tail__is_refused_after_erasing_elsewhere_or_with_another_key(void **state)
{
    (void)state;
    static unsigned char blocks[2][ROOM];
    const size_t usable = 200;
    const heaplens__block what = {.size = 150, .birth_clock = 99, .site = 5};
    heaplens__block got = {0};
    heaplens__tail_write(blocks[0], usable, &what, secret);
    memcpy(blocks[1], blocks[0], usable);
    assert_false(heaplens__tail_read(blocks[1], usable, secret, &got));
    assert_false(heaplens__tail_read(blocks[0], usable, secret ^ 1, &got));
    assert_true(heaplens__tail_read(blocks[0], usable, secret, &got));
    heaplens__tail_erase(blocks[0], usable);
    assert_false(heaplens__tail_read(blocks[0], usable, secret, &got));
    assert_false(heaplens__tail_read(blocks[0], HEAPLENS__TAIL_BYTES - 1, secret, &got));
}

static void test_tail__any_changed_bit_is_noticed(void **state)
{
    (void)state;
    static unsigned char block[ROOM];
    const size_t usable = 64;
    const heaplens__block what = {.size = 40, .birth_clock = 123456789, .site = 77};
    for (size_t bit = 0; bit < 8 * (size_t)HEAPLENS__TAIL_BYTES; bit++) {
        heaplens__tail_write(block, usable, &what, secret);
        block[usable - HEAPLENS__TAIL_BYTES + bit / 8] ^= (unsigned char)(1U << bit % 8);
        heaplens__block got = {0};
        EXPECT(!heaplens__tail_read(block, usable, secret, &got), "bit %zu", bit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tail__what_is_written_is_read_back),
        cmocka_unit_test(test_tail__requested_bytes_are_not_touched),
        cmocka_unit_test(test_tail__is_refused_after_erasing_elsewhere_or_with_another_key),
        cmocka_unit_test(test_tail__any_changed_bit_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
