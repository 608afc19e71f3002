// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_SAMPLER_H
#define HEAPLENS_RUNTIME_SAMPLER_H

/**
 * @file
 * Which blocks are drawn in sample mode, and what a drawn one stands for.
 *
 * Points are laid over the bytes that a thread allocates, a Poisson process: the gaps between them
 * are exponential with mean R. A block is drawn if a point falls into it, which happens with the
 * probability p = 1 - exp(-s / R) for s bytes, independently of all others: after a drawn block the
 * process begins anew, which it may, having no memory. A request of no bytes counts as one byte.
 *
 * Source: D. Horvitz, D. Thompson 1952, "A generalization of sampling without replacement from a
 * finite universe", for 1/p as the weight, and (1 - p) / p^2 * y^2 as its share of the variance.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/tail.h"

enum { HEAPLENS__SAMPLE_BYTES_DEFAULT = 512 * 1024 };
#define HEAPLENS__SAMPLE_BYTES_MAX ((uint64_t)1 << 40)

/** A stream of random numbers, and the bytes that are left to its next point. */
typedef struct heaplens__sampler {
    uint64_t random;
    uint64_t mean;       // R that `bytes_left` was drawn for; 0: none drawn yet
    int64_t bytes_left;  // a block is drawn if it has more bytes than this
} heaplens__sampler;

/** Begin a stream: the same seed and stream number give the same draws. */
void heaplens__sampler_init(heaplens__sampler *sampler, uint64_t seed, uint64_t stream);

/** Draw the next gap for the mean `mean`, 1 .. 2^40 bytes. */
void heaplens__sampler_renew(heaplens__sampler *sampler, uint64_t mean);

/** Would a block of `size` bytes, one or more, pass without being drawn? */
static inline bool heaplens__sampler_would_pass(const heaplens__sampler *sampler, size_t size,
                                                uint64_t mean)
{
    return sampler->bytes_left >= (int64_t)size && sampler->mean == mean;
}

/** Pass such a block. */
static inline void heaplens__sampler_pass(heaplens__sampler *sampler, size_t size)
{
    sampler->bytes_left -= (int64_t)size;
}

/** Is a block of `size` bytes drawn? */
static inline bool heaplens__sampler_draws(heaplens__sampler *sampler, size_t size, uint64_t mean)
{
    if (__builtin_expect(sampler->mean != mean, 0)) {
        heaplens__sampler_renew(sampler, mean);
    }
    sampler->bytes_left -= (int64_t)(size != 0 ? size : 1);
    if (__builtin_expect(sampler->bytes_left >= 0, 1)) {
        return false;
    }
    heaplens__sampler_renew(sampler, mean);
    return true;
}

/** What a drawn block of `size` bytes stands for. */
heaplens__weight heaplens__sampler_weigh(heaplens__sampler *sampler, size_t size, uint64_t mean);

/** A random number, uniform in [0, 2^64). */
static inline uint64_t heaplens__sampler_next(uint64_t *random)
{
    // xorshift64* (Vigna 2016, "An experimental exploration of Marsaglia's xorshift generators").
    uint64_t x = *random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *random = x;
    return x * 0x2545F4914F6CDD1DU;
}

#endif
