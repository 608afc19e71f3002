// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EVALUATION_COSINES_H
#define COMPETENCY_EVALUATION_COSINES_H

/**
 * @file
 * Cosines of many vectors of length 1 with many others, as one product of matrices in f32.
 *
 * This is not the cosine of a match, which is found in double (match/similarity.h): half the
 * numbers to move and twice as many a register, where a rank is asked for and not a digit.
 */
#include <stddef.h>

#include <competency/allocator.h>
#include <competency/status.h>

#include "kernels/kernels.h"

/** Vectors to compare with, as the kernels read them. */
typedef struct competency__cosine_index {
    competency_allocator memory;
    const competency__kernels *kernels;
    competency__panels panels;  // a vector a column
    void *block;                // owned
} competency__cosine_index;

/**
 * Take (count, dimension) vectors, both above 0.
 *
 * @param[out] out      competency__cosine_index_deinit() it in any case
 * @param[in]  memory   copied; NULL: the C library's
 * @param[in]  vectors  copied
 * @param[in]  kernels  borrowed; all tables give the same bits
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM
 *
 * Cost: reads and writes every number once.
 */
COMPETENCY_MUST_USE competency_status competency__cosine_index_init(
    competency__cosine_index *out, const competency_allocator *memory, const float *vectors,
    size_t count, size_t dimension, const competency__kernels *kernels, competency_error *err);

void competency__cosine_index_deinit(competency__cosine_index *index);

/**
 * Compare `rows` vectors with each of the index.
 *
 * @param[out] out    (rows, count) cosines, if all vectors have length 1: products in any case
 * @param[in]  asked  (rows, dimension)
 *
 * Threads: safe. Allocates nothing.
 * Numerics: a product takes its terms in ascending order, each with one fused multiply-add in f32,
 * whatever the other rows and columns are. |error| <= n u / (1 - n u) sum |a_i b_i| with n numbers
 * and u = 2^-24, 2.3e-5 for vectors of length 1 and 384 numbers. Source: Higham 2002, "Accuracy
 * and Stability of Numerical Algorithms", section 3.1.
 */
void competency__cosine_index_compare(float *out, const competency__cosine_index *index,
                                      const float *asked, size_t rows);

#endif
