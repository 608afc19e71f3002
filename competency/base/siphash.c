// SPDX-License-Identifier: MIT
#include "base/siphash.h"

// The four words of the state, called v0 to v3 in the paper.
typedef struct sip_state {
    uint64_t v0;
    uint64_t v1;
    uint64_t v2;
    uint64_t v3;
} sip_state;

static uint64_t rotate_left(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static inline void run_round(sip_state *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate_left(s->v1, 13) ^ s->v0;
    s->v3 = rotate_left(s->v3, 16) ^ s->v2;
    s->v0 = rotate_left(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate_left(s->v1, 17) ^ s->v2;
    s->v3 = rotate_left(s->v3, 21) ^ s->v0;
    s->v2 = rotate_left(s->v2, 32);
}

static uint64_t load_le64(const unsigned char *bytes, size_t size)
{
    uint64_t word = 0;
    for (size_t i = 0; i < size; i++) {
        word |= (uint64_t)bytes[i] << 8 * i;
    }
    return word;
}

// `take_rounds` after each word and `end_rounds` at the end: constants where it is inlined.
static inline uint64_t hash(competency__siphash_key key, const unsigned char *bytes, size_t size,
                            int take_rounds, int end_rounds)
{
    sip_state s = {.v0 = key.k0 ^ 0x736F6D6570736575U,
                   .v1 = key.k1 ^ 0x646F72616E646F6DU,
                   .v2 = key.k0 ^ 0x6C7967656E657261U,
                   .v3 = key.k1 ^ 0x7465646279746573U};
    const size_t words = size / 8;
    for (size_t i = 0; i <= words; i++) {
        // The last word has what is left of the bytes, and the length in its highest byte.
        const uint64_t word = i < words
                                  ? load_le64(bytes + 8 * i, 8)
                                  : load_le64(bytes + 8 * words, size % 8) | (uint64_t)size << 56;
        s.v3 ^= word;
        for (int round = 0; round < take_rounds; round++) {
            run_round(&s);
        }
        s.v0 ^= word;
    }
    s.v2 ^= 0xFF;
    for (int round = 0; round < end_rounds; round++) {
        run_round(&s);
    }
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

uint64_t competency__siphash24(competency__siphash_key key, const void *data, size_t size)
{
    return hash(key, data, size, 2, 4);
}

uint64_t competency__siphash13(competency__siphash_key key, const void *data, size_t size)
{
    return hash(key, data, size, 1, 3);
}
