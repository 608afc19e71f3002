// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_KERNELS_KERNELS_H
#define COMPETENCY_KERNELS_KERNELS_H

/**
 * @file
 * Dense f32 arithmetic, in one table of functions per instruction set.
 *
 * Every table gives the same bits, and a row of a result never depends on how many other rows
 * are computed with it. Both follow from two rules that each table keeps:
 *
 * - an element of a matrix product starts from its bias and takes its terms one after the other,
 *   in ascending order, each with one fused multiply-add; vectors run across columns;
 * - a reduction over a row keeps 16 partial results, lane i taking elements i, i + 16, ..., and
 *   folds them 8 + 8, 4 + 4, 2 + 2, 1 + 1.
 *
 * What is in double says so, and its own order of summation.
 *
 * exp and the normal distribution are our own polynomials, since a library's differ from one version to the next.
 * No function allocates, fails or keeps state; all are safe from any thread.
 */
#include <stddef.h>
#include <stdint.h>

#include "kernels/panels.h"

/** Instruction sets, as bits of a set. */
enum {
    COMPETENCY__CPU_AVX2 = 1U << 0U,
    COMPETENCY__CPU_FMA = 1U << 1U,
    COMPETENCY__CPU_F16C = 1U << 2U,
    COMPETENCY__CPU_AVX512 = 1U << 3U,       // F, BW, DQ and VL
    COMPETENCY__CPU_AVX512_VNNI = 1U << 4U,  // VNNI for 512 bits
    COMPETENCY__CPU_NEON = 1U << 5U,         // of 64 bits: every aarch64
};

/**
 * One matrix product with bias, y = x * w + bias. Row r of a matrix starts at r * its stride,
 * counted in elements. y overlaps nothing else.
 */
typedef struct competency__product {
    float *y;           // (rows, cols)
    size_t y_stride;    // >= cols
    const float *x;     // (rows, depth)
    size_t x_stride;    // >= depth
    const float *w;     // linear: (cols, depth); matmul: (depth, cols)
    size_t w_stride;    // >= the length of a row of w
    const float *bias;  // (cols); NULL: zeros
    size_t rows;        // may be 0
    size_t cols;        // may be 0
    size_t depth;       // > 0
} competency__product;

/** What is done with the elements of a product before they are stored for the last time. */
typedef enum competency__finish {
    COMPETENCY__FINISH_NONE,
    COMPETENCY__FINISH_GELU_ERF,
    COMPETENCY__FINISH_GELU_TANH,
} competency__finish;

/** One linear layer with packed weights, y = finish(x * w^T + bias). y overlaps nothing else. */
typedef struct competency__panel_product {
    float *y;                     // (rows, w->cols)
    size_t y_stride;              // >= w->cols
    const float *x;               // (rows, w->depth)
    size_t x_stride;              // >= w->depth
    const competency__panels *w;  // F32 or F16
    size_t rows;                  // may be 0
    competency__finish finish;
} competency__panel_product;

/** Bytes in a row of quantised inputs: whole vectors of every table. */
#define COMPETENCY__QUANTISED_STRIDE(depth) (((depth) + 63U) / 64U * 64U)

/** Rows of inputs as bytes, each with its own scale: number = (byte - zero) * scale. */
typedef struct competency__quantised {
    uint8_t *values;  // (rows, stride); zeros past the depth
    size_t stride;    // COMPETENCY__QUANTISED_STRIDE(depth)
    float *scales;    // (rows) NaN for a row with a number that is not finite
    int32_t *zeros;   // (rows) in 0..255
} competency__quantised;

/** One linear layer with INT8 weights. y overlaps nothing else. */
typedef struct competency__int8_product {
    float *y;                        // (rows, w->cols)
    size_t y_stride;                 // >= w->cols
    const competency__quantised *x;  // (rows, w->depth), quantised for w
    const competency__panels *w;     // INT8, depth at most 65,535: sums are 32 bits
    size_t rows;                     // may be 0
    competency__finish finish;
} competency__int8_product;

/** One complete implementation. Tables are immutable and have no state. */
typedef struct competency__kernels {
    const char
        *name;  // "scalar", "avx2", "avx512", "avx512vnni", "neon"; printed with every benchmark
    uint32_t cpu_bits;  // COMPETENCY__CPU_* that the code needs

    /** y[r][c] = finish(bias[c] + sum_k x[r][k] * w[c][k]): a linear layer, its weight packed. */
    void (*multiply_panels)(const competency__panel_product *p);

    /**
     * Make bytes of x (rows, w->depth), rows x_stride apart, multiplied by w->factors. Each row's
     * range, made to include zero, becomes 0..255; rounded to the nearest, ties to even.
     */
    void (*quantise)(const competency__quantised *q, const float *x, size_t x_stride,
                     const competency__panels *w, size_t rows);

    /**
     * The same as multiply_panels() with quantised inputs and weights: sums are exact, then
     * (sum - zero of the row * sum of the column) * (scale of the row * scale of the column) + bias.
     * COMPETENCY__FINISH_GELU_ERF is good to 5e-5 |x|: its results become bytes next, whose steps
     * are a 255th of their range.
     */
    void (*multiply_int8)(const competency__int8_product *p);

    /** y[r][c] = bias[c] + sum_k x[r][k] * w[c][k]: a linear layer, its weight as stored. */
    void (*linear)(const competency__product *p);

    /** y[r][c] = bias[c] + sum_k x[r][k] * w[k][c]. */
    void (*matmul)(const competency__product *p);

    /**
     * Normalise each row of x (rows, cols) to zero mean and unit variance, scale and shift:
     *
     *     x[r][c] = (x[r][c] - mean_r) / sqrt(var_r + eps) * gamma[c] + beta[c]
     *
     * var_r divides by cols. The variance is computed from the deviations, in a second pass:
     * E[x^2] - E[x]^2 cancels badly where |mean| is large.
     * Source: Ba, Kiros & Hinton 2016, "Layer Normalization", arXiv:1607.06450.
     */
    void (*layer_norm)(float *x, const float *gamma, const float *beta, size_t rows, size_t cols,
                       float eps);

    /**
     * Each row of x (rows, cols), rows x_stride apart, becomes exp(scale * x - m) / sum, m being
     * the row's largest scale * x. cols > 0.
     */
    void (*softmax)(float *x, size_t x_stride, size_t rows, size_t cols, float scale);

    /**
     * x (count) becomes 0.5 x (1 + erf(x / sqrt 2)). Hendrycks & Gimpel 2016, arXiv:1606.08415.
     * |error| <= 1.4e-7 |x|.
     */
    void (*gelu_erf)(float *x, size_t count);

    /** x (count) becomes 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). Same source. */
    void (*gelu_tanh)(float *x, size_t count);

    /** y[i] += x[i] for (count) elements. */
    void (*add)(float *y, const float *x, size_t count);

    /** sum_i a[i] * b[i] over (count) elements. */
    float (*dot)(const float *a, const float *b, size_t count);

    /**
     * Dot products of x (depth) with each of rows (row_count, depth), in double: lane i of four
     * sums elements i, i + 4, ..., each product rounded before it is added, and the lanes are
     * summed as (0 + 1) + (2 + 3).
     */
    void (*dot_rows)(double *out, const double *rows, const float *x, size_t row_count,
                     size_t depth);
} competency__kernels;

/** Instruction sets of this machine that its kernel, too, supports: COMPETENCY__CPU_* bits. */
uint32_t competency__kernels_cpu(void);

/**
 * Choose a table.
 *
 * @param cpu     what may be used: competency__kernels_cpu()
 * @param forced  the table to insist on, or NULL for the fastest
 * @return never NULL when `forced` is; NULL if the forced table is unknown or not usable
 */
const competency__kernels *competency__kernels_select(uint32_t cpu, const char *forced);

/** Table number `index`, fastest first, usable or not; NULL past the last. */
const competency__kernels *competency__kernels_at(size_t index);

#endif
