// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_PLAN_H
#define HEAPLENS_BENCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * How many iterations each sample takes. The counts are those of Criterion.rs, of which a reader
 * may know what to expect; the order is not: a linear plan's counts are shuffled, because in rising
 * order a machine that slows down while it is measured looks like a steeper line.
 *
 * With n samples, T nanoseconds for them all and m nanoseconds an iteration (from the warm-up):
 *
 *     linear   d = max(1, ceil(T / m / (n(n+1)/2)));  counts d, 2d, ..., nd
 *     flat     k = max(1, ceil(T / n / m));           counts k, k, ..., k
 *     auto     linear, unless that is expected to take longer than 2T
 */

typedef enum heaplens_plan_mode {
    HEAPLENS_PLAN_AUTO = 0,
    HEAPLENS_PLAN_LINEAR = 1,
    HEAPLENS_PLAN_FLAT = 2,
} heaplens_plan_mode;

enum {
    HEAPLENS_SAMPLES_MIN = 10,  // fewer say nothing about their spread
    HEAPLENS_SAMPLES_MAX = 100000,
};

typedef struct heaplens_plan {
    heaplens_plan_mode mode;  // linear or flat
    size_t samples;
    uint64_t step;       // d or k of the file comment
    double expected_ns;  // all samples together
} heaplens_plan;

/**
 * Plan the samples of a benchmark.
 *
 * @param mode          what is wanted; a plan's own mode is never HEAPLENS_PLAN_AUTO
 * @param samples       n, HEAPLENS_SAMPLES_MIN to HEAPLENS_SAMPLES_MAX
 * @param target_ns     T, > 0
 * @param iteration_ns  m; values below a thousandth of a nanosecond count as that
 */
heaplens_plan heaplens__plan_make(heaplens_plan_mode mode, size_t samples, double target_ns,
                                  double iteration_ns);

/** Iterations of the i-th sample of the plan, before its order is shuffled. */
uint64_t heaplens__plan_iterations(const heaplens_plan *plan, size_t i);

/** Will the plan take much longer (by a tenth or more) than what was asked for? */
bool heaplens__plan_is_too_long(const heaplens_plan *plan, double target_ns);

/** "linear" or "flat". */
const char *heaplens__plan_mode_name(heaplens_plan_mode mode);

#endif
