// SPDX-License-Identifier: MIT
// Scopes in a program that links the recorder. Every figure is counted by hand.
#include "expect.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <heaplens/heaplens.h>

#include "format/store.h"

static void *volatile kept;  // keeps the compiler from dropping an allocation

static void *allocate(volatile size_t size)
{
    kept = malloc(size);  // NOLINT(clang-analyzer-optin.portability.UnixAPI): 0 on purpose
    return kept;
}

static void test_scope_api__inactive_is_never_reported_as_zero(void **state)
{
    (void)state;
    heaplens_scope scope = heaplens_scope_begin("too early");
    assert_int_equal(scope.status, HEAPLENS_EINACTIVE);
    free(allocate(10));
    heaplens_usage usage = heaplens_scope_end(&scope);
    assert_int_equal(usage.status, HEAPLENS_EINACTIVE);
    assert_false(usage.is_exact);

    scope = heaplens_scope_begin("begun before the start");
    assert_int_equal(heaplens_start(NULL), HEAPLENS_OK);
    usage = heaplens_scope_end(&scope);
    assert_int_equal(usage.status, HEAPLENS_EINACTIVE);
}

static void test_scope_api__every_figure_is_the_hand_count(void **state)
{
    (void)state;
    void *const older = allocate(7000);
    heaplens_scope scope = heaplens_scope_begin("hand");
    void *const a = allocate(1000);   // live 1000
    void *const b = calloc(3, 100);   // live 1300
    free(older);                      // growth -5700
    void *c = allocate(200);          // live 1500
    c = realloc(c, 5000);             // live 6300, 3 blocks: the peak
    free(allocate(1));                // live 6301, 4 blocks: the peak; temporary
    free(b);                          // live 6000
    free(c);                          // live 1000
    void *const empty = allocate(0);  // live 1000, 2 blocks
    const heaplens_usage usage = heaplens_scope_end(&scope);
    assert_int_equal(usage.status, HEAPLENS_OK);
    assert_string_equal(usage.label, "hand");
    assert_true(usage.is_exact);
    assert_false(usage.is_process);
    assert_int_equal(usage.bytes_total, 1000 + 300 + 200 + 5000 + 1 + 0);
    assert_int_equal(usage.blocks_total, 6);
    assert_int_equal(usage.bytes_freed, 7000 + 200 + 1 + 300 + 5000);
    assert_int_equal(usage.blocks_freed, 5);
    assert_int_equal(usage.bytes_live, 1000);
    assert_int_equal(usage.blocks_live, 2);
    assert_int_equal(usage.bytes_peak, 6301);
    assert_int_equal(usage.blocks_peak, 4);
    assert_int_equal(usage.bytes_growth, 6501 - 12501);
    assert_int_equal(usage.blocks_growth, 1);
    assert_int_equal(usage.bytes_rise, 1300);  // before the older block was freed
    assert_int_equal(usage.reallocs, 1);
    assert_int_equal(usage.blocks_temporary, 1);
    free(a);
    free(empty);
}

static void test_scope_api__is_ended_once_and_by_its_thread(void **state)
{
    (void)state;
    heaplens_scope scope = heaplens_scope_begin(NULL);
    heaplens_scope copy = scope;
    heaplens_usage usage = heaplens_scope_end(&scope);
    assert_int_equal(usage.status, HEAPLENS_OK);
    assert_string_equal(usage.label, "");
    assert_int_equal(usage.blocks_total, 0);
    usage = heaplens_scope_end(&scope);
    assert_int_equal(usage.status, HEAPLENS_EINVAL);
    usage = heaplens_scope_end(&copy);
    assert_int_equal(usage.status, HEAPLENS_EINVAL);
}

__attribute__((noinline)) static void allocate_small(void *blocks[], size_t count)
{
    for (volatile size_t i = 0; i < count; i++) {  // one call site: the loop is not unrolled
        blocks[i] = malloc(8);
    }
}

__attribute__((noinline)) static void *allocate_large(void)
{
    kept = malloc(50000);
    return kept;
}

static void test_scope_api__ranks_the_call_sites(void **state)
{
    (void)state;
    void *blocks[20];
    heaplens_scope scope = heaplens_scope_begin("sites");
    allocate_small(blocks, 20);
    free(allocate_large());
    const heaplens_usage usage = heaplens_scope_end(&scope);
    for (size_t i = 0; i < 20; i++) {
        free(blocks[i]);
    }
    assert_int_equal(usage.sites_by_peak[0].bytes_peak, 50000);
    assert_int_equal(usage.sites_by_peak[0].blocks_total, 1);
    assert_int_equal(usage.sites_by_peak[1].bytes_peak, 160);
    assert_int_equal(usage.sites_by_peak[2].blocks_total, 0);
    assert_int_equal(usage.sites_by_blocks[0].blocks_total, 20);
    assert_int_equal(usage.sites_by_live[0].blocks_live, 20);
    assert_int_equal(usage.sites_by_live[1].blocks_total, 0);
    const uint64_t function = (uint64_t)(uintptr_t)allocate_large;
    assert_in_range(usage.sites_by_peak[0].frames[0], function, function + 200);
    assert_true(usage.sites_by_peak[0].frames[1] != 0);
}

// The item of a label in a store, or NULL.
static const heaplens_store_scope *find_label(const unsigned char *store, const char *label,
                                              heaplens_store_scope_kind kind, uint64_t *at)
{
    const heaplens_store_header *const header = (const void *)store;
    const heaplens_store_section *const section = &header->sections[HEAPLENS_STORE_SCOPES];
    const heaplens_store_scope *const items = (const void *)(store + section->offset);
    for (*at = 0; *at < section->count; ++*at) {
        if (strcmp(items[*at].label, label) == 0 && items[*at].kind == kind) {
            return &items[*at];
        }
    }
    return NULL;
}

// What a label's sites allocated, summed over the store's items.
static uint64_t sum_sites(const unsigned char *store, uint64_t label, uint64_t *count)
{
    const heaplens_store_header *const header = (const void *)store;
    const heaplens_store_section *const section = &header->sections[HEAPLENS_STORE_SCOPE_SITES];
    const heaplens_store_scope_site *const items = (const void *)(store + section->offset);
    uint64_t bytes = 0;
    *count = 0;
    for (uint64_t i = 0; i < section->count; i++) {
        if (items[i].scope == label) {
            bytes += items[i].bytes_total;
            ++*count;
        }
    }
    return bytes;
}

static void test_scope_api__the_profile_sums_the_scopes_of_a_label(void **state)
{
    (void)state;
    void *left[3];
    for (volatile size_t i = 0; i < 3; i++) {  // not unrolled: two call sites
        heaplens_scope scope = heaplens_scope_begin("summed");
        left[i] = allocate(100 * (i + 1));  // one site
        free(allocate(1000));               // another
        (void)heaplens_scope_end(&scope);
    }
    heaplens_scope process = heaplens_scope_begin_process("summed");
    (void)heaplens_scope_end(&process);

    char path[] = "/tmp/test_scope_api_XXXXXX";
    const int made = mkstemp(path);
    assert_true(made >= 0);
    assert_int_equal(close(made), 0);
    assert_int_equal(heaplens_save(path), HEAPLENS_OK);
    const int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    struct stat facts;
    assert_int_equal(fstat(fd, &facts), 0);
    unsigned char *const store = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_SHARED, fd, 0);
    assert_true(store != MAP_FAILED);

    uint64_t at = 0;
    const heaplens_store_scope *const all =
        find_label(store, "summed", HEAPLENS_STORE_SCOPE_PROCESS, &at);
    assert_non_null(all);
    assert_int_equal(all->scopes, 1);
    const heaplens_store_scope *const label =
        find_label(store, "summed", HEAPLENS_STORE_SCOPE_THREAD, &at);
    assert_non_null(label);
    assert_int_equal(label->scopes, 3);
    assert_int_equal(label->inexact, 0);
    assert_int_equal(label->bytes_total, 3000 + 600);
    assert_int_equal(label->blocks_total, 6);
    assert_int_equal(label->bytes_live, 600);
    assert_int_equal(label->blocks_live, 3);
    assert_int_equal(label->bytes_peak, 1300);
    assert_int_equal(label->blocks_peak, 2);
    assert_int_equal(label->blocks_temporary, 3);
    uint64_t sites = 0;
    assert_int_equal(sum_sites(store, at, &sites), 3600);
    assert_int_equal(sites, 2);

    assert_int_equal(munmap(store, (size_t)facts.st_size), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(unlink(path), 0);
    for (size_t i = 0; i < 3; i++) {
        free(left[i]);
    }
}

// A thread with its own scope beside another one's.
static void *work_in_thread(void *to_free)
{
    heaplens_scope scope = heaplens_scope_begin("worker");
    void *const mine = malloc(400);
    free(to_free);
    static heaplens_usage usage;
    usage = heaplens_scope_end(&scope);
    free(mine);
    return &usage;
}

static void test_scope_api__threads_do_not_see_each_other(void **state)
{
    (void)state;
    heaplens_scope process = heaplens_scope_begin_process("process");
    heaplens_scope scope = heaplens_scope_begin("main");
    void *const handed_over = allocate(3000);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, work_in_thread, handed_over), 0);
    void *result = NULL;
    assert_int_equal(pthread_join(thread, &result), 0);
    const heaplens_usage own = heaplens_scope_end(&scope);
    const heaplens_usage all = heaplens_scope_end(&process);
    const heaplens_usage *const other = result;

    assert_int_equal(other->status, HEAPLENS_OK);
    assert_int_equal(other->bytes_total, 400);
    assert_int_equal(other->bytes_live, 400);
    assert_int_equal(other->bytes_freed, 3000);
    assert_int_equal(other->bytes_growth, -2600);
    // pthread_create() allocates as well, in this thread: what it keeps is still there.
    assert_true(own.bytes_total >= 3000);
    assert_int_equal(own.bytes_live, own.bytes_total - own.bytes_freed - 3000);
    assert_int_equal(all.bytes_total, own.bytes_total + 400);
    assert_int_equal(all.bytes_freed, own.bytes_freed + 3000 + 400);
    assert_true(all.is_process);
}

static void test_scope_api__a_child_ends_no_scope_of_its_parent(void **state)
{
    (void)state;
    heaplens_scope scope = heaplens_scope_begin("forked");
    const pid_t child = fork();
    if (child == 0) {
        heaplens_scope mine = heaplens_scope_begin("child");
        void *const block = malloc(123);
        const heaplens_usage fresh = heaplens_scope_end(&mine);
        const heaplens_usage inherited = heaplens_scope_end(&scope);
        free(block);
        _exit(inherited.status == HEAPLENS_EINACTIVE && fresh.bytes_live == 123 ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(heaplens_scope_end(&scope).status, HEAPLENS_OK);
}

static void test_scope_api__a_failing_realloc_keeps_errno_and_figures(void **state)
{
    (void)state;
    volatile size_t huge = SIZE_MAX / 4;
    heaplens_scope scope = heaplens_scope_begin("failing");
    void *const block = allocate(64);
    errno = 0;
    kept = realloc(block, huge);
    assert_null(kept);
    assert_int_equal(errno, ENOMEM);
    free(block);  // NOLINT(clang-analyzer-unix.Malloc): it is still there
    const heaplens_usage usage = heaplens_scope_end(&scope);
    assert_int_equal(usage.blocks_total, 1);
    assert_int_equal(usage.reallocs, 0);
    assert_int_equal(usage.blocks_live, 0);
    assert_int_equal(usage.bytes_peak, 64);
}

static void test_scope_api__stopping_ends_what_can_be_known(void **state)
{
    (void)state;
    heaplens_scope scope = heaplens_scope_begin("stopped");
    assert_int_equal(scope.status, HEAPLENS_OK);
    assert_int_equal(heaplens_stop(), HEAPLENS_OK);
    assert_int_equal(heaplens_scope_end(&scope).status, HEAPLENS_EINACTIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scope_api__inactive_is_never_reported_as_zero),
        cmocka_unit_test(test_scope_api__every_figure_is_the_hand_count),
        cmocka_unit_test(test_scope_api__is_ended_once_and_by_its_thread),
        cmocka_unit_test(test_scope_api__ranks_the_call_sites),
        cmocka_unit_test(test_scope_api__the_profile_sums_the_scopes_of_a_label),
        cmocka_unit_test(test_scope_api__threads_do_not_see_each_other),
        cmocka_unit_test(test_scope_api__a_child_ends_no_scope_of_its_parent),
        cmocka_unit_test(test_scope_api__a_failing_realloc_keeps_errno_and_figures),
        cmocka_unit_test(test_scope_api__stopping_ends_what_can_be_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
