// SPDX-License-Identifier: MIT
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/store_writer.h"

enum { BYTES = 16 << 20, PAGES = BYTES / 4096, USED_PAGES_MAX = 64 };

static size_t pages_in_memory(const heaplens__store *store)
{
    static unsigned char in_core[PAGES];
    assert_int_equal(mincore(store->header, BYTES, in_core), 0);
    size_t count = 0;
    for (size_t i = 0; i < PAGES; i++) {
        count += in_core[i] & 1U;
    }
    return count;
}

// In the build's folder, which on most machines is on a disk; in memory there is nothing to read.
static void test_store_writer__a_store_in_a_folder_takes_memory_for_what_is_used_only(void **state)
{
    (void)state;
    char path[64];
    (void)snprintf(path, sizeof path, "store_writer.%ld.store", (long)getpid());
    heaplens__store store;
    assert_int_equal(heaplens__store_create(&store, path, BYTES), HEAPLENS_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(store.bytes, BYTES);
    for (int kind = 0; kind < HEAPLENS_STORE_KINDS; kind++) {
        assert_int_equal(heaplens__store_room(&store, (heaplens_store_kind)kind, 1), 0);
    }
    // At most four pages a section, and the header.
    assert_in_range(pages_in_memory(&store), 1, USED_PAGES_MAX);
    heaplens__store_unmap(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_store_writer__a_store_in_a_folder_takes_memory_for_what_is_used_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
