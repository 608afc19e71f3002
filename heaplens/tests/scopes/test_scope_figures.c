// SPDX-License-Identifier: MIT
// The figures of a scope, counted by hand.
#include "expect.h"

#include "runtime/scope_figures.h"

static void test_scope_figures__peak_and_rise_are_noted_before_they_fall(void **state)
{
    (void)state;
    heaplens__scope_figures f;
    heaplens__scope_figures_init(&f);
    heaplens__scope_figures_freed(&f, 500);  // an older block: growth -500
    heaplens__scope_figures_born(&f, 300, 2);
    heaplens__scope_figures_born(&f, 400, 3);  // live 700, growth +200
    heaplens__scope_figures_freed(&f, 300);
    heaplens__scope_figures_died(&f, 300, 2);
    heaplens__scope_figures_born(&f, 100, 2);  // live 500
    heaplens__scope_figures_finish(&f);
    assert_int_equal(f.bytes_total, 800);
    assert_int_equal(f.blocks_total, 3);
    assert_int_equal(f.bytes_freed, 800);
    assert_int_equal(f.blocks_freed, 2);
    assert_int_equal(f.bytes_live, 500);
    assert_int_equal(f.blocks_live, 2);
    assert_int_equal(f.bytes_peak, 700);
    assert_int_equal(f.blocks_peak, 2);
    assert_int_equal(f.bytes_rise, 200);
    assert_true(f.is_exact);
    heaplens__scope_figures_deinit(&f);
}

static void test_scope_figures__a_peak_that_is_not_over_counts(void **state)
{
    (void)state;
    heaplens__scope_figures f;
    heaplens__scope_figures_init(&f);
    heaplens__scope_figures_born(&f, 10, 2);
    heaplens__scope_figures_born(&f, 0, 2);  // the last of the equal peaks: two blocks
    heaplens__scope_figures_finish(&f);
    assert_int_equal(f.bytes_peak, 10);
    assert_int_equal(f.blocks_peak, 2);
    assert_int_equal(f.bytes_rise, 10);
    heaplens__scope_figures_deinit(&f);
}

static void test_scope_figures__what_is_unborn_leaves_no_trace(void **state)
{
    (void)state;
    heaplens__scope_figures f;
    heaplens__scope_figures_init(&f);
    heaplens__scope_figures_born(&f, 65536, 2);
    heaplens__scope_figures_unborn(&f, 65536, 2);
    heaplens__scope_figures_born(&f, 24, 3);
    heaplens__scope_figures_finish(&f);
    assert_int_equal(f.bytes_total, 24);
    assert_int_equal(f.blocks_total, 1);
    assert_int_equal(f.bytes_peak, 24);
    assert_int_equal(f.bytes_rise, 24);
    heaplens__scope_figures_deinit(&f);
}

static void test_scope_figures__each_site_has_its_own(void **state)
{
    (void)state;
    enum { SITES = 1000 };
    heaplens__scope_figures f;
    heaplens__scope_figures_init(&f);
    for (uint32_t site = 1; site <= SITES; site++) {  // site s: s blocks of s bytes, one freed
        for (uint32_t i = 0; i < site; i++) {
            heaplens__scope_figures_born(&f, site, site);
        }
        heaplens__scope_figures_died(&f, site, site);
    }
    heaplens__scope_figures_finish(&f);
    assert_int_equal(f.used, SITES);
    size_t seen = 0;
    for (size_t i = 0; i < f.capacity; i++) {
        const heaplens__scope_site *const site = &f.sites[i];
        if (site->site != 0) {
            const uint64_t s = site->site;
            seen++;
            EXPECT(site->bytes_total == s * s && site->blocks_total == s, "site %ju", (uintmax_t)s);
            EXPECT(site->bytes_live == s * s - s && site->blocks_live == s - 1, "site %ju",
                   (uintmax_t)s);
            EXPECT(site->bytes_peak == s * s, "site %ju", (uintmax_t)s);
        }
    }
    assert_int_equal(seen, SITES);
    heaplens__scope_figures_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scope_figures__peak_and_rise_are_noted_before_they_fall),
        cmocka_unit_test(test_scope_figures__a_peak_that_is_not_over_counts),
        cmocka_unit_test(test_scope_figures__what_is_unborn_leaves_no_trace),
        cmocka_unit_test(test_scope_figures__each_site_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
