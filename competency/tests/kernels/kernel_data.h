// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TESTS_KERNEL_DATA_H
#define COMPETENCY_TESTS_KERNEL_DATA_H

/**
 * @file
 * Numbers to compute with, and which tables can compute with them here.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "kernels/kernels.h"

/** Unit roundoff of f32, eps / 2: the largest relative error of one rounding. */
#define UNIT_ROUNDOFF (1.0 / 16777216.0)

/** Fill (count) numbers in [-scale, scale), the same for the same seed. splitmix64. */
static inline void fill_random(float *x, size_t count, uint64_t seed, float scale)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t z = (seed += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        z ^= z >> 31U;
        x[i] = scale * ((float)(z >> 40U) / 8388608.0F - 1.0F);
    }
}

/** Whether (count) numbers are the same bit for bit: zeros of different sign are not. */
static inline int have_same_bits(const float *a, const float *b, size_t count)
{
    const void *const left = a;
    const void *const right = b;
    return memcmp(left, right, count * sizeof(float)) == 0;
}

/** The next table that this machine can run, from *index on; NULL when there is none left. */
static inline const competency__kernels *next_usable(size_t *index)
{
    const uint32_t cpu = competency__kernels_cpu();
    for (const competency__kernels *k; (k = competency__kernels_at(*index)) != NULL;) {
        ++*index;
        if ((k->cpu_bits & cpu) == k->cpu_bits) {
            return k;
        }
    }
    return NULL;
}

/** Run the statement that follows once per usable table, as `table`. */
#define EACH_TABLE(table)                                                               \
    for (size_t table##_index = 0; table##_index != SIZE_MAX; table##_index = SIZE_MAX) \
        for (const competency__kernels *(table); ((table) = next_usable(&table##_index)) != NULL;)

#endif
