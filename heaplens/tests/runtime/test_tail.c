// SPDX-License-Identifier: MIT
#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/tail.h"

enum { ROOM = 8192 };
static const uint64_t secret = 0x0123456789ABCDEFU;

// Slack around the 253 bytes that fit into the tail, and sizes on both sides of the 8 bytes that
// hold what does not.
static void test_tail__what_is_written_is_read_back(void **state)
{
    (void)state;
    static unsigned char block[ROOM];
    for (size_t size = 0; size < 1024; size++) {
        for (size_t slack = 0; slack < 600; slack += slack < 240 || slack > 270 ? 37 : 1) {
            const size_t usable = size + slack + HEAPLENS__TAIL_BYTES;
            const heaplens__block want = {.size = size,
                                          .birth_clock = ~size & HEAPLENS__TAIL_CLOCK_MASK,
                                          .timing = (heaplens__timing)(size % 3),
                                          .site = 0xFFFFFE};
            heaplens__tail_write(block, usable, &want, secret);
            heaplens__block got = {0};
            EXPECT(heaplens__tail_read(block, usable, secret, &got), "size %zu slack %zu", size,
                   slack);
            assert_int_equal(got.size, size);
            assert_int_equal(got.usable, usable);
            assert_true(got.birth_clock == want.birth_clock);
            assert_int_equal(got.timing, want.timing);
            assert_int_equal(got.site, want.site);
            assert_false(got.is_drawn);
            assert_int_equal(got.bytes_beyond, 0);
        }
    }
}

static void test_tail__a_drawn_block_has_its_weights(void **state)
{
    (void)state;
    static unsigned char block[ROOM];
    for (size_t size = 0; size < 300; size += 7) {
        const size_t usable = size + size % 5 * 8 + HEAPLENS__TAIL_DRAWN_BYTES;
        const heaplens__block want = {
            .size = size, .site = 3, .is_drawn = true, .weight = {524288, 1000000, 1.5, 2.25}};
        heaplens__tail_write(block, usable, &want, secret);
        heaplens__block got = {0};
        EXPECT(heaplens__tail_read(block, usable, secret, &got), "size %zu", size);
        assert_true(got.is_drawn);
        assert_int_equal(got.size, size);
        assert_int_equal(got.weight.blocks, 524288);
        assert_int_equal(got.weight.bytes, 1000000);
        assert_true(got.weight.variance_blocks == 1.5 && got.weight.variance_bytes == 2.25);
        assert_int_equal(got.bytes_beyond, 0);
    }
}

static void test_tail__requested_bytes_are_not_touched(void **state)
{
    (void)state;
    for (size_t slack = 0; slack < 300; slack++) {
        unsigned char block[512];
        memset(block, 0x11, sizeof block);
        const size_t size = 100;
        const heaplens__block what = {.size = size, .birth_clock = 7, .site = 1};
        heaplens__tail_write(block, size + slack + HEAPLENS__TAIL_BYTES, &what, secret);
        for (size_t i = 0; i < size; i++) {
            EXPECT(block[i] == 0x11, "byte %zu, slack %zu", i, slack);
        }
        EXPECT(block[size + slack + HEAPLENS__TAIL_BYTES] == 0x11, "behind, slack %zu", slack);
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

// The identity is the last word: a bit of it that changed makes the block unknown. A bit of the
// birth is found out, all but once in 2^14, and the block stays known.
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
        const bool is_known = heaplens__tail_read(block, usable, secret, &got);
        EXPECT(is_known == (bit < 64), "bit %zu", bit);
        EXPECT(!is_known || (got.is_birth_lost && got.bytes_beyond == 9 && got.site == 77),
               "bit %zu, %u bytes beyond", bit, got.bytes_beyond);
    }
}

// A program writes `over` bytes too many: with each slack, from the first byte behind the end to the
// last before the identity.
static void test_tail__a_write_behind_the_end_is_found_and_measured(void **state)
{
    (void)state;
    static unsigned char block[ROOM];
    const size_t size = 100;
    for (size_t slack = 0; slack < 24; slack++) {
        const size_t usable = size + slack + HEAPLENS__TAIL_BYTES;
        const size_t watched = slack < HEAPLENS__TAIL_WATCHED ? slack : HEAPLENS__TAIL_WATCHED;
        const heaplens__block what = {.size = size, .birth_clock = 1000, .site = 9};
        for (size_t over = 1; over <= slack + 8; over++) {
            heaplens__tail_write(block, usable, &what, secret);
            memset(block + size, 0, over);
            heaplens__block got = {0};
            EXPECT(heaplens__tail_read(block, usable, secret, &got), "slack %zu over %zu", slack,
                   over);
            assert_int_equal(got.site, 9);
            assert_int_equal(got.size, size);
            // The low 48 bits of the birth are a clock: writing zeros over its upper ones is no
            // change, and one byte beyond the slack is what is said of any.
            const size_t told = over > slack ? slack + 1 : over < watched ? over : watched;
            EXPECT(got.bytes_beyond == told, "slack %zu over %zu: %u", slack, over,
                   got.bytes_beyond);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tail__what_is_written_is_read_back),
        cmocka_unit_test(test_tail__a_drawn_block_has_its_weights),
        cmocka_unit_test(test_tail__requested_bytes_are_not_touched),
        cmocka_unit_test(test_tail__is_refused_after_erasing_elsewhere_or_with_another_key),
        cmocka_unit_test(test_tail__any_changed_bit_is_noticed),
        cmocka_unit_test(test_tail__a_write_behind_the_end_is_found_and_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
