// SPDX-License-Identifier: MIT
// 16 lanes in two 256-bit registers. The only file compiled for AVX2 and FMA: nothing in it may
// run before competency__kernels_select() has seen that the machine has both.
#include "kernels/fours_avx2.h"
#include "kernels/tables.h"

#include <math.h>
#include <string.h>

#include <immintrin.h>

enum { LANES = 16, HALF = 8 };

// 12 of 16 registers hold sums; two are left for a row of the panel and one for an element of x.
enum { BLOCK_ROWS = 6, BLOCK_PANELS = 1 };
#define EACH_BLOCK_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)

typedef struct lanes {
    __m256 low;   // lanes 0..7
    __m256 high;  // lanes 8..15
} lanes;

// All bits set in the first `count` lanes of eight; `count` may be larger.
static inline __m256i mask_first(size_t count)
{
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count < HALF ? (int)count : HALF), lane);
}

static inline __m256i mask_second(size_t count)
{
    return mask_first(count > HALF ? count - HALF : 0);
}

static inline lanes lanes_set(float x)
{
    const __m256 v = _mm256_set1_ps(x);
    return (lanes){v, v};
}

static inline lanes lanes_load(const float *p)
{
    return (lanes){_mm256_loadu_ps(p), _mm256_loadu_ps(p + HALF)};
}

static inline lanes lanes_load_half(const uint16_t *p)
{
    const __m128i *const eight = (const void *)p;
    return (lanes){_mm256_cvtph_ps(_mm_loadu_si128(eight)),
                   _mm256_cvtph_ps(_mm_loadu_si128(eight + 1))};
}

static inline __m256 load_masked(const float *p, __m256i mask, __m256 fill)
{
    return _mm256_blendv_ps(fill, _mm256_maskload_ps(p, mask), _mm256_castsi256_ps(mask));
}

// `p + HALF` may lie past the object only where the mask of the upper half is empty, and then
// nothing is read: it is not even formed.
static inline lanes lanes_load_partial(const float *p, size_t count, float fill)
{
    const __m256 rest = _mm256_set1_ps(fill);
    return (lanes){load_masked(p, mask_first(count), rest),
                   count > HALF ? load_masked(p + HALF, mask_second(count), rest) : rest};
}

static inline void lanes_store_partial(float *p, lanes v, size_t count)
{
    _mm256_maskstore_ps(p, mask_first(count), v.low);
    if (count > HALF) {
        _mm256_maskstore_ps(p + HALF, mask_second(count), v.high);
    }
}

static inline void lanes_store(float *p, lanes v)
{
    _mm256_storeu_ps(p, v.low);
    _mm256_storeu_ps(p + HALF, v.high);
}

static inline lanes lanes_keep(lanes v, size_t count)
{
    return (lanes){_mm256_and_ps(v.low, _mm256_castsi256_ps(mask_first(count))),
                   _mm256_and_ps(v.high, _mm256_castsi256_ps(mask_second(count)))};
}

static inline lanes lanes_add(lanes a, lanes b)
{
    return (lanes){_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
}

static inline lanes lanes_sub(lanes a, lanes b)
{
    return (lanes){_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
}

static inline lanes lanes_mul(lanes a, lanes b)
{
    return (lanes){_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)};
}

static inline lanes lanes_div(lanes a, lanes b)
{
    return (lanes){_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)};
}

static inline lanes lanes_fma(lanes a, lanes b, lanes c)
{
    return (lanes){_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}

// a times *x, plus c.
static inline lanes lanes_fma_scalar(const float *x, lanes a, lanes c)
{
    return lanes_fma(lanes_set(*x), a, c);
}

static inline lanes lanes_max(lanes a, lanes b)
{
    return (lanes){_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)};
}

static inline lanes lanes_min(lanes a, lanes b)
{
    return (lanes){_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)};
}

static inline lanes lanes_abs(lanes v)
{
    const __m256 sign = _mm256_set1_ps(-0.0F);
    return (lanes){_mm256_andnot_ps(sign, v.low), _mm256_andnot_ps(sign, v.high)};
}

static inline __m256 pow2(__m256 v)
{
    const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(v), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}

static inline lanes lanes_pow2(lanes v)
{
    return (lanes){pow2(v.low), pow2(v.high)};
}

static inline float lanes_sum(lanes v)
{
    const __m256 eight = _mm256_add_ps(v.low, v.high);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline float lanes_max_of(lanes v)
{
    const __m256 eight = _mm256_max_ps(v.low, v.high);
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

#include "kernels/transpose_avx2.h"

// Two rows of one panel: a panel's sums take four registers, two for each column until the end.
enum { INT_ROWS = 2, INT_PANELS = 1 };
#define EACH_INT_ROWS(X) X(1) X(2)

typedef struct int_sums {
    __m256i quarter[4];  // four columns each, of every column two sums side by side
} int_sums;

typedef struct int_weights {
    __m256i quarter[4];  // four columns each, 16 bits a weight
} int_weights;

typedef __m256i int_inputs;  // four inputs, 16 bits each, four times over

static inline int_sums int_sums_zero(void)
{
    const __m256i zero = _mm256_setzero_si256();
    return (int_sums){{zero, zero, zero, zero}};
}

static inline __m256i widen_weights(const int8_t *w)
{
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)w));
}

static inline int_weights load_int_weights(const int8_t *w)
{
    return (int_weights){
        {widen_weights(w), widen_weights(w + 16), widen_weights(w + 32), widen_weights(w + 48)}};
}

static inline int_inputs load_int_inputs(const uint8_t *x)
{
    int32_t four = 0;
    memcpy(&four, x, sizeof(four));
    return _mm256_cvtepu8_epi16(_mm_set1_epi32(four));
}

// Products of 16 bits, exact: the instruction for bytes saturates.
static inline int_sums add_int_products(int_sums sums, int_weights w, int_inputs x)
{
    for (size_t i = 0; i < 4; i++) {
        const __m256i pairs = _mm256_madd_epi16(w.quarter[i], x);
        sums.quarter[i] = _mm256_add_epi32(sums.quarter[i], pairs);
    }
    return sums;
}

// Columns 0 1 4 5 2 3 6 7 of eight, put in order.
static inline __m256i add_neighbours(__m256i low, __m256i high)
{
    return _mm256_permute4x64_epi64(_mm256_hadd_epi32(low, high), 0xD8);
}

static inline void store_int_sums(int32_t *p, int_sums sums)
{
    _mm256_storeu_si256((void *)p, add_neighbours(sums.quarter[0], sums.quarter[1]));
    _mm256_storeu_si256((void *)(p + HALF), add_neighbours(sums.quarter[2], sums.quarter[3]));
}

static inline __m256 from_eight_sums(const int32_t *sums, const int32_t *columns, __m256i zero)
{
    const __m256i column = _mm256_loadu_si256((const void *)columns);
    const __m256i sum = _mm256_loadu_si256((const void *)sums);
    return _mm256_cvtepi32_ps(_mm256_sub_epi32(sum, _mm256_mullo_epi32(zero, column)));
}

static inline lanes lanes_from_int_sums(const int32_t *sums, const int32_t *columns, int32_t zero)
{
    const __m256i z = _mm256_set1_epi32(zero);
    return (lanes){from_eight_sums(sums, columns, z),
                   from_eight_sums(sums + HALF, columns + HALF, z)};
}

// The nearest integers, ties to even, made to lie in 0..255; see kernels_scalar.c. Packing works
// within 128 bits: the order is put right in between.
static inline void lanes_store_bytes(uint8_t *p, lanes v)
{
    const __m256i words =
        _mm256_packus_epi32(_mm256_cvtps_epi32(v.low), _mm256_cvtps_epi32(v.high));
    const __m256i ordered = _mm256_permute4x64_epi64(words, 0xD8);
    const __m128i bytes =
        _mm_packus_epi16(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1));
    _mm_storeu_si128((void *)p, bytes);
}

#include "kernels/kernels_body.h"

const competency__kernels competency__kernels_avx2 = {
    KERNELS_BODY("avx2", COMPETENCY__CPU_AVX2 | COMPETENCY__CPU_FMA | COMPETENCY__CPU_F16C)};
