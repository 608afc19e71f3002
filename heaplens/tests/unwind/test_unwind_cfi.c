// SPDX-License-Identifier: MIT
#include "runtime/unwind_cfi.h"

#include "expect.h"
#include "runtime/unwind_cache.h"
#include "runtime/unwind_expression.h"

#include <string.h>

// Addresses at which both halves of the tag and the set differ.
static uintptr_t address_of_case(size_t i)
{
    return (uintptr_t)(0x7F12345600 + i * 0x1001 + (i << 35)) & (((uintptr_t)1 << 47) - 1);
}

static void test_unwind_cfi__a_rule_survives_packing(void **state)
{
    (void)state;
    for (uint32_t slot = 0; slot < HEAPLENS__RULE_SLOT_END; slot++) {
        const heaplens__unwind_rule rule = {HEAPLENS__RULE_FP,
                                            HEAPLENS__RULE_CFA_WORDS_END - 1 - slot, slot};
        const uint64_t packed = heaplens__unwind_rule_pack(rule);
        assert_true(packed >> HEAPLENS__RULE_BITS == 0);
        const heaplens__unwind_rule back = heaplens__unwind_rule_unpack(packed);
        assert_int_equal(back.kind, rule.kind);
        assert_int_equal(back.cfa_words, rule.cfa_words);
        assert_int_equal(back.fp_slot, rule.fp_slot);
    }
}

static void test_unwind_cfi__the_cache_returns_the_rule_of_the_very_address_or_none(void **state)
{
    (void)state;
    enum { CASES = 4096 };
    for (size_t i = 0; i < CASES; i++) {
        heaplens__unwind_cache_add(address_of_case(i), i + 1);
    }
    size_t hits = 0;
    for (size_t i = 0; i < CASES; i++) {
        const uint64_t got = heaplens__unwind_cache_find(address_of_case(i));
        assert_true(got == 0 || got == i + 1);
        hits += got != 0;
        assert_true(heaplens__unwind_cache_find(address_of_case(i) ^ 1) == 0 ||
                    address_of_case(i) != (address_of_case(i) ^ 1));
    }
    assert_true(hits > 0);
    heaplens__unwind_cache_clear();
    for (size_t i = 0; i < CASES; i++) {
        assert_true(heaplens__unwind_cache_find(address_of_case(i)) == 0);
    }
}

static void test_unwind_cfi__a_set_keeps_four_addresses(void **state)
{
    (void)state;
    heaplens__unwind_cache_clear();
    uintptr_t same_set[5];
    size_t count = 0;
    const heaplens__cache_set *const set = heaplens__unwind_cache_set(0x400000);
    for (uintptr_t ip = 0x400000; count < 5; ip++) {
        if (heaplens__unwind_cache_set(ip) == set) {
            same_set[count++] = ip;
        }
    }
    for (size_t i = 0; i < 5; i++) {
        heaplens__unwind_cache_add(same_set[i], i + 1);
    }
    assert_int_equal(heaplens__unwind_cache_find(same_set[0]), 0);
    for (size_t i = 1; i < 5; i++) {
        assert_int_equal(heaplens__unwind_cache_find(same_set[i]), i + 1);
    }
    heaplens__unwind_cache_clear();
}

// The expression that GNU ld writes for .plt: 8 more once the stub has pushed, from its byte 11.
static void test_unwind_cfi__the_expression_of_a_plt_stub_depends_on_the_address(void **state)
{
    (void)state;
    static const uint8_t plt[] = {0x77, 0x08, 0x80, 0x00, 0x3F, 0x1A, 0x3B, 0x2A, 0x33, 0x24, 0x22};
    for (uint64_t at = 0; at < 16; at++) {
        heaplens__expression_value value;
        assert_true(heaplens__expression_evaluate(plt, sizeof(plt), 0x401020 + at, &value));
        assert_int_equal(value.base, HEAPLENS__EXPRESSION_SP);
        assert_false(value.is_dereferenced);
        assert_int_equal(value.offset, at >= 11 ? 16 : 8);
    }
}

static void test_unwind_cfi__damaged_expressions_are_refused(void **state)
{
    (void)state;
    static const uint8_t cases[][4] = {
        {0x22, 0, 0, 0},           // plus on an empty stack
        {0x06, 0, 0, 0},           // dereference of nothing
        {0x77, 0x80, 0x80, 0x80},  // a number without an end
        {0x30, 0x31, 0x96, 0x96},  // two values left
        {0xFF, 0, 0, 0},           // no such operation
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        heaplens__expression_value value;
        EXPECT(!heaplens__expression_evaluate(cases[i], 4, 0, &value), "case %zu", i);
    }
    heaplens__expression_value value;
    assert_false(heaplens__expression_evaluate(NULL, 0, 0, &value));
}

static heaplens__cfi_status run(const uint8_t *program, size_t size, uint64_t pc,
                                heaplens__unwind_rule *rule)
{
    // DW_CFA_def_cfa rsp, 8; DW_CFA_offset rip, 1: every x86-64 CIE.
    static const uint8_t initial[] = {0x0C, 0x07, 0x08, 0x90, 0x01};
    const heaplens__cfi_function function = {
        .pc_begin = 0x1000,
        .pc_end = 0x2000,
        .code_align = 1,
        .data_align = -8,
        .initial = {initial, sizeof(initial)},
        .own = {program, size},
    };
    return heaplens__cfi_run(&function, pc, rule);
}

static void expect_rule(const uint8_t *program, size_t size, uint64_t pc,
                        heaplens__unwind_rule want)
{
    heaplens__unwind_rule rule = {0};
    assert_int_equal(run(program, size, pc, &rule), HEAPLENS__CFI_OK);
    EXPECT(rule.kind == want.kind && rule.cfa_words == want.cfa_words &&
               rule.fp_slot == want.fp_slot,
           "pc %#zx: kind %d words %u slot %u", (size_t)pc, (int)rule.kind, rule.cfa_words,
           rule.fp_slot);
}

static void test_unwind_cfi__a_row_holds_from_its_location_to_the_next(void **state)
{
    (void)state;
    // push rbp (1 byte); mov rsp, rbp (3); ...; leave at 16, ret.
    static const uint8_t program[] = {0x41, 0x0E, 0x10, 0x86, 0x02,  // +1: CFA rsp+16, rbp at -16
                                      0x43, 0x0D, 0x06,              // +3: CFA from rbp
                                      0x0A, 0x4C, 0x0C, 0x07, 0x08, 0xC6,  // +12: back to rsp+8
                                      0x41, 0x0B};                         // +1: what was before
    const size_t size = sizeof(program);
    const heaplens__unwind_rule entry = {HEAPLENS__RULE_SP, 1, 0};
    const heaplens__unwind_rule body = {HEAPLENS__RULE_FP, 2, 2};
    expect_rule(program, size, 0x1000, entry);
    expect_rule(program, size, 0x1001, (heaplens__unwind_rule){HEAPLENS__RULE_SP, 2, 2});
    expect_rule(program, size, 0x1003, (heaplens__unwind_rule){HEAPLENS__RULE_SP, 2, 2});
    expect_rule(program, size, 0x1004, body);
    expect_rule(program, size, 0x100F, body);
    expect_rule(program, size, 0x1010, entry);
    expect_rule(program, size, 0x1011, body);
}

static void test_unwind_cfi__a_realigned_function_and_the_outermost_one(void **state)
{
    (void)state;
    // DW_CFA_def_cfa_expression breg6 -8, deref; DW_CFA_expression rbp breg6 0
    static const uint8_t realigned[] = {0x0F, 0x03, 0x76, 0x78, 0x06, 0x10, 0x06, 0x02, 0x76, 0x00};
    expect_rule(realigned, sizeof(realigned), 0x1000,
                (heaplens__unwind_rule){HEAPLENS__RULE_REALIGNED, 1, 0});
    static const uint8_t outermost[] = {0x07, 0x10};  // DW_CFA_undefined rip
    expect_rule(outermost, sizeof(outermost), 0x1000,
                (heaplens__unwind_rule){HEAPLENS__RULE_OUTERMOST, 0, 0});
}

static void test_unwind_cfi__what_a_rule_cannot_express_is_unsupported(void **state)
{
    (void)state;
    static const struct {
        uint8_t program[8];
        size_t size;
    } cases[] = {
        {{0x0D, 0x03}, 2},                    // CFA from rbx
        {{0x0E, 0x0C}, 2},                    // an offset that is no whole word
        {{0x90, 0x02}, 2},                    // the return address elsewhere
        {{0x09, 0x06, 0x03}, 3},              // rbp in rbx
        {{0x0E, 0x80, 0x80, 0x80, 0x04}, 5},  // a frame of 8 MiB
        {{0x1F}, 1},                          // no such instruction
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        heaplens__unwind_rule rule;
        EXPECT(run(cases[i].program, cases[i].size, 0x1000, &rule) == HEAPLENS__CFI_UNSUPPORTED,
               "case %zu", i);
    }
}

static void test_unwind_cfi__a_program_cut_short_gives_no_rule(void **state)
{
    (void)state;
    static const uint8_t program[] = {0x0C, 0x07};
    heaplens__unwind_rule rule;
    assert_int_equal(run(program, sizeof(program), 0x1000, &rule), HEAPLENS__CFI_NO_RULE);
    static const uint8_t restore_without_remember[] = {0x0B};
    assert_int_equal(run(restore_without_remember, 1, 0x1000, &rule), HEAPLENS__CFI_NO_RULE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unwind_cfi__a_rule_survives_packing),
        cmocka_unit_test(test_unwind_cfi__the_cache_returns_the_rule_of_the_very_address_or_none),
        cmocka_unit_test(test_unwind_cfi__a_set_keeps_four_addresses),
        cmocka_unit_test(test_unwind_cfi__the_expression_of_a_plt_stub_depends_on_the_address),
        cmocka_unit_test(test_unwind_cfi__damaged_expressions_are_refused),
        cmocka_unit_test(test_unwind_cfi__a_row_holds_from_its_location_to_the_next),
        cmocka_unit_test(test_unwind_cfi__a_realigned_function_and_the_outermost_one),
        cmocka_unit_test(test_unwind_cfi__what_a_rule_cannot_express_is_unsupported),
        cmocka_unit_test(test_unwind_cfi__a_program_cut_short_gives_no_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
