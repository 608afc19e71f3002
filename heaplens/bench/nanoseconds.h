// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_NANOSECONDS_H
#define HEAPLENS_BENCH_NANOSECONDS_H

#include <stdint.h>

/** The clock of all measurements: monotonic, not slewed (CLOCK_MONOTONIC_RAW), from an unknown zero. */
uint64_t heaplens__nanoseconds(void);

#endif
