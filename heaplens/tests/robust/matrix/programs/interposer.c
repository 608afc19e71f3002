// SPDX-License-Identifier: MIT
// Another library that wraps malloc, as programs bring them along.
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

unsigned long interposed_count(void);

static unsigned long calls;

void *malloc(size_t size)
{
    static void *(*next)(size_t);
    if (next == NULL) {
        void *const address = dlsym(RTLD_NEXT, "malloc");
        memcpy(&next, &address, sizeof(next));
    }
    calls++;
    return next(size);
}

void free(void *block)
{
    static void (*next)(void *);
    if (next == NULL) {
        void *const address = dlsym(RTLD_NEXT, "free");
        memcpy(&next, &address, sizeof(next));
    }
    next(block);
}

unsigned long interposed_count(void)
{
    return calls;
}
