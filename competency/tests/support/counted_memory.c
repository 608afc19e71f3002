// SPDX-License-Identifier: MIT
#include "tests/support/counted_memory.h"

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
