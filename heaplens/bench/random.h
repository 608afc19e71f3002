// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_RANDOM_H
#define HEAPLENS_BENCH_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * Random numbers that depend on their seed only: the same data and the same seed give the same
 * bootstrap, the same permutations and the same order of runs, on every machine.
 *
 * Source: D. Blackman, S. Vigna 2021, "Scrambled linear pseudorandom number generators"
 * (xoshiro256**); G. Steele, D. Lea, C. Flood 2014, "Fast splittable pseudorandom number generators"
 * (SplitMix64, which fills the state). Not for secrets.
 */

/** State of one stream. Every thread has its own. */
typedef struct heaplens_random {
    uint64_t state[4];  // not all zero
} heaplens_random;

/** Start a stream; any seed is as good as any other, 0 included. */
heaplens_random heaplens__random_seed(uint64_t seed);

/**
 * Start the stream with number `stream` of those that belong to a seed, so that what one part of a
 * report draws does not depend on how much another part drew.
 */
heaplens_random heaplens__random_stream(uint64_t seed, uint64_t stream);

/** 64 uniform bits. */
uint64_t heaplens__random_bits(heaplens_random *random);

/** Uniform in [0, bound), without bias; `bound` > 0. Expected cost: one multiplication. */
uint32_t heaplens__random_below(heaplens_random *random, uint32_t bound);

/** Uniform in [0, 1): a multiple of 2^-53. */
double heaplens__random_unit(heaplens_random *random);

/** Put `items` in an order of which all are equally likely; at most 2^32 - 1 of them. */
void heaplens__random_shuffle(heaplens_random *random, uint32_t *items, size_t count);

#endif
