// SPDX-License-Identifier: MIT
// Every function that allocates, and the ways to free of C23 where there are any.
#include "keep.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>

static bool is_right(const void *block, size_t alignment)
{
    return block != NULL && (uintptr_t)block % alignment == 0;
}

NOT_INLINED static bool allocate_aligned(void)
{
    bool is_good = true;
    for (size_t alignment = 8; alignment <= 65536; alignment *= 2) {
        void *block = NULL;
        is_good = is_good && posix_memalign(&block, alignment, 100) == 0;
        is_good = is_good && is_right(block, alignment);
        memset(block, 1, 100);
        free(keep(block));
        block = keep(aligned_alloc(alignment, 2 * alignment));
        is_good = is_good && is_right(block, alignment);
        block = realloc(block, 3 * alignment);
        free(keep(block));
        block = keep(memalign(alignment, 10));
        is_good = is_good && is_right(block, alignment);
        free(block);
    }
    return is_good;
}

NOT_INLINED static bool allocate_pages(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *const a = keep(valloc(10));
    void *const b = keep(pvalloc(10));  // is a whole page
    const bool is_good = is_right(a, page) && is_right(b, page);
    memset(b, 1, page);
    free(a);
    free(b);
    return is_good;
}

NOT_INLINED static bool allocate_arrays(void)
{
    static volatile size_t half = SIZE_MAX / 2;  // the compiler would refuse a constant
    void *block = keep(reallocarray(NULL, 10, 10));
    block = keep(reallocarray(block, 20, 10));
    const bool is_good = block != NULL && reallocarray(block, half, 3) == NULL;
    free(block);
    return is_good;
}

// free_sized() and free_aligned_sized() came with glibc 2.43: where they are not, free() does.
NOT_INLINED static bool free_with_size(void)
{
    void (*sized)(void *, size_t) = NULL;
    void (*aligned)(void *, size_t, size_t) = NULL;
    void *const a = dlsym(RTLD_DEFAULT, "free_sized");
    void *const b = dlsym(RTLD_DEFAULT, "free_aligned_sized");
    memcpy(&sized, &a, sizeof(sized));
    memcpy(&aligned, &b, sizeof(aligned));
    void *const first = keep(malloc(70));
    void *const second = keep(aligned_alloc(64, 128));
    if (sized == NULL || aligned == NULL) {
        free(first);
        free(second);
    } else {
        sized(first, 70);
        aligned(second, 64, 128);
    }
    return first != NULL && is_right(second, 64);
}

int main(void)
{
    const bool is_good =
        allocate_aligned() && allocate_pages() && allocate_arrays() && free_with_size();
    say(is_good ? "good\n" : "bad\n");
    return is_good ? 0 : 1;
}
