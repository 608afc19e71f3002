// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_KERNELS_PREFETCH_H
#define COMPETENCY_KERNELS_PREFETCH_H

/**
 * @file
 * Memory that will be read soon.
 */
#include <stddef.h>

enum { COMPETENCY__LINE_BYTES = 64 };  // of a processor's cache

/** Have `size` bytes from `first` fetched while other work is done. No address is an error. */
static inline void competency__prefetch(const void *first, size_t size)
{
#if defined(__GNUC__)
    for (size_t at = 0; at < size; at += COMPETENCY__LINE_BYTES) {
        __builtin_prefetch((const char *)first + at);
    }
#else
    (void)first, (void)size;
#endif
}

#endif
