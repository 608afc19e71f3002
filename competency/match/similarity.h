// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_SIMILARITY_H
#define COMPETENCY_MATCH_SIMILARITY_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/kernels.h"

/** Dot product in double; the order of summation is that of competency__kernels.dot_rows. */
double competency__dot(const float *a, const float *b, size_t count);

/**
 * Cosine similarity in [-1, 1] from a dot product and the two squared norms (R40-R43).
 *
 * Two zero vectors are alike (1); one zero vector, or a dot product of 0, is unlike (0). What is
 * not a number counts as alike, as published (D20); the matcher lets no such vector in.
 */
double competency__cosine(double dot, double square_a, double square_b);

bool competency__vector_is_finite(const float *vector, size_t count);

/** (count) numbers in double, as competency__cosine_row() takes its rows: widened once for all. */
void competency__widen(double *out, const float *vector, size_t count);

/**
 * Cosines of one vector with (row_count) others; the bits are those of competency__dot().
 *
 * @param[in] vector   (dimension)
 * @param[in] rows     (row_count, dimension) widened
 * @param[in] squares  (row_count) squared norms of the rows, by competency__dot()
 */
void competency__cosine_row(const competency__kernels *kernels, double *out, const float *vector,
                            const double *rows, const double *squares, size_t row_count,
                            size_t dimension);

#endif
