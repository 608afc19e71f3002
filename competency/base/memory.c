// SPDX-License-Identifier: MIT
// Memory through the caller's allocator, or the C library's.
#include "base/memory.h"

#include <stdlib.h>

#include "base/checked.h"

static void *reallocate_with_libc(void *self, void *block, size_t size)
{
    (void)self;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, size);
}

competency_allocator competency__allocator(const competency_allocator *given)
{
    return given != NULL ? *given : (competency_allocator){.reallocate = reallocate_with_libc};
}

void *competency__resize(const competency_allocator *memory, void *block, size_t size)
{
    return memory->reallocate == NULL ? reallocate_with_libc(NULL, block, size)
                                      : memory->reallocate(memory->self, block, size);
}

void *competency__allocate(const competency_allocator *memory, size_t size)
{
    return competency__resize(memory, NULL, size);
}

void competency__release(const competency_allocator *memory, void *block)
{
    if (block != NULL) {
        (void)competency__resize(memory, block, 0);
    }
}

bool competency__reserve(const competency_allocator *memory, void **items, size_t *capacity,
                         size_t wanted, size_t item_bytes)
{
    if (wanted <= *capacity) {
        return true;
    }
    size_t grown = 16;
    size_t bytes = 0;
    if (*capacity != 0 && !competency__mul(&grown, *capacity, 2)) {
        return false;
    }
    grown = grown < wanted ? wanted : grown;
    if (!competency__mul(&bytes, grown, item_bytes)) {
        return false;
    }
    void *const moved = competency__resize(memory, *items, bytes);
    if (moved == NULL) {
        return false;
    }
    *items = moved;
    *capacity = grown;
    return true;
}
