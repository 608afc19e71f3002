// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_CLOCK_H
#define HEAPLENS_RUNTIME_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "format/store.h"

enum { HEAPLENS__CLOCK_SHIFT = 7 };  // 2^7 ticks: 32 to 64 ns on processors of 2 to 4 GHz

/** Is the time stamp counter constant, and so the clock? Set by heaplens__clock_init(). */
extern bool heaplens__clock_has_tsc;

/** Choose the clock. Call once, before any other function here. */
void heaplens__clock_init(void);

/** CLOCK_MONOTONIC in nanoseconds. */
uint64_t heaplens__clock_ns(void);

/** Store the same moment on both clocks. */
void heaplens__clock_read_both(heaplens_store_clock *out);

/**
 * The time in units of constant, unspecified length: see docs/format/store.md.
 *
 * Reading the time stamp counter takes 10 ns; clock_gettime() more than twice that.
 */
static inline uint64_t heaplens__clock_now(void)
{
#if defined(__x86_64__)
    if (heaplens__clock_has_tsc) {
        return __rdtsc() >> HEAPLENS__CLOCK_SHIFT;
    }
#endif
    return heaplens__clock_ns() >> 6;
}

#endif
