// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/nanoseconds.h"

#include <time.h>

uint64_t heaplens__nanoseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}
