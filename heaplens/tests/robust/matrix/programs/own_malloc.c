// SPDX-License-Identifier: MIT
// Defines malloc itself, as a program does that is linked statically with an allocator.
#include "keep.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { POOL_BYTES = 1 << 20, ALIGN = 16 };

static _Alignas(ALIGN) unsigned char pool[POOL_BYTES];
static size_t used;

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's names
void *malloc(size_t size)
{
    const size_t bytes = (size + ALIGN) & ~(size_t)(ALIGN - 1);
    if (bytes > POOL_BYTES - used) {
        return NULL;
    }
    used += bytes;
    return pool + used - bytes;
}

void *calloc(size_t count, size_t size)
{
    return malloc(count * size);  // nothing of the pool is given twice
}

void *realloc(void *old, size_t size)
{
    void *const block = malloc(size);
    if (block != NULL && old != NULL) {
        const size_t rest = (size_t)(pool + POOL_BYTES - (unsigned char *)old);
        memcpy(block, old, size < rest ? size : rest);
    }
    return block;
}

void free(void *block)
{
    (void)block;
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

int main(void)
{
    (void)keep(malloc(1000));
    (void)puts("allocated");
    return 0;
}
