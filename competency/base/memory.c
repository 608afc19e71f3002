// SPDX-License-Identifier: MIT
// Memory through the caller's allocator, or the C library's.
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_libc(const competency_allocator *memory)
{
    return memory == NULL || memory->reallocate == NULL ||
           memory->reallocate == reallocate_with_libc;
}

void *competency__resize(const competency_allocator *memory, void *block, size_t size)
{
    return is_libc(memory) ? reallocate_with_libc(NULL, block, size)
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

void *competency__allocate_zeroed(const competency_allocator *memory, size_t count, size_t size)
{
    if (is_libc(memory)) {
        return calloc(count, size);
    }
    size_t bytes = 0;
    void *const block = competency__mul(&bytes, count, size) && bytes > 0
                            ? competency__allocate(memory, bytes)
                            : NULL;
    if (block != NULL) {
        memset(block, 0, bytes);
    }
    return block;
}

// [ ... | where the block begins | what is handed out ... ]
// Of libc, too: glibc before 2.38 does not find a freed block again that aligned_alloc() had made,
// so that a block made and freed in turns has new pages each time.
void *competency__allocate_aligned(const competency_allocator *memory, size_t alignment,
                                   size_t size)
{
    const size_t most = alignment > sizeof(void *) ? alignment : sizeof(void *);
    char *const block = size > SIZE_MAX - most - sizeof(void *)
                            ? NULL
                            : competency__allocate(memory, size + most + sizeof(void *));
    if (block == NULL) {
        return NULL;
    }
    const uintptr_t first = (uintptr_t)block + sizeof(void *);
    char *const placed = block + sizeof(void *) + (most - first % most) % most;
    memcpy(placed - sizeof(void *), &block, sizeof(void *));  // NOLINT(bugprone-sizeof-expression)
    return placed;
}

void competency__release_aligned(const competency_allocator *memory, void *block)
{
    if (block == NULL) {
        return;
    }
    void *begin = NULL;
    memcpy(&begin, (char *)block - sizeof(void *), sizeof(void *));
    competency__release(memory, begin);
}

char *competency__copy_text(const competency_allocator *memory, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *const copy = competency__allocate(memory, size);
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
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
