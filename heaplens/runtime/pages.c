// SPDX-License-Identifier: MIT
// Memory for the recorder's private tables.
#include "runtime/pages.h"

#include <sys/mman.h>

void *heaplens__pages_take(size_t bytes)
{
    void *const pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

void heaplens__pages_release(void *pages, size_t bytes)
{
    if (pages != NULL) {
        (void)munmap(pages, bytes);
    }
}
