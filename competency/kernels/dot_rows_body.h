// SPDX-License-Identifier: MIT
/**
 * @file
 * Dot products in double of one vector with many rows: a part of each table, over four lanes that
 * the table defines before.
 *
 *     fours                                       four doubles
 *     fours_zero(), fours_load(p), fours_store(p, v)
 *     fours_widen(p)                              of four floats
 *     fours_add_product(sum, a, b)                sum + a * b, rounded twice
 *     DOT_ROWS                                    rows whose sums fit the registers
 */
enum { FOUR = 4 };

// `count` is a constant where this is called: the loops over rows unroll.
static inline void dot_block(double *out, const double *rows, const float *x, size_t depth,
                             size_t count)
{
    fours sums[DOT_ROWS];
    for (size_t r = 0; r < count; r++) {
        sums[r] = fours_zero();
    }
    size_t i = 0;
    for (; i + FOUR <= depth; i += FOUR) {
        const fours wide = fours_widen(x + i);
        for (size_t r = 0; r < count; r++) {
            sums[r] = fours_add_product(sums[r], fours_load(rows + r * depth + i), wide);
        }
    }
    for (size_t r = 0; r < count; r++) {
        double lanes_of[FOUR];
        fours_store(lanes_of, sums[r]);
        for (size_t k = i; k < depth; k++) {
            lanes_of[k - i] += rows[r * depth + k] * (double)x[k];
        }
        out[r] = (lanes_of[0] + lanes_of[1]) + (lanes_of[2] + lanes_of[3]);
    }
}

static void dot_rows(double *out, const double *rows, const float *x, size_t row_count,
                     size_t depth)
{
    size_t r = 0;
    for (; r + DOT_ROWS <= row_count; r += DOT_ROWS) {
        dot_block(out + r, rows + r * depth, x, depth, DOT_ROWS);
    }
    for (; r < row_count; r++) {
        dot_block(out + r, rows + r * depth, x, depth, 1);
    }
}
