// SPDX-License-Identifier: MIT
// Scopes told by hand what the hooks would tell them: so that sanitizers can look at them.
#include "expect.h"

#include <pthread.h>

#include "runtime/scopes.h"

enum { RECORDING = 7, SITE = 2, THREADS = 8, ROUNDS = 20000 };

static char memory[THREADS][64];  // addresses to call blocks

static heaplens__ended_scope end(const heaplens_scope *scope)
{
    heaplens__ended_scope ended;
    assert_int_equal(heaplens__scopes_end(scope, RECORDING, &ended), HEAPLENS_OK);
    heaplens__scope_figures_deinit(&ended.figures);
    return ended;
}

static void test_scopes__an_inner_scope_is_part_of_the_outer(void **state)
{
    (void)state;
    heaplens__scopes_reset();
    const heaplens_scope outer = heaplens__scopes_begin("outer", false, RECORDING);
    heaplens__scopes_note_alloc(&memory[0][0], 100, SITE);
    const heaplens_scope inner = heaplens__scopes_begin("inner", false, RECORDING);
    heaplens__scopes_note_alloc(&memory[0][1], 10, SITE);
    heaplens__scopes_note_free(&memory[0][0], 100);  // of the outer scope only
    const heaplens__scope_figures in = end(&inner).figures;
    heaplens__scopes_note_free(&memory[0][1], 10);
    const heaplens__scope_figures out = end(&outer).figures;
    assert_int_equal(in.bytes_total, 10);
    assert_int_equal(in.bytes_freed, 100);
    assert_int_equal(in.bytes_live, 10);
    assert_int_equal(in.bytes_peak, 10);
    assert_int_equal(in.bytes_rise, 10);
    assert_int_equal(out.bytes_total, 110);
    assert_int_equal(out.bytes_freed, 110);
    assert_int_equal(out.blocks_live, 0);
    assert_int_equal(out.bytes_peak, 110);
    assert_false(heaplens__scopes_are_open());
}

static void test_scopes__a_block_of_an_ended_scope_means_nothing(void **state)
{
    (void)state;
    heaplens__scopes_reset();
    const heaplens_scope first = heaplens__scopes_begin("first", false, RECORDING);
    const heaplens_scope process = heaplens__scopes_begin("process", true, RECORDING);
    heaplens__scopes_note_alloc(&memory[0][0], 100, SITE);
    assert_int_equal(end(&first).figures.bytes_live, 100);
    const heaplens_scope second = heaplens__scopes_begin("second", false, RECORDING);
    heaplens__scopes_note_free(&memory[0][0], 100);
    const heaplens__scope_figures figures = end(&second).figures;
    assert_int_equal(figures.bytes_live, 0);
    assert_int_equal(figures.bytes_freed, 100);
    assert_int_equal(figures.blocks_temporary, 0);  // in this scope nothing was allocated
    const heaplens__scope_figures all = end(&process).figures;
    assert_int_equal(all.bytes_live, 0);
    assert_int_equal(all.bytes_peak, 100);
    assert_int_equal(all.blocks_temporary, 1);
}

static void test_scopes__are_ended_in_any_order_and_once(void **state)
{
    (void)state;
    heaplens__scopes_reset();
    const heaplens_scope a = heaplens__scopes_begin("a", false, RECORDING);
    const heaplens_scope b = heaplens__scopes_begin("b", false, RECORDING);
    heaplens__scopes_note_alloc(&memory[0][0], 5, SITE);
    assert_int_equal(end(&a).figures.bytes_total, 5);
    heaplens__scopes_note_free(&memory[0][0], 5);
    assert_int_equal(end(&b).figures.bytes_live, 0);
    heaplens__ended_scope ended;
    assert_int_equal(heaplens__scopes_end(&a, RECORDING, &ended), HEAPLENS_EINVAL);
    const heaplens_scope old = heaplens__scopes_begin("old", false, RECORDING);
    assert_int_equal(heaplens__scopes_end(&old, RECORDING + 1, &ended), HEAPLENS_EINACTIVE);
}

static void test_scopes__a_realloc_that_fails_changes_nothing(void **state)
{
    (void)state;
    heaplens__scopes_reset();
    const heaplens_scope scope = heaplens__scopes_begin("scope", false, RECORDING);
    heaplens__scopes_note_alloc(&memory[0][0], 40, SITE);
    heaplens__block_entry entry;
    heaplens__scopes_detach(&memory[0][0], &entry);
    heaplens__scopes_reattach(&entry);
    heaplens__scopes_detach(&memory[0][0], &entry);
    heaplens__scopes_note_resize(&entry, 40, &memory[0][1], 90, SITE);
    heaplens__scopes_detach(&memory[0][9], &entry);  // a block from before
    assert_int_equal(entry.address, 0);
    heaplens__scopes_note_resize(&entry, 1000, &memory[0][2], 1500, SITE);
    const heaplens__scope_figures figures = end(&scope).figures;
    assert_int_equal(figures.bytes_total, 40 + 90 + 1500);
    assert_int_equal(figures.bytes_freed, 40 + 1000);
    assert_int_equal(figures.reallocs, 2);
    assert_int_equal(figures.bytes_live, 90 + 1500);
    assert_int_equal(figures.blocks_live, 2);
}

static void test_scopes__a_free_of_unknown_size_is_told(void **state)
{
    (void)state;
    heaplens__scopes_reset();
    const heaplens_scope scope = heaplens__scopes_begin("scope", false, RECORDING);
    heaplens__scopes_note_alloc(&memory[0][0], 40, SITE);
    heaplens__scopes_note_free(&memory[0][0], HEAPLENS__SCOPES_SIZE_UNKNOWN);  // but known here
    const heaplens_scope inner = heaplens__scopes_begin("inner", false, RECORDING);
    assert_true(end(&inner).figures.is_exact);
    heaplens__scopes_note_free(&memory[0][1], HEAPLENS__SCOPES_SIZE_UNKNOWN);
    const heaplens__scope_figures figures = end(&scope).figures;
    assert_int_equal(figures.bytes_freed, 40);
    assert_false(figures.is_exact);
}

static pthread_barrier_t all_have_allocated;

// Allocates its share, and frees that of the next thread.
static void *churn(void *argument)
{
    const size_t own = (size_t)((char(*)[64])argument - memory);
    const size_t next = (own + 1) % THREADS;
    const heaplens_scope scope = heaplens__scopes_begin("thread", false, RECORDING);
    for (size_t i = 0; i < ROUNDS; i++) {
        heaplens__scopes_note_alloc(&memory[own][i % 32], own + 1, SITE + (uint32_t)own);
        heaplens__scopes_note_free(&memory[own][i % 32], own + 1);
    }
    for (size_t i = 0; i < 64; i++) {
        heaplens__scopes_note_alloc(&memory[own][i], own + 1, SITE + (uint32_t)own);
    }
    pthread_barrier_wait(&all_have_allocated);
    for (size_t i = 0; i < 63; i++) {
        heaplens__scopes_note_free(&memory[next][i], next + 1);
    }
    pthread_barrier_wait(&all_have_allocated);
    const heaplens__scope_figures figures = end(&scope).figures;
    const bool is_right =
        figures.blocks_total == ROUNDS + 64 && figures.blocks_freed == ROUNDS + 63 &&
        figures.bytes_freed == ROUNDS * (own + 1) + 63 * (next + 1) && figures.blocks_live == 1 &&
        figures.bytes_live == own + 1 && figures.blocks_peak == 64 &&
        figures.bytes_peak == 64 * (own + 1) && figures.blocks_temporary == ROUNDS;
    return is_right ? argument : NULL;
}

static void test_scopes__threads_count_for_themselves_and_the_process(void **state)
{
    (void)state;
    heaplens__scopes_reset();
    assert_int_equal(pthread_barrier_init(&all_have_allocated, NULL, THREADS), 0);
    const heaplens_scope process = heaplens__scopes_begin("process", true, RECORDING);
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, churn, memory[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        EXPECT(result == (void *)memory[i], "thread %zu", i);
    }
    const heaplens__scope_figures all = end(&process).figures;
    assert_int_equal(all.blocks_total, THREADS * (ROUNDS + 64));
    assert_int_equal(all.blocks_freed, THREADS * (ROUNDS + 63));
    assert_int_equal(all.blocks_live, THREADS);
    assert_int_equal(all.bytes_live, THREADS * (THREADS + 1) / 2);
    assert_int_equal(all.blocks_peak, THREADS * 64);
    assert_int_equal(all.bytes_peak, 64 * THREADS * (THREADS + 1) / 2);
    assert_true(all.is_exact);
    pthread_barrier_destroy(&all_have_allocated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scopes__an_inner_scope_is_part_of_the_outer),
        cmocka_unit_test(test_scopes__a_block_of_an_ended_scope_means_nothing),
        cmocka_unit_test(test_scopes__are_ended_in_any_order_and_once),
        cmocka_unit_test(test_scopes__a_realloc_that_fails_changes_nothing),
        cmocka_unit_test(test_scopes__a_free_of_unknown_size_is_told),
        cmocka_unit_test(test_scopes__threads_count_for_themselves_and_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
