// SPDX-License-Identifier: MIT
// AVX-512 with VNNI, which multiplies bytes: what the table for AVX-512 does, int8 faster. One of
// the files compiled for AVX-512: nothing in it may run before competency__kernels_select() has
// seen that the machine has it.
#include "kernels/fours_avx2.h"
#include "kernels/lanes_avx512.h"
#include "kernels/tables.h"
#include "kernels/transpose_avx2.h"

#if COMPETENCY_SMALL_TILES
enum { INT_ROWS = 3, INT_PANELS = 2 };
#define EACH_INT_ROWS(X) X(1) X(2) X(3)
#else
// 28 of 32 registers hold sums, two are for weights and one for inputs.
enum { INT_ROWS = 14, INT_PANELS = 2 };
#define EACH_INT_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#endif

typedef __m512i int_sums;
typedef __m512i int_weights;  // four bytes of each of 16 columns
typedef __m512i int_inputs;   // four bytes, 16 times over

static inline int_sums int_sums_zero(void)
{
    return _mm512_setzero_si512();
}

static inline int_weights load_int_weights(const int8_t *w)
{
    return _mm512_loadu_si512(w);
}

static inline int_inputs load_int_inputs(const uint8_t *x)
{
    int32_t four = 0;
    memcpy(&four, x, sizeof(four));
    return _mm512_set1_epi32(four);
}

// Written out because gcc 12, given the intrinsic, copies sums about.
static inline int_sums add_int_products(int_sums sums, int_weights w, int_inputs x)
{
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(x), "v"(w));
    return sums;
}

static inline void store_int_sums(int32_t *p, int_sums sums)
{
    _mm512_storeu_si512(p, sums);
}

#include "kernels/kernels_body.h"

const competency__kernels competency__kernels_avx512vnni = {
    KERNELS_BODY("avx512vnni", COMPETENCY__CPU_AVX2 | COMPETENCY__CPU_FMA | COMPETENCY__CPU_F16C |
                                   COMPETENCY__CPU_AVX512 | COMPETENCY__CPU_AVX512_VNNI)};
