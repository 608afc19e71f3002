// SPDX-License-Identifier: MIT
// AVX-512 without VNNI. One of the files compiled for AVX-512 (F, BW, DQ, VL): nothing in it may
// run before competency__kernels_select() has seen that the machine has it.
#include "kernels/fours_avx2.h"
#include "kernels/lanes_avx512.h"
#include "kernels/tables.h"
#include "kernels/transpose_avx2.h"

// Six rows of one panel: its sums take two registers, two for each column until the end.
enum { INT_ROWS = 6, INT_PANELS = 1 };
#define EACH_INT_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)

typedef struct int_sums {
    __m512i half[2];  // eight columns each, of every column two sums side by side
} int_sums;

typedef struct int_weights {
    __m512i half[2];  // eight columns each, 16 bits a weight
} int_weights;

typedef __m512i int_inputs;  // four inputs, 16 bits each, eight times over

static inline int_sums int_sums_zero(void)
{
    return (int_sums){{_mm512_setzero_si512(), _mm512_setzero_si512()}};
}

static inline __m512i widen_weights(const int8_t *w)
{
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256((const void *)w));
}

static inline int_weights load_int_weights(const int8_t *w)
{
    return (int_weights){{widen_weights(w), widen_weights(w + 32)}};
}

static inline int_inputs load_int_inputs(const uint8_t *x)
{
    int32_t four = 0;
    memcpy(&four, x, sizeof(four));
    return _mm512_cvtepu8_epi16(_mm256_set1_epi32(four));
}

// Products of 16 bits, exact: the instruction for bytes saturates.
static inline int_sums add_int_products(int_sums sums, int_weights w, int_inputs x)
{
    return (int_sums){{_mm512_add_epi32(sums.half[0], _mm512_madd_epi16(w.half[0], x)),
                       _mm512_add_epi32(sums.half[1], _mm512_madd_epi16(w.half[1], x))}};
}

static inline void store_int_sums(int32_t *p, int_sums sums)
{
    const __m512i evens =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odds =
        _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    const __m512i first = _mm512_permutex2var_epi32(sums.half[0], evens, sums.half[1]);
    const __m512i second = _mm512_permutex2var_epi32(sums.half[0], odds, sums.half[1]);
    _mm512_storeu_si512(p, _mm512_add_epi32(first, second));
}

#include "kernels/kernels_body.h"

const competency__kernels competency__kernels_avx512 = {
    KERNELS_BODY("avx512", COMPETENCY__CPU_AVX2 | COMPETENCY__CPU_FMA | COMPETENCY__CPU_F16C |
                               COMPETENCY__CPU_AVX512)};
