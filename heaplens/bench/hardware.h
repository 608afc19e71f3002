// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_HARDWARE_H
#define HEAPLENS_BENCH_HARDWARE_H

#include "bench/running.h"

/**
 * @file
 * Hardware counters by perf_event_open(2), of this program in user mode and the threads that it
 * starts. What the machine or the kernel does not give is left out; it is never 0.
 */

/** A kind of event, as the kernel numbers it. */
typedef struct heaplens_event {
    const char *name;
    uint32_t type;
    uint64_t config;
} heaplens_event;

/** instructions, cycles, cache-misses, branch-misses. */
extern const heaplens_event heaplens__hardware_events[];
extern const size_t heaplens__hardware_event_count;

/**
 * Count events over some iterations of a case, and put them, an iteration each, into `result`.
 *
 * Events that share a counter are counted for part of the time, and scaled.
 *
 * @param[in] events      (count) at most HEAPLENS_HARDWARE_MAX
 * @param     iterations  > 0
 * @return 0; or errno of the first event if none could be opened: the case was not run then
 */
int heaplens__hardware_measure(const heaplens_case *item, heaplens_case_result *result,
                               const heaplens_event *events, size_t count, uint64_t iterations);

/** Why there are no counters, in words: "perf_event_open: ..."; a constant text. */
const char *heaplens__hardware_reason(int error);

#endif
