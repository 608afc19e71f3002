// SPDX-License-Identifier: MIT
// SHA-256 with the x86 SHA extension. Source: Gulley, Gopal, Yap et al., "Intel SHA Extensions",
// 2013: one instruction does two rounds, two more extend the schedule by four words.
#include "base/sha256_ni.h"

#include <immintrin.h>

// The state as the instructions want it: words A, B, E, F in one register, C, D, G, H in another,
// the first letter in the highest lane.
typedef struct state_pair {
    __m128i abef;
    __m128i cdgh;
} state_pair;

static state_pair load_state(const uint32_t state[8])
{
    const __m128i dcba = _mm_loadu_si128((const __m128i *)(const void *)state);
    const __m128i hgfe = _mm_loadu_si128((const __m128i *)(const void *)(state + 4));
    const __m128i cdab = _mm_shuffle_epi32(dcba, 0xB1);
    const __m128i efgh = _mm_shuffle_epi32(hgfe, 0x1B);
    return (state_pair){.abef = _mm_alignr_epi8(cdab, efgh, 8),
                        .cdgh = _mm_blend_epi16(efgh, cdab, 0xF0)};
}

static void store_state(uint32_t state[8], state_pair pair)
{
    const __m128i feba = _mm_shuffle_epi32(pair.abef, 0x1B);
    const __m128i dchg = _mm_shuffle_epi32(pair.cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

static __m128i load_words(const unsigned char *bytes)
{
    const __m128i big_endian = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)bytes), big_endian);
}

// The next four words of the schedule from the sixteen before them, oldest first.
static __m128i extend(__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
    const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sum, w3);
}

// Four rounds with the words `w` of the schedule, the first being number `t`.
static state_pair run_rounds(state_pair s, __m128i w, size_t t)
{
    const __m128i k =
        _mm_loadu_si128((const __m128i *)(const void *)(competency__sha256_round_constants + t));
    const __m128i sum = _mm_add_epi32(w, k);
    s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, sum);
    s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, _mm_shuffle_epi32(sum, 0x0E));
    return s;
}

void competency__sha256_blocks_with_sha_ni(uint32_t state[8], const unsigned char *blocks,
                                           size_t count)
{
    state_pair s = load_state(state);
    for (size_t i = 0; i < count; i++, blocks += COMPETENCY__SHA256_BLOCK_BYTES) {
        const state_pair before = s;
        __m128i w0 = load_words(blocks);
        __m128i w1 = load_words(blocks + 16);
        __m128i w2 = load_words(blocks + 32);
        __m128i w3 = load_words(blocks + 48);
        for (size_t t = 0; t < 64; t += 16) {
            s = run_rounds(s, w0, t);
            s = run_rounds(s, w1, t + 4);
            s = run_rounds(s, w2, t + 8);
            s = run_rounds(s, w3, t + 12);
            // After the last round the words that this makes are not used: cheaper than a branch.
            w0 = extend(w0, w1, w2, w3);
            w1 = extend(w1, w2, w3, w0);
            w2 = extend(w2, w3, w0, w1);
            w3 = extend(w3, w0, w1, w2);
        }
        s.abef = _mm_add_epi32(s.abef, before.abef);
        s.cdgh = _mm_add_epi32(s.cdgh, before.cdgh);
    }
    store_state(state, s);
}
