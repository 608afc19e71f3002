// SPDX-License-Identifier: MIT
/**
 * @file
 * Four doubles in one 256-bit register, for dot_rows_body.h: a part of each table that has AVX2.
 * A register of eight would take two of a row's sums, and the order of summation is four.
 */
#include <immintrin.h>

// Enough chains of additions to hide the time that one takes; 8 of 16 registers.
enum { DOT_ROWS = 8 };

typedef __m256d fours;

static inline fours fours_zero(void)
{
    return _mm256_setzero_pd();
}

static inline fours fours_load(const double *p)
{
    return _mm256_loadu_pd(p);
}

static inline fours fours_widen(const float *p)
{
    return _mm256_cvtps_pd(_mm_loadu_ps(p));
}

static inline void fours_store(double *p, fours v)
{
    _mm256_storeu_pd(p, v);
}

static inline fours fours_add_product(fours sum, fours a, fours b)
{
    return _mm256_add_pd(sum, _mm256_mul_pd(a, b));
}
