// SPDX-License-Identifier: MIT
// A dlsym() that allocates, as C libraries had: the recorder calls it to find the next allocator, and
// must answer those allocations from memory of its own.
#include "allocating_dlsym.h"

#include <dlfcn.h>
#include <gnu/lib-names.h>
#include <stdlib.h>
#include <string.h>

static void *blocks[EARLY_BLOCKS];
static size_t count;

void *early_block(size_t i)
{
    return i < count ? blocks[i] : NULL;
}

typedef void *dlsym_function(void *, const char *);

static dlsym_function *find_next(void)
{
    void *const found = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
    void *const older = found != NULL ? found : dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
    dlsym_function *next = NULL;
    memcpy(&next, &older, sizeof next);
    return next;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
__attribute__((visibility("default"))) void *dlsym(void *handle, const char *name)
{
    static dlsym_function *next;
    if (next == NULL) {
        next = find_next();
    }
    if (count < EARLY_BLOCKS) {
        char *const block = malloc(EARLY_BYTES);
        if (block != NULL) {
            memset(block, EARLY_FILL, EARLY_BYTES);
            blocks[count++] = block;
        }
    }
    return next(handle, name);
}
