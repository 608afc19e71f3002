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

// Dot products of one vector with four: each has the order of competency__dot(), and while one sum
// waits for its last addition the others go on.
static void dot_with_four(double *out, const float *vector, const float *const *rows, size_t count)
{
    double sums[4][4] = {{0}};
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        for (size_t r = 0; r < 4; r++) {
            for (size_t lane = 0; lane < 4; lane++) {
                sums[r][lane] += (double)rows[r][i + lane] * (double)vector[i + lane];
            }
        }
    }
    for (size_t r = 0; r < 4; r++) {
        for (size_t k = i; k < count; k++) {
            sums[r][k - i] += (double)rows[r][k] * (double)vector[k];
        }
        out[r] = (sums[r][0] + sums[r][1]) + (sums[r][2] + sums[r][3]);
    }
}

void competency__cosine_row(double *out, const float *vector, const float *const *rows,
                            const double *squares, size_t row_count, size_t dimension)
{
    const double square = competency__dot(vector, vector, dimension);
    size_t r = 0;
    for (; r + 4 <= row_count; r += 4) {
        dot_with_four(out + r, vector, rows + r, dimension);
    }
    for (; r < row_count; r++) {
        out[r] = competency__dot(rows[r], vector, dimension);
    }
    for (r = 0; r < row_count; r++) {
        out[r] = competency__cosine(out[r], squares[r], square);
    }
}
