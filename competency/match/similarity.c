// SPDX-License-Identifier: MIT
// Cosine similarity in double precision (R39-R43).
#include "match/similarity.h"

#include <math.h>

enum {
    // Partial sums: one would be a chain in which every addition waits for the one before.
    LANES = 4,
    ROWS = 4,  // of one vector's dot products at a time: it is loaded once for all
};

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

// The dot products of ROWS rows, each in the order of competency__dot(): its bits are the same.
static void dot_rows(double *out, const double *rows, const float *vector, size_t dimension)
{
    const double *const a = rows;
    const double *const b = a + dimension;
    const double *const c = b + dimension;
    const double *const d = c + dimension;
    double sums[ROWS][LANES] = {{0}};
    size_t i = 0;
    for (; i + LANES <= dimension; i += LANES) {
        // A loop for each row: gcc 12 makes vectors of these, and not of one loop for all.
        double wide[LANES];
        for (size_t lane = 0; lane < LANES; lane++) {
            wide[lane] = (double)vector[i + lane];
        }
        for (size_t lane = 0; lane < LANES; lane++) {
            sums[0][lane] += a[i + lane] * wide[lane];
        }
        for (size_t lane = 0; lane < LANES; lane++) {
            sums[1][lane] += b[i + lane] * wide[lane];
        }
        for (size_t lane = 0; lane < LANES; lane++) {
            sums[2][lane] += c[i + lane] * wide[lane];
        }
        for (size_t lane = 0; lane < LANES; lane++) {
            sums[3][lane] += d[i + lane] * wide[lane];
        }
    }
    for (size_t lane = 0; i < dimension; i++, lane++) {
        const double wide = (double)vector[i];
        sums[0][lane] += a[i] * wide;
        sums[1][lane] += b[i] * wide;
        sums[2][lane] += c[i] * wide;
        sums[3][lane] += d[i] * wide;
    }
    for (size_t r = 0; r < ROWS; r++) {
        out[r] = (sums[r][0] + sums[r][1]) + (sums[r][2] + sums[r][3]);
    }
}

static double dot_row(const double *row, const float *vector, size_t dimension)
{
    double sums[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= dimension; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            sums[lane] += row[i + lane] * (double)vector[i + lane];
        }
    }
    for (size_t lane = 0; i < dimension; i++, lane++) {
        sums[lane] += row[i] * (double)vector[i];
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void competency__cosine_row(double *out, const float *vector, const double *rows,
                            const double *squares, size_t row_count, size_t dimension)
{
    const double square = competency__dot(vector, vector, dimension);
    size_t r = 0;
    for (; r + ROWS <= row_count; r += ROWS) {
        dot_rows(out + r, rows + r * dimension, vector, dimension);
    }
    for (; r < row_count; r++) {
        out[r] = dot_row(rows + r * dimension, vector, dimension);
    }
    for (r = 0; r < row_count; r++) {
        out[r] = competency__cosine(out[r], squares[r], square);
    }
}
