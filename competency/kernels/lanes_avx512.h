// SPDX-License-Identifier: MIT
/**
 * @file
 * 16 lanes in one 512-bit register: a part of each table that has them, included there before
 * kernels_body.h. Needs AVX-512 F, BW, DQ and VL.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <immintrin.h>

enum { LANES = 16 };

#if COMPETENCY_SMALL_TILES
enum { BLOCK_ROWS = 3, BLOCK_PANELS = 2 };
#define EACH_BLOCK_ROWS(X) X(1) X(2) X(3)
#else
// 28 of 32 registers hold sums, two a row of each panel.
enum { BLOCK_ROWS = 14, BLOCK_PANELS = 2 };
#define EACH_BLOCK_ROWS(X) \
    X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#endif

typedef __m512 lanes;

// One bit for each of the first `count` lanes; `count` may be larger.
static inline __mmask16 mask_first(size_t count)
{
    return (__mmask16)(count < LANES ? (1U << count) - 1U : 0xFFFFU);
}

static inline lanes lanes_set(float x)
{
    return _mm512_set1_ps(x);
}

static inline lanes lanes_load(const float *p)
{
    return _mm512_loadu_ps(p);
}

static inline lanes lanes_load_half(const uint16_t *p)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const void *)p));
}

static inline lanes lanes_load_partial(const float *p, size_t count, float fill)
{
    return _mm512_mask_loadu_ps(_mm512_set1_ps(fill), mask_first(count), p);
}

static inline void lanes_store_partial(float *p, lanes v, size_t count)
{
    _mm512_mask_storeu_ps(p, mask_first(count), v);
}

static inline void lanes_store(float *p, lanes v)
{
    _mm512_storeu_ps(p, v);
}

static inline lanes lanes_keep(lanes v, size_t count)
{
    return _mm512_maskz_mov_ps(mask_first(count), v);
}

static inline lanes lanes_add(lanes a, lanes b)
{
    return _mm512_add_ps(a, b);
}

static inline lanes lanes_sub(lanes a, lanes b)
{
    return _mm512_sub_ps(a, b);
}

static inline lanes lanes_mul(lanes a, lanes b)
{
    return _mm512_mul_ps(a, b);
}

static inline lanes lanes_div(lanes a, lanes b)
{
    return _mm512_div_ps(a, b);
}

static inline lanes lanes_fma(lanes a, lanes b, lanes c)
{
    return _mm512_fmadd_ps(a, b, c);
}

// a times *x, plus c. The instruction is written out because compilers, given the intrinsic, take
// the broadcast apart from the product and run out of registers.
static inline lanes lanes_fma_scalar(const float *x, lanes a, lanes c)
{
    __asm__("vfmadd231ps %2%{1to16%}, %1, %0" : "+v"(c) : "v"(a), "m"(*x));
    return c;
}

static inline lanes lanes_max(lanes a, lanes b)
{
    return _mm512_max_ps(a, b);
}

static inline lanes lanes_min(lanes a, lanes b)
{
    return _mm512_min_ps(a, b);
}

static inline lanes lanes_abs(lanes v)
{
    return _mm512_andnot_ps(_mm512_set1_ps(-0.0F), v);
}

static inline lanes lanes_pow2(lanes v)
{
    const __m512i exponent = _mm512_add_epi32(_mm512_cvtps_epi32(v), _mm512_set1_epi32(127));
    return _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23));
}

static inline __m256 lower_half(lanes v)
{
    return _mm512_castps512_ps256(v);
}

static inline __m256 upper_half(lanes v)
{
    return _mm512_extractf32x8_ps(v, 1);
}

static inline float lanes_sum(lanes v)
{
    const __m256 eight = _mm256_add_ps(lower_half(v), upper_half(v));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline float lanes_max_of(lanes v)
{
    const __m256 eight = _mm256_max_ps(lower_half(v), upper_half(v));
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

static inline lanes lanes_from_int_sums(const int32_t *sums, const int32_t *columns, int32_t zero)
{
    const __m512i column = _mm512_loadu_si512(columns);
    const __m512i shift = _mm512_mullo_epi32(_mm512_set1_epi32(zero), column);
    return _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_loadu_si512(sums), shift));
}

// The nearest integers, ties to even, of numbers in -128..32767, made to lie in 0..255; any bytes of
// others.
static inline void lanes_store_bytes(uint8_t *p, lanes v)
{
    const __m512i positive = _mm512_max_epi32(_mm512_cvtps_epi32(v), _mm512_setzero_si512());
    _mm_storeu_si128((void *)p, _mm512_cvtusepi32_epi8(positive));
}
