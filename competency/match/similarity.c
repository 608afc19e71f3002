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

void competency__cosine_row(double *out, const float *vector, const float *const *rows,
                            const double *squares, size_t row_count, size_t dimension)
{
    const double square = competency__dot(vector, vector, dimension);
    for (size_t r = 0; r < row_count; r++) {
        const double dot = competency__dot(rows[r], vector, dimension);
        out[r] = competency__cosine(dot, squares[r], square);
    }
}
