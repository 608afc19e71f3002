// SPDX-License-Identifier: MIT
/**
 * @file
 * Products of quantised inputs with int8 weights, a part of kernels_body.h.
 *
 * Sums are integers, so every order of adding gives the same bits; a row has a scale and a zero
 * point of its own, so it does not depend on the rows beside it. Tables define how four bytes of
 * each column are multiplied (int_weights, int_inputs, int_sums) and how many rows and panels of
 * sums their registers hold (INT_ROWS, INT_PANELS).
 */

enum { INPUT_MOST = 255 };

// How one row becomes bytes: byte = round(x * factor * inverse + zero), number = (byte - zero) *
// scale.
typedef struct row_scale {
    float scale;    // NaN if a number of the row is NaN or infinite
    float inverse;  // 1 / scale; 0 for a row of zeros
    float zero;     // an integer in 0..255
} row_scale;

// What is seen of a row's numbers.
typedef struct row_range {
    lanes highest;  // zero is always in the range, so that it is exact
    lanes lowest;
    lanes probe;  // zeros, or NaN where a number is NaN or infinite
} row_range;

INLINE void widen_range(row_range *range, lanes v)
{
    range->highest = lanes_max(v, range->highest);
    range->lowest = lanes_min(v, range->lowest);
    range->probe = lanes_fma(v, lanes_set(0.0F), range->probe);
}

static row_scale scale_to(const row_range *seen)
{
    const float high = lanes_max_of(seen->highest);
    const float low = lanes_max_of(lanes_sub(lanes_set(0.0F), seen->lowest));
    const float range = high + low;
    row_scale s = {.scale = range / (float)INPUT_MOST + lanes_sum(seen->probe)};
    // What is smaller has no inverse, and adds nothing to a sum either.
    if (range > 1e-30F) {
        s.inverse = (float)INPUT_MOST / range;
        s.zero = low * s.inverse + 12582912.0F - 12582912.0F;
    }
    return s;
}

static row_scale measure_row(const float *x, const float *factors, size_t count)
{
    row_range range = {lanes_set(0.0F), lanes_set(0.0F), lanes_set(0.0F)};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        widen_range(&range, lanes_mul(lanes_load(x + i), lanes_load(factors + i)));
    }
    widen_range(&range, lanes_mul(lanes_load_partial(x + i, count - i, 0.0F),
                                  lanes_load_partial(factors + i, count - i, 0.0F)));
    return scale_to(&range);
}

static void quantise_row(uint8_t *bytes, size_t stride, const float *x, const float *factors,
                         size_t count, const row_scale *s)
{
    const lanes inverse = lanes_set(s->inverse);
    const lanes zero = lanes_set(s->zero);
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const lanes v = lanes_mul(lanes_load(x + i), lanes_load(factors + i));
        lanes_store_bytes(bytes + i, lanes_fma(v, inverse, zero));
    }
    for (; i < stride; i += LANES) {
        const size_t left = i < count ? count - i : 0;
        const lanes v = lanes_mul(lanes_load_partial(x + i, left, 0.0F),
                                  lanes_load_partial(factors + i, left, 0.0F));
        lanes_store_bytes(bytes + i, lanes_fma(v, inverse, zero));
    }
}

static void quantise(const competency__quantised *q, const float *x, size_t x_stride,
                     const competency__panels *w, size_t rows)
{
    for (size_t r = 0; r < rows; r++, x += x_stride) {
        const row_scale s = measure_row(x, w->factors, w->depth);
        quantise_row(q->values + r * q->stride, q->stride, x, w->factors, w->depth, &s);
        q->scales[r] = s.scale;
        q->zeros[r] = (int32_t)s.zero;
    }
}

// One tile's operands.
typedef struct int_tile {
    const uint8_t *x;
    size_t x_stride;
    const int8_t *w;      // the first panel
    size_t panel_length;  // bytes from one panel to the next
    size_t groups;        // of four inputs
} int_tile;

enum { INT_ROW_BYTES = 4 * LANES };  // of a panel

// The sums of one tile, as integers, (rows, panels * LANES).
// NOLINTNEXTLINE(readability-function-cognitive-complexity): one step, written out for each row
INLINE void multiply_int_block(const int_tile *t, size_t rows, size_t panels,
                               int32_t *restrict sums)
{
    enum { LAST = INT_PANELS - 1 };
    int_sums sum[INT_ROWS][INT_PANELS];
#define START(n)                            \
    if ((n) <= rows) {                      \
        sum[(n)-1][0] = int_sums_zero();    \
        sum[(n)-1][LAST] = int_sums_zero(); \
    }
    EACH_INT_ROWS(START)
    const int8_t *w = t->w;
    for (size_t g = 0; g < t->groups; g++, w += INT_ROW_BYTES) {
        const int_weights first = load_int_weights(w);
        const int_weights last = panels > 1 ? load_int_weights(w + t->panel_length) : first;
#define STEP(n)                                                                     \
    if ((n) <= rows) {                                                              \
        const int_inputs x = load_int_inputs(t->x + ((n)-1) * t->x_stride + 4 * g); \
        sum[(n)-1][0] = add_int_products(sum[(n)-1][0], first, x);                  \
        if (panels > 1) {                                                           \
            sum[(n)-1][LAST] = add_int_products(sum[(n)-1][LAST], last, x);         \
        }                                                                           \
    }
        EACH_INT_ROWS(STEP)
    }
#define STORE(n)                                                                        \
    if ((n) <= rows) {                                                                  \
        store_int_sums(sums + ((n)-1) * panels * LANES, sum[(n)-1][0]);                 \
        if (panels > 1) {                                                               \
            store_int_sums(sums + (((size_t)(n)-1) * 2 + 1) * LANES, sum[(n)-1][LAST]); \
        }                                                                               \
    }
    EACH_INT_ROWS(STORE)
#undef START
#undef STEP
#undef STORE
}

INLINE void multiply_int_rows(const int_tile *t, size_t rows, size_t panels, int32_t *sums)
{
    switch (rows) {
#define BLOCK_OF(n) \
    case n: multiply_int_block(t, n, panels, sums); break;
        EACH_INT_ROWS(BLOCK_OF)
#undef BLOCK_OF
    default: break;  // there are no other tiles
    }
}

// Apart from their caller, whose constants gcc 12 keeps in the registers that the sums need.
__attribute__((noinline)) static void multiply_int_wide(const int_tile *t, size_t rows,
                                                        int32_t *sums)
{
    multiply_int_rows(t, rows, INT_PANELS, sums);
}

__attribute__((noinline)) static void multiply_int_narrow(const int_tile *t, size_t rows,
                                                          int32_t *sums)
{
    multiply_int_rows(t, rows, 1, sums);
}

INLINE lanes finish_lanes(lanes v, competency__finish finish)
{
    switch (finish) {
    case COMPETENCY__FINISH_NONE: return v;
    case COMPETENCY__FINISH_GELU_ERF: return gelu_coarse_lanes(v);
    case COMPETENCY__FINISH_GELU_TANH: return gelu_tanh_lanes(v);
    }
    return v;
}

// From integer sums to y: number = (sum - zero * sum of the column's weights) * scales + bias.
// `finish` is a constant where this is inlined. Columns are the outer loop, so that what belongs
// to them is loaded once.
INLINE void finish_int_tile(const competency__int8_product *p, size_t row, size_t rows, size_t at,
                            size_t panels, const int32_t *sums, competency__finish finish)
{
    const competency__panels *const w = p->w;
    for (size_t i = 0; i < panels; i++) {
        const size_t c = at + i * LANES;
        const lanes scale = lanes_load(w->scales + c);
        const lanes bias = lanes_load(w->bias + c);
        const size_t width = smaller(w->cols - c, LANES);
        float *y = p->y + row * p->y_stride + c;
        for (size_t r = 0; r < rows; r++, y += p->y_stride) {
            const lanes sum = lanes_from_int_sums(sums + (r * panels + i) * LANES, w->sums + c,
                                                  p->x->zeros[row + r]);
            const lanes scales = lanes_mul(lanes_set(p->x->scales[row + r]), scale);
            const lanes v = finish_lanes(lanes_fma(sum, scales, bias), finish);
            if (width == LANES) {
                lanes_store(y, v);
            } else {
                lanes_store_partial(y, v, width);
            }
        }
    }
}

static void finish_int_sums(const competency__int8_product *p, size_t row, size_t rows, size_t at,
                            size_t panels, const int32_t *sums)
{
    switch (p->finish) {
    case COMPETENCY__FINISH_NONE:
        finish_int_tile(p, row, rows, at, panels, sums, COMPETENCY__FINISH_NONE);
        break;
    case COMPETENCY__FINISH_GELU_ERF:
        finish_int_tile(p, row, rows, at, panels, sums, COMPETENCY__FINISH_GELU_ERF);
        break;
    case COMPETENCY__FINISH_GELU_TANH:
        finish_int_tile(p, row, rows, at, panels, sums, COMPETENCY__FINISH_GELU_TANH);
        break;
    }
}

static void multiply_int8(const competency__int8_product *p)
{
    const competency__panels *const w = p->w;
    const size_t groups = (w->depth + 3) / 4;
    _Alignas(64) int32_t sums[INT_ROWS * INT_PANELS * LANES];
    for (size_t at = 0; at < w->cols;) {
        const size_t panels = w->cols - at > (size_t)(INT_PANELS - 1) * LANES ? INT_PANELS : 1;
        int_tile t = {.x = p->x->values,
                      .x_stride = p->x->stride,
                      .w = (const int8_t *)w->values + at / LANES * groups * INT_ROW_BYTES,
                      .panel_length = groups * INT_ROW_BYTES,
                      .groups = groups};
        for (size_t row = 0; row < p->rows;) {
            const size_t rows = choose_rows(p->rows - row, INT_ROWS);
            if (panels == INT_PANELS) {
                multiply_int_wide(&t, rows, sums);
            } else {
                multiply_int_narrow(&t, rows, sums);
            }
            finish_int_sums(p, row, rows, at, panels, sums);
            row += rows;
            t.x += rows * t.x_stride;
        }
        at += panels * LANES;
    }
}
