// SPDX-License-Identifier: MIT
#include "tests/support/counted_memory.h"

#include <stdbool.h>
#include <stdlib.h>

#include "expect.h"

// Every block has a head of its own, so that a block of another allocator given back is noticed.
typedef union block_head {
    const counted_memory *owner;
    max_align_t alignment;
} block_head;

void *counted_reallocate(void *self, void *block, size_t size)
{
    counted_memory *const memory = self;
    block_head *head = block == NULL ? NULL : (block_head *)block - 1;
    assert_true(head == NULL || head->owner == memory);
    if (size == 0) {
        memory->live -= head != NULL;
        free(head);
        return NULL;
    }
    memory->calls++;
    if (memory->calls == memory->fail_at) {
        return NULL;
    }
    memory->live += head == NULL;
    head = realloc(head, sizeof(*head) + size);
    assert_non_null(head);
    head->owner = memory;
    return head + 1;
}

competency_allocator counted_allocator(counted_memory *memory)
{
    return (competency_allocator){.self = memory, .reallocate = counted_reallocate};
}

static void fail_each(counted_work work, bool may_go_on)
{
    counted_memory memory = {0};
    const competency_allocator allocator = counted_allocator(&memory);
    assert_int_equal(work(&allocator), COMPETENCY_OK);
    assert_int_equal(memory.live, 0);
    const size_t requests = memory.calls;
    size_t failures = 0;
    assert_true(requests > 1);
    for (size_t k = 1; k <= requests; k++) {
        memory = (counted_memory){.fail_at = k};
        const competency_status status = work(&allocator);
        EXPECT(status == COMPETENCY_ENOMEM || (may_go_on && status == COMPETENCY_OK),
               "request %zu of %zu: %d", k, requests, (int)status);
        EXPECT(memory.live == 0, "request %zu of %zu leaves %zu blocks", k, requests, memory.live);
        failures += status == COMPETENCY_ENOMEM;
    }
    assert_true(failures > 0);
}

void fail_each_request(counted_work work)
{
    fail_each(work, false);
}

void fail_each_request_or_go_on(counted_work work)
{
    fail_each(work, true);
}
