// SPDX-License-Identifier: MIT
// The two clocks of the store: a cheap one for every operation, a true one to calibrate it.
#include "runtime/clock.h"

#include <time.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

bool heaplens__clock_has_tsc = false;

void heaplens__clock_init(void)
{
#if defined(__x86_64__)
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    // Leaf 0x80000007, EDX bit 8: the counter runs at one rate in every power state.
    if (__get_cpuid(0x80000007, &a, &b, &c, &d) != 0) {
        heaplens__clock_has_tsc = (d & (1U << 8)) != 0;
    }
#endif
}

uint64_t heaplens__clock_ns(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

void heaplens__clock_read_both(heaplens_store_clock *out)
{
    const uint64_t ns = heaplens__clock_ns();
    const uint64_t time = heaplens__clock_now();
    atomic_store_explicit(&out->ns, ns, memory_order_relaxed);
    atomic_store_explicit(&out->time, time, memory_order_relaxed);
}
