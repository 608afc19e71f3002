// SPDX-License-Identifier: MIT
// Imprints of stacks that are made up here, word by word. That a recall by them is the plain walk, on
// stacks that are real, is test_unwind_memo's.
#include "runtime/unwind_imprint.h"

#include "expect.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE_BYTES = 4096, WORDS_A_PAGE = PAGE_BYTES / 8, PAGES = 2, WORDS = 24 };

static heaplens__imprints all;
static uintptr_t *stack;  // PAGES pages

// Words 3 * i + 1 from `low` on; so many lie on the first page.
static uintptr_t *word_of(uintptr_t *low, size_t i)
{
    return low + 3 * i + 1;
}

static heaplens__frame start_of(const uintptr_t *low)
{
    return (heaplens__frame){.ip = 0x401000, .sp = (uintptr_t)low, .fp = 7};
}

static uint32_t find(const uintptr_t *low)
{
    const heaplens__frame f = start_of(low);
    uint32_t place = 0;
    const heaplens__imprint *const found = heaplens__imprints_find(&all, &f, &place);
    return found == NULL ? 0 : found->frame;
}

// Puts down what the stack holds.
static void put_down(uintptr_t *low, uint16_t frame)
{
    const heaplens__imprint head = {.start = start_of(low), .frame = frame, .depth = WORDS + 1};
    uint32_t place = 0;
    assert_null(heaplens__imprints_find(&all, &head.start, &place));
    heaplens__imprint_writer writer = heaplens__imprint_begin(&all, &head);
    for (size_t i = 0; i < WORDS; i++) {
        heaplens__imprint_add(&writer, (uintptr_t)word_of(low, i), *word_of(low, i));
    }
    heaplens__imprint_end(&writer, place);
}

static void fill(uintptr_t *low)
{
    for (size_t i = 0; i < WORDS; i++) {
        *word_of(low, i) = 0x400000 + 16 * i;
    }
}

static void test_unwind_imprint__is_found_where_every_word_is_as_it_was(void **state)
{
    (void)state;
    fill(stack);
    put_down(stack, 1);
    assert_int_equal(find(stack), 1);
    for (size_t i = 0; i < WORDS; i++) {
        (*word_of(stack, i))++;
        EXPECT(find(stack) == 0, "word %zu differs", i);
        (*word_of(stack, i))--;
    }
    assert_int_equal(find(stack), 1);
    assert_int_equal(find(stack + 1), 0);
}

static void test_unwind_imprint__asks_for_the_frame_pointer_only_where_it_matters(void **state)
{
    (void)state;
    const uintptr_t masks[] = {0, UINTPTR_MAX};
    for (uint16_t i = 0; i < 2; i++) {
        heaplens__imprints_clear(&all);
        heaplens__imprint head = {.start = start_of(stack), .fp_mask = masks[i], .frame = 1};
        uint32_t place = 0;
        (void)heaplens__imprints_find(&all, &head.start, &place);
        heaplens__imprint_writer writer = heaplens__imprint_begin(&all, &head);
        heaplens__imprint_end(&writer, place);
        head.start.fp++;
        assert_int_equal(heaplens__imprints_find(&all, &head.start, &place) != NULL, masks[i] == 0);
    }
}

static void test_unwind_imprint__tells_stacks_apart_that_begin_alike(void **state)
{
    (void)state;
    // Two ways from each of five frames, in the middle of the stack: more than the tries that a look-up
    // has.
    enum { FRAMES = 5, STACKS = 1 << FRAMES, FIRST = 9 };
    uint32_t lost = 0;
    for (int turn = 0; turn < 2; turn++) {
        for (uint32_t s = 0; s < STACKS; s++) {
            fill(stack);
            for (size_t bit = 0; bit < FRAMES; bit++) {
                *word_of(stack, FIRST + bit) += (uintptr_t)(s >> bit & 1) * 5;
            }
            if (turn == 0) {
                put_down(stack, (uint16_t)(s + 1));
            } else {
                const uint32_t found = find(stack);
                EXPECT(found == 0 || found == s + 1, "stack %u is taken for %u", s, found - 1);
                lost += found == 0;
            }
        }
    }
    EXPECT(lost <= STACKS / 8, "%u of %d are not found", lost, STACKS);
}

static void test_unwind_imprint__reads_no_page_that_the_stack_does_not_vouch_for(void **state)
{
    (void)state;
    // Of the words some lie on the first page, and the stack is as it was up to the last of these.
    const size_t inside = 10;
    uintptr_t *const low = stack + WORDS_A_PAGE - 3 * inside;
    fill(low);
    put_down(low, 1);
    assert_int_equal(find(low), 1);
    (*word_of(low, inside - 1))++;
    assert_true((uintptr_t)word_of(low, inside) >= (uintptr_t)(stack + WORDS_A_PAGE));
    assert_int_equal(mprotect(stack + WORDS_A_PAGE, PAGE_BYTES, PROT_NONE), 0);
    assert_int_equal(find(low), 0);
    assert_int_equal(mprotect(stack + WORDS_A_PAGE, PAGE_BYTES, PROT_READ | PROT_WRITE), 0);
}

static void test_unwind_imprint__forgets_all_when_it_is_full_and_goes_on(void **state)
{
    (void)state;
    fill(stack);
    uint32_t clears = 0;
    for (uint16_t i = 1; i < 2000; i++) {
        const uint32_t used = all.used;
        *word_of(stack, WORDS - 1) = i;
        put_down(stack, i);
        clears += all.used < used;
        EXPECT(find(stack) == i || find(stack) == 0, "stack %u is taken for %u", i, find(stack));
        assert_true(all.used < HEAPLENS__IMPRINT_UNITS);
    }
    assert_true(clears > 0);
    put_down(stack + 1, 1);
    assert_int_equal(find(stack + 1), 1);
}

static void test_unwind_imprint__refuses_words_that_are_too_far_out_or_inward(void **state)
{
    (void)state;
    const uintptr_t sp = (uintptr_t)stack;
    const uintptr_t addresses[] = {sp - 8, sp + 4, sp + ((uintptr_t)UINT16_MAX + 1) * 8};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        const heaplens__imprint head = {.start = start_of(stack), .frame = 1};
        heaplens__imprint_writer writer = heaplens__imprint_begin(&all, &head);
        heaplens__imprint_add(&writer, addresses[i], 0);
        heaplens__imprint_end(&writer, 0);
        EXPECT(all.used == 0, "address %zu was put down", i);
    }
}

static int begin(void **state)
{
    (void)state;
    heaplens__imprints_clear(&all);
    stack = mmap(NULL, (size_t)PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return stack == MAP_FAILED ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    return munmap(stack, (size_t)PAGES * PAGE_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_unwind_imprint__is_found_where_every_word_is_as_it_was,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            test_unwind_imprint__asks_for_the_frame_pointer_only_where_it_matters, begin, end),
        cmocka_unit_test_setup_teardown(test_unwind_imprint__tells_stacks_apart_that_begin_alike,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            test_unwind_imprint__reads_no_page_that_the_stack_does_not_vouch_for, begin, end),
        cmocka_unit_test_setup_teardown(
            test_unwind_imprint__forgets_all_when_it_is_full_and_goes_on, begin, end),
        cmocka_unit_test_setup_teardown(
            test_unwind_imprint__refuses_words_that_are_too_far_out_or_inward, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
