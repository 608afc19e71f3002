// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_RUNNING_H
#define HEAPLENS_BENCH_RUNNING_H

#include <heaplens/bench.h>

#include "bench/bench_report.h"
#include "bench/case_list.h"

/**
 * @file
 * A benchmark's function while it runs, and the *meter* that watches it: of time
 * (timing.h), of memory (memory_meter.h), of hardware counters (hardware.h).
 */

/** What is done around iterations. A meter is at rest or running, and at rest to start with. */
typedef struct heaplens_meter {
    /** At rest: take note of what was measured since the last call; iterations to do, or 0. */
    uint64_t (*advance)(heaplens_bench *b);
    void (*resume)(heaplens_bench *b);  // from rest: what follows counts
    void (*pause)(heaplens_bench *b);   // to rest
} heaplens_meter;

struct heaplens_bench {
    const heaplens_case *item;
    heaplens_case_result *result;
    const heaplens_meter *meter;
    void *state;          // the meter's own
    uint64_t iterations;  // that were handed out so far
    bool is_running;
    bool is_over;  // advance() gave 0
    bool is_failed;
};

/**
 * Run a case under a meter. If it fails, `result` has its status and message.
 *
 * Fails also if the function came back before its loop was over, or never began one.
 */
void heaplens__running_run(const heaplens_case *item, heaplens_case_result *result,
                           const heaplens_meter *meter, void *state);

/** Make the case a failure; the first message stays. */
void heaplens__running_fail(heaplens_case_result *result, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Iterations from the meter, at rest; 0 after a failure. */
uint64_t heaplens__running_advance(heaplens_bench *b);

#endif
