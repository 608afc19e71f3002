// SPDX-License-Identifier: MIT
// What a process knows of its modules around a fork, when the loader must be let be.
#include "expect.h"

#include <pthread.h>
#include <string.h>

#include "runtime/modules.h"

enum { BYTES = 16 << 20 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static heaplens__modules modules;
static heaplens__modules inherited;

static heaplens__store create_store(void)
{
    heaplens__store store;
    assert_int_equal(heaplens__store_create(&store, NULL, BYTES), HEAPLENS_OK);
    return store;
}

static uint64_t count_of(const heaplens__store *store)
{
    return atomic_load(&store->header->sections[HEAPLENS_STORE_MODULES].count);
}

static void test_modules__are_not_read_while_a_thread_forks(void **state)
{
    (void)state;
    heaplens__store store = create_store();
    heaplens__modules_init(&modules);
    heaplens__modules_before_fork();
    heaplens__modules_refresh(&modules, &store, &lock);
    assert_int_equal(count_of(&store), 0);
    heaplens__modules_after_fork();
    heaplens__modules_refresh(&modules, &store, &lock);
    assert_in_range(count_of(&store), 2, 100);  // this program and the C library at least
    heaplens__store_unmap(&store);
}

static void test_modules__of_a_child_are_those_of_its_parent_that_are_loaded(void **state)
{
    (void)state;
    heaplens__store parent = create_store();
    heaplens__modules_init(&modules);
    heaplens__modules_refresh(&modules, &parent, &lock);
    heaplens_store_module *const theirs = heaplens__store_items(&parent, HEAPLENS_STORE_MODULES);
    const uint64_t count = count_of(&parent);
    atomic_store(&theirs[1].unloaded, 1);

    heaplens__store child = create_store();
    heaplens__modules_init(&inherited);
    heaplens__modules_inherit(&inherited, &child, &parent);
    assert_int_equal(count_of(&child), count - 1);
    const heaplens_store_module *const own = heaplens__store_items(&child, HEAPLENS_STORE_MODULES);
    const char *const text = heaplens__store_items(&child, HEAPLENS_STORE_TEXT);
    const char *const their_text = heaplens__store_items(&parent, HEAPLENS_STORE_TEXT);
    for (uint64_t i = 0; i < count - 1; i++) {
        const heaplens_store_module *const other = &theirs[i == 0 ? 0 : i + 1];
        assert_int_equal(own[i].start, other->start);
        assert_int_equal(own[i].flags, other->flags);
        assert_int_equal(own[i].path.bytes, other->path.bytes);
        assert_memory_equal(text + own[i].path.offset, their_text + other->path.offset,
                            own[i].path.bytes);
    }
    // Nothing was loaded since, so the loader has nothing to add.
    const uint32_t known = heaplens__modules_find(&inherited, own[0].start);
    heaplens__modules_refresh(&inherited, &child, &lock);
    assert_int_equal(count_of(&child), count - 1);
    assert_int_equal(heaplens__modules_find(&inherited, own[0].start), known);
    heaplens__store_unmap(&child);
    heaplens__store_unmap(&parent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modules__are_not_read_while_a_thread_forks),
        cmocka_unit_test(test_modules__of_a_child_are_those_of_its_parent_that_are_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
