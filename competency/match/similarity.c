// SPDX-License-Identifier: MIT
// Cosine similarity in double precision (R39-R43).
#include "match/similarity.h"

#include <math.h>

double competency__dot(const float *a, const float *b, size_t count)
{
    // Four sums: one would be a chain in which every addition waits for the one before.
    double sums[4] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        for (size_t lane = 0; lane < 4; lane++) {
            sums[lane] += (double)a[i + lane] * (double)b[i + lane];
        }
    }
    for (size_t lane = 0; i < count; i++, lane++) {
        sums[lane] += (double)a[i] * (double)b[i];
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double competency__cosine(double dot, double square_a, double square_b)
{
    if (square_a == 0 && square_b == 0) {
        return 1;
    }
    if (square_a == 0 || square_b == 0 || dot == 0) {
        return 0;
    }
    // One root of the product, not two roots: for equal vectors it is exact, and so is the 1. The
    // squares of floats are far from the ends of double, so the product neither over- nor
    // underflows.
    const double distance = 1 - dot / sqrt(square_a * square_b);
    return 1 - fmin(fmax(distance, 0), 2);
}

bool competency__vector_is_finite(const float *vector, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(vector[i])) {
            return false;
        }
    }
    return true;
}

// Rows are taken a few at a time so that their squares have a place without allocating.
enum { ROWS_AT_A_TIME = 64 };

static void fill_rows(double *out, const float *const *required, size_t rows,
                      const float *const *candidate, size_t candidate_count, size_t dimension)
{
    double squares[ROWS_AT_A_TIME];
    for (size_t i = 0; i < rows; i++) {
        squares[i] = competency__dot(required[i], required[i], dimension);
    }
    for (size_t j = 0; j < candidate_count; j++) {
        const double square = competency__dot(candidate[j], candidate[j], dimension);
        for (size_t i = 0; i < rows; i++) {
            const double dot = competency__dot(required[i], candidate[j], dimension);
            out[i * candidate_count + j] = competency__cosine(dot, squares[i], square);
        }
    }
}

competency_status competency__similarity_fill(void *self, double *out, const float *const *required,
                                              size_t required_count, const float *const *candidate,
                                              size_t candidate_count, size_t dimension)
{
    (void)self;
    for (size_t first = 0; first < required_count; first += ROWS_AT_A_TIME) {
        const size_t left = required_count - first;
        const size_t rows = left < ROWS_AT_A_TIME ? left : ROWS_AT_A_TIME;
        fill_rows(out + first * candidate_count, required + first, rows, candidate, candidate_count,
                  dimension);
    }
    return COMPETENCY_OK;
}
