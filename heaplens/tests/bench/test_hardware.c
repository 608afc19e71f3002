// SPDX-License-Identifier: MIT
// Counters of the kernel stand in for those of the processor, which many machines hide.
#define _GNU_SOURCE
#include "bench/hardware.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/mman.h>

#include "expect.h"

enum { PAGES = 8, PAGE_BYTES = 4096 };

static int runs;

// A page fault a page and iteration.
static void touch_pages(heaplens_bench *b)
{
    runs++;
    HEAPLENS_BENCH_LOOP(b)
    {
        unsigned char *const pages = mmap(NULL, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
                                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED) {
            heaplens_bench_fail(b, "no memory");
            continue;
        }
        (void)madvise(pages, PAGES * PAGE_BYTES, MADV_NOHUGEPAGE);
        for (size_t i = 0; i < PAGES; i++) {
            pages[i * PAGE_BYTES] = 1;
        }
        (void)munmap(pages, PAGES * PAGE_BYTES);
    }
}

#ifdef __SANITIZE_THREAD__
enum { PAGES_EACH = 5 };  // the sanitizer keeps four bytes of its own for each of the program's
#else
enum { PAGES_EACH = 1 };
#endif

static const heaplens_benchmark benchmark = {.name = "pages", .run = touch_pages};
static const heaplens_case item = {.benchmark = &benchmark, .id = "pages"};

static const heaplens_event faults = {"page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS};
static const heaplens_event nonsense = {"nonsense", 0x7fffffff, 1};

static void test_hardware__an_event_is_counted_an_iteration(void **state)
{
    (void)state;
    const heaplens_event events[] = {nonsense, faults};
    heaplens_case_result result = {.id = NULL};
    runs = 0;
    const int error = heaplens__hardware_measure(&item, &result, events, 2, 1000);
    if (error != 0) {  // a kernel that gives nothing: then there is nothing in the result
        assert_int_equal(result.hardware_count, 0);
        assert_int_equal(runs, 0);
        skip();
    }
    assert_int_equal(runs, 1);
    // What cannot be opened is left out, not zero.
    assert_int_equal(result.hardware_count, 1);
    assert_string_equal(result.hardware[0].name, "page-faults");
    // 8 pages, and a few faults of the loop's own, over 1000 iterations.
    EXPECT(result.hardware[0].value >= PAGES, "%g", result.hardware[0].value);
    EXPECT(result.hardware[0].value < PAGES * PAGES_EACH + 1, "%g", result.hardware[0].value);
}

static void test_hardware__without_any_event_the_case_is_not_run_and_has_no_figures(void **state)
{
    (void)state;
    heaplens_case_result result = {.hardware_count = 3};
    runs = 0;
    assert_true(heaplens__hardware_measure(&item, &result, &nonsense, 1, 1000) != 0);
    assert_int_equal(result.hardware_count, 0);
    assert_int_equal(runs, 0);
}

static void test_hardware__every_reason_has_words(void **state)
{
    (void)state;
    static const int errors[] = {EACCES, EPERM, ENOENT, ENODEV, EOPNOTSUPP, ENOSYS, EMFILE, EIO};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        assert_non_null(heaplens__hardware_reason(errors[i]));
    }
    assert_non_null(strstr(heaplens__hardware_reason(EACCES), "perf_event_paranoid"));
    assert_non_null(strstr(heaplens__hardware_reason(ENOENT), "none"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hardware__an_event_is_counted_an_iteration),
        cmocka_unit_test(test_hardware__without_any_event_the_case_is_not_run_and_has_no_figures),
        cmocka_unit_test(test_hardware__every_reason_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
