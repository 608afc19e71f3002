// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_MEMORY_METER_H
#define HEAPLENS_BENCH_MEMORY_METER_H

#include "bench/running.h"

/**
 * @file
 * The meter of memory, in the process that the recorder is in: each iteration is a scope of its
 * own, of all threads, so that its figures are counted and not estimated. The first iteration is
 * kept apart, because it fills caches.
 */

/** The label of the scopes of the case with this number. @param[out] label (cap) */
void heaplens__memory_meter_label(size_t number, char *label, size_t cap);

/**
 * Measure the memory of a case: `result->memory`, or its failure.
 *
 * @param number     of the case, for its label
 * @param budget_ns  after as long, no more iterations than 5 are measured
 */
void heaplens__memory_meter_measure(const heaplens_case *item, heaplens_case_result *result,
                                    size_t number, uint64_t budget_ns);

#endif
