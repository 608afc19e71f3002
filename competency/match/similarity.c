// SPDX-License-Identifier: MIT
// Cosine similarity in double precision (R39-R43).
#include "match/similarity.h"

#include <math.h>

// Partial sums: one would be a chain in which every addition waits for the one before.
enum { LANES = 4 };

double competency__dot(const float *a, const float *b, size_t count)
{
    double sums[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
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
    // Times 0, a finite number is 0 and any other is not a number, which every later sum is, too.
    float sums[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            sums[lane] += vector[i + lane] * 0.0F;
        }
    }
    for (size_t lane = 0; i < count; i++, lane++) {
        sums[lane] += vector[i] * 0.0F;
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]) == 0;
}

void competency__widen(double *out, const float *vector, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (double)vector[i];
    }
}

void competency__cosine_row(const competency__kernels *kernels, double *out, const float *vector,
                            const double *rows, const double *squares, size_t row_count,
                            size_t dimension)
{
    const double square = competency__dot(vector, vector, dimension);
    kernels->dot_rows(out, rows, vector, row_count, dimension);
    for (size_t r = 0; r < row_count; r++) {
        out[r] = competency__cosine(out[r], squares[r], square);
    }
}
