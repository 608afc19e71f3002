// SPDX-License-Identifier: MIT
// Aligned blocks of the C library's memory.
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "expect.h"

enum { ALIGNMENT = 64 };

static void test_aligned_memory__blocks_are_aligned_and_hold_what_was_asked_for(void **state)
{
    (void)state;
    for (size_t size = 1; size < 300; size++) {
        unsigned char *const block = competency__allocate_aligned(NULL, ALIGNMENT, size);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % ALIGNMENT, 0);
        memset(block, 0xA5, size);
        competency__release_aligned(NULL, block);
    }
    competency__release_aligned(NULL, NULL);
    assert_null(competency__allocate_aligned(NULL, ALIGNMENT, SIZE_MAX - 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aligned_memory__blocks_are_aligned_and_hold_what_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
