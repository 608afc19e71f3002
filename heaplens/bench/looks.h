// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_LOOKS_H
#define HEAPLENS_BENCH_LOOKS_H

#include <stddef.h>

/**
 * @file
 * When to look at data that are still coming in, so that a clear verdict ends a run early and a
 * verdict is still wrong no more often than it says.
 */

enum { HEAPLENS_LOOKS_MAX = 6 };

typedef struct heaplens_looks {
    size_t count;
    size_t blocks[HEAPLENS_LOOKS_MAX];  // after how many, ascending; the last is the plan's most
    double share[HEAPLENS_LOOKS_MAX];   // of alpha that is spent there; they add up to 1
} heaplens_looks;

/**
 * Plan the looks of a run of at most `blocks_max` blocks.
 *
 * The part of alpha that is spent by the time that a share t of the blocks was measured is t^1.5,
 * between the constant bounds of Pocock (t) and the late ones of O'Brien and Fleming (about t^3).
 * The looks do not rely on how they depend on one another.
 *
 * Source: K. K. G. Lan, D. L. DeMets 1983, "Discrete sequential boundaries for clinical trials";
 * K. Kim, D. L. DeMets 1987 (the power family).
 *
 * @param blocks_max  >= 1
 */
heaplens_looks heaplens__looks_plan(size_t blocks_max);

/** What is left of alpha before look `index`, to be spent on a last look that time cut short. */
double heaplens__looks_left(const heaplens_looks *looks, size_t index);

#endif
