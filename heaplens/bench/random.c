// SPDX-License-Identifier: MIT
#include "bench/random.h"

// SplitMix64: a counter that is scrambled. Neighbouring seeds give unrelated states.
static uint64_t next_of_counter(uint64_t *counter)
{
    *counter += 0x9e3779b97f4a7c15U;
    uint64_t z = *counter;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static uint64_t rotate_left(uint64_t value, unsigned count)
{
    return (value << count) | (value >> (64 - count));
}

// Outputs of SplitMix64 are distinct within its period, so that not all four words are zero.
heaplens_random heaplens__random_seed(uint64_t seed)
{
    heaplens_random random;
    for (size_t i = 0; i < 4; i++) {
        random.state[i] = next_of_counter(&seed);
    }
    return random;
}

// The stream's number is scrambled before it meets the seed: (1, 2) and (2, 1) differ.
heaplens_random heaplens__random_stream(uint64_t seed, uint64_t stream)
{
    uint64_t counter = stream;
    return heaplens__random_seed(seed ^ next_of_counter(&counter));
}

uint64_t heaplens__random_bits(heaplens_random *random)
{
    uint64_t *const s = random->state;
    const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    const uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

// The high half of a 32 by 32 bit product; products whose low half is below 2^32 mod bound would make
// some results more likely than others, and are drawn again. Source: D. Lemire 2019, "Fast random
// integer generation in an interval".
uint32_t heaplens__random_below(heaplens_random *random, uint32_t bound)
{
    uint64_t product = (heaplens__random_bits(random) >> 32) * bound;
    if ((uint32_t)product < bound) {
        const uint32_t surplus = (0U - bound) % bound;
        while ((uint32_t)product < surplus) {
            product = (heaplens__random_bits(random) >> 32) * bound;
        }
    }
    return (uint32_t)(product >> 32);
}

double heaplens__random_unit(heaplens_random *random)
{
    return (double)(heaplens__random_bits(random) >> 11) * 0x1p-53;
}

// Fisher and Yates, from the end.
void heaplens__random_shuffle(heaplens_random *random, uint32_t *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        const size_t other = heaplens__random_below(random, (uint32_t)i);
        const uint32_t kept = items[i - 1];
        items[i - 1] = items[other];
        items[other] = kept;
    }
}
