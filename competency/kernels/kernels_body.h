// SPDX-License-Identifier: MIT
/**
 * @file
 * The kernels, written once over 16 lanes. There is no include guard: each table's file defines
 * the type `lanes`, what can be done with it, pack_transposed(), and how many rows and panels of a
 * product its registers hold (BLOCK_ROWS, BLOCK_PANELS), and then includes this. A new instruction
 * set is a new file with those few operations, and its bits are the same.
 */

// Two of the reasons for the numbers below: 6 rows of 16 columns fill 12 of AVX2's 16 registers
// with sums, leaving room for the operands; 384 rows of a panel are 24 KiB, half of a first-level
// cache. Cutting the depth there changes no bit, since a sum goes through memory unrounded.
enum { TILE_ROWS = 6, PANEL_DEPTH = 384 };

#define INLINE static inline __attribute__((always_inline))

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

// ---------------------------------------------------------------- products

// Up to TILE_ROWS rows of one panel: p->w is (depth, 16), p->cols <= 16. `rows` is a constant
// wherever this is inlined, which is what keeps the sums in registers.
INLINE void multiply_tile(const competency__product *p, size_t rows, int continues)
{
    lanes sum[TILE_ROWS];
    for (size_t r = 0; r < rows; r++) {
        const float *const start = continues ? p->y + r * p->y_stride : p->bias;
        sum[r] = p->cols == LANES ? lanes_load(start) : lanes_load_partial(start, p->cols, 0.0F);
    }
    const float *w = p->w;
    for (size_t k = 0; k < p->depth; k++) {
        const lanes column = lanes_load(w);
        for (size_t r = 0; r < rows; r++) {
            sum[r] = lanes_fma(lanes_set(p->x[r * p->x_stride + k]), column, sum[r]);
        }
        w += p->w_stride;
    }
    for (size_t r = 0; r < rows; r++) {
        if (p->cols == LANES) {
            lanes_store(p->y + r * p->y_stride, sum[r]);
        } else {
            lanes_store_partial(p->y + r * p->y_stride, sum[r], p->cols);
        }
    }
}

// All rows of one panel.
static void multiply_panel(const competency__product *p, int continues)
{
    competency__product tile = *p;
    for (size_t left = p->rows; left > 0;) {
        const size_t rows = smaller(left, TILE_ROWS);
        switch (rows) {
        case 1: multiply_tile(&tile, 1, continues); break;
        case 2: multiply_tile(&tile, 2, continues); break;
        case 3: multiply_tile(&tile, 3, continues); break;
        case 4: multiply_tile(&tile, 4, continues); break;
        case 5: multiply_tile(&tile, 5, continues); break;
        default: multiply_tile(&tile, TILE_ROWS, continues); break;
        }
        tile.y += rows * p->y_stride;
        tile.x += rows * p->x_stride;
        left -= rows;
    }
}

// Columns [at, at + 16) of a product as a product of their own; `bias` is theirs.
static competency__product select_columns(const competency__product *p, size_t at, float *bias)
{
    competency__product part = *p;
    part.y = p->y + at;
    part.cols = smaller(p->cols - at, LANES);
    part.bias = bias;
    for (size_t c = 0; c < LANES; c++) {
        bias[c] = p->bias != NULL && c < part.cols ? p->bias[at + c] : 0.0F;
    }
    return part;
}

static void linear(const competency__product *p)
{
    _Alignas(64) float panel[PANEL_DEPTH * LANES];
    float bias[LANES];
    for (size_t at = 0; at < p->cols; at += LANES) {
        competency__product part = select_columns(p, at, bias);
        part.w = panel;
        part.w_stride = LANES;
        for (size_t k = 0; k < p->depth; k += PANEL_DEPTH) {
            part.depth = smaller(p->depth - k, PANEL_DEPTH);
            part.x = p->x + k;
            pack_transposed(panel, p->w + at * p->w_stride + k, p->w_stride, part.cols, part.depth);
            multiply_panel(&part, k > 0);
        }
    }
}

static void pack_columns(float *panel, const float *w, size_t stride, size_t cols, size_t depth)
{
    for (size_t k = 0; k < depth; k++) {
        lanes_store(panel + k * LANES, lanes_load_partial(w + k * stride, cols, 0.0F));
    }
}

static void matmul(const competency__product *p)
{
    _Alignas(64) float panel[PANEL_DEPTH * LANES];
    float bias[LANES];
    for (size_t at = 0; at < p->cols; at += LANES) {
        competency__product part = select_columns(p, at, bias);
        if (part.cols == LANES) {
            part.w = p->w + at;  // w has the order of a panel already
            multiply_panel(&part, 0);
            continue;
        }
        part.w = panel;
        part.w_stride = LANES;
        for (size_t k = 0; k < p->depth; k += PANEL_DEPTH) {
            part.depth = smaller(p->depth - k, PANEL_DEPTH);
            part.x = p->x + k;
            pack_columns(panel, p->w + k * p->w_stride + at, p->w_stride, part.cols, part.depth);
            multiply_panel(&part, k > 0);
        }
    }
}

// ---------------------------------------------------------------- elementary functions

// c[0] + c[1] x + ... + c[degree] x^degree
INLINE lanes polynomial(const float *c, size_t degree, lanes x)
{
    lanes y = lanes_set(c[degree]);
    for (size_t i = degree; i > 0; i--) {
        y = lanes_fma(y, x, lanes_set(c[i - 1]));
    }
    return y;
}

// exp(x) = 2^n exp(r), n an integer, |r| <= ln 2 / 2. Relative error below 1e-7 for x in
// [-87, 88]; x below is taken for -87.3, where exp is 1.2e-38, the smallest normal number.
// The coefficients are printed by tools/kernel_polynomials.py.
INLINE lanes exponential(lanes x)
{
    static const float fit[] = {0.5F,           0.166666672F,   0.0416662619F,
                                0.00833328068F, 0.00139464461F, 0.000199096467F};
    // Added and taken away again, it rounds to an integer: its last bit is worth one.
    const lanes rounder = lanes_set(12582912.0F);
    // ln 2 in two parts, the first with so few bits that its product with n is exact.
    const lanes ln2_high = lanes_set(-0.693359375F);
    const lanes ln2_low = lanes_set(2.12194440e-4F);

    // The constants come first, so that a NaN stays one.
    x = lanes_min(lanes_set(88.0F), lanes_max(lanes_set(-87.3F), x));
    const lanes log2_e = lanes_set(1.44269504F);
    const lanes n = lanes_sub(lanes_fma(x, log2_e, rounder), rounder);
    const lanes r = lanes_fma(n, ln2_low, lanes_fma(n, ln2_high, x));
    const lanes tail = lanes_fma(polynomial(fit, 5, r), lanes_mul(r, r), r);
    return lanes_mul(lanes_add(tail, lanes_set(1.0F)), lanes_pow2(n));
}

// GELU is x Phi(x), Phi the normal distribution, of which tail(s) = Phi(-s) decreases for s >= 0:
//
//     x Phi(x) = max(x, 0) - |x| tail(|x|),    tail(s) = 2^q(s)
//
// so that one polynomial, q, serves both sides, and nothing cancels. Past 6 the tail counts as that
// at 6, 1e-9. The coefficients are printed by tools/kernel_polynomials.py; a degree is a constant
// where this is inlined.
INLINE lanes gelu_by(lanes x, const float *log_tail, size_t log_degree, const float *power,
                     size_t power_degree)
{
    const lanes rounder = lanes_set(12582912.0F);  // as in exponential()
    const lanes size = lanes_abs(x);
    // The constants come first, so that a NaN stays one.
    const lanes q = polynomial(log_tail, log_degree, lanes_min(lanes_set(6.0F), size));
    const lanes n = lanes_sub(lanes_add(q, rounder), rounder);
    const lanes tail = lanes_mul(polynomial(power, power_degree, lanes_sub(q, n)), lanes_pow2(n));
    const lanes minus_size = lanes_sub(lanes_set(0.0F), size);
    return lanes_fma(minus_size, tail, lanes_max(lanes_set(0.0F), x));
}

// Error below 1.4e-7 |x|.
INLINE lanes gelu_erf_lanes(lanes x)
{
    static const float log_tail[] = {-0.99999994F,     -1.15110695F,    -0.459193051F,
                                     -0.0525464378F,   0.00714278314F,  -0.000202479801F,
                                     -0.000157278453F, 3.29679497e-05F, -2.27586679e-06F};
    static const float power[] = {1.00000012F,   0.693146944F,   0.240221202F,
                                  0.0555071309F, 0.00967554096F, 0.00132764713F};
    return gelu_by(x, log_tail, 8, power, 5);
}

// The same with an error below 5e-5 |x|: for what becomes a byte, whose last bit is worth more.
INLINE lanes gelu_coarse_lanes(lanes x)
{
    static const float log_tail[] = {-1.00003386F, -1.15010965F, -0.463436395F, -0.0468259566F,
                                     0.00439465977F};
    static const float power[] = {0.999928057F, 0.693260968F, 0.242611125F, 0.0551716648F};
    return gelu_by(x, log_tail, 4, power, 3);
}

// 0.5 (1 + tanh u) = 1 / (1 + exp(-2u)): one exponential, and nothing cancels.
INLINE lanes gelu_tanh_lanes(lanes x)
{
    const lanes square = lanes_mul(x, x);
    const lanes inner = lanes_fma(lanes_mul(square, x), lanes_set(0.044715F), x);
    const lanes minus_2u = lanes_mul(inner, lanes_set(-1.59576912F));
    return lanes_div(x, lanes_add(exponential(minus_2u), lanes_set(1.0F)));
}

// ---------------------------------------------------------------- rows

static float sum_row(const float *x, size_t count)
{
    lanes sum = lanes_set(0.0F);
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        sum = lanes_add(sum, lanes_load(x + i));
    }
    return lanes_sum(lanes_add(sum, lanes_load_partial(x + i, count - i, 0.0F)));
}

static float sum_squared_deviations(const float *x, size_t count, float mean)
{
    const lanes center = lanes_set(mean);
    lanes sum = lanes_set(0.0F);
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const lanes d = lanes_sub(lanes_load(x + i), center);
        sum = lanes_fma(d, d, sum);
    }
    const lanes last = lanes_sub(lanes_load_partial(x + i, count - i, 0.0F), center);
    const lanes d = lanes_keep(last, count - i);
    return lanes_sum(lanes_fma(d, d, sum));
}

INLINE lanes normalise(lanes x, float mean, float scale, lanes gamma, lanes beta)
{
    const lanes unit = lanes_mul(lanes_sub(x, lanes_set(mean)), lanes_set(scale));
    return lanes_fma(unit, gamma, beta);
}

static void layer_norm(float *x, const float *gamma, const float *beta, size_t rows, size_t cols,
                       float eps)
{
    for (size_t r = 0; r < rows; r++, x += cols) {
        const float mean = sum_row(x, cols) / (float)cols;
        const float variance = sum_squared_deviations(x, cols, mean) / (float)cols;
        const float scale = 1.0F / sqrtf(variance + eps);
        size_t c = 0;
        for (; c + LANES <= cols; c += LANES) {
            lanes_store(x + c, normalise(lanes_load(x + c), mean, scale, lanes_load(gamma + c),
                                         lanes_load(beta + c)));
        }
        const size_t left = cols - c;
        const lanes last = normalise(lanes_load_partial(x + c, left, 0.0F), mean, scale,
                                     lanes_load_partial(gamma + c, left, 0.0F),
                                     lanes_load_partial(beta + c, left, 0.0F));
        lanes_store_partial(x + c, last, left);
    }
}

// Multiply a row by `scale` and return its largest element.
static float scale_row(float *x, size_t count, float scale)
{
    const lanes factor = lanes_set(scale);
    lanes largest = lanes_set(-INFINITY);
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const lanes v = lanes_mul(lanes_load(x + i), factor);
        lanes_store(x + i, v);
        largest = lanes_max(v, largest);
    }
    const lanes v = lanes_mul(lanes_load_partial(x + i, count - i, -INFINITY), factor);
    lanes_store_partial(x + i, v, count - i);
    return lanes_max_of(lanes_max(v, largest));
}

// Replace a row by exp(x - largest) and return its sum.
static float exponentiate_row(float *x, size_t count, float largest)
{
    const lanes shift = lanes_set(largest);
    lanes sum = lanes_set(0.0F);
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const lanes v = exponential(lanes_sub(lanes_load(x + i), shift));
        lanes_store(x + i, v);
        sum = lanes_add(sum, v);
    }
    const lanes v = exponential(lanes_sub(lanes_load_partial(x + i, count - i, 0.0F), shift));
    lanes_store_partial(x + i, v, count - i);
    return lanes_sum(lanes_add(sum, lanes_keep(v, count - i)));
}

// A row of at most LANES columns, which most texts have: it stays in a register, and the bits are
// those of the general case.
INLINE void softmax_short_row(float *x, size_t count, float scale)
{
    const lanes scaled = lanes_mul(lanes_load_partial(x, count, -INFINITY), lanes_set(scale));
    const lanes largest = lanes_set(lanes_max_of(lanes_max(scaled, lanes_set(-INFINITY))));
    const lanes v = lanes_keep(exponential(lanes_sub(scaled, largest)), count);
    lanes_store_partial(x, lanes_div(v, lanes_set(lanes_sum(v))), count);
}

static void softmax(float *x, size_t x_stride, size_t rows, size_t cols, float scale)
{
    for (size_t r = 0; r < rows; r++, x += x_stride) {
        if (cols <= LANES) {
            softmax_short_row(x, cols, scale);
            continue;
        }
        const float largest = scale_row(x, cols, scale);
        const float sum = exponentiate_row(x, cols, largest);
        for (size_t c = 0; c < cols; c++) {
            x[c] /= sum;
        }
    }
}

// ---------------------------------------------------------------- elements

static void gelu_erf(float *x, size_t count)
{
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        lanes_store(x + i, gelu_erf_lanes(lanes_load(x + i)));
    }
    const lanes last = gelu_erf_lanes(lanes_load_partial(x + i, count - i, 0.0F));
    lanes_store_partial(x + i, last, count - i);
}

static void gelu_tanh(float *x, size_t count)
{
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        lanes_store(x + i, gelu_tanh_lanes(lanes_load(x + i)));
    }
    const lanes last = gelu_tanh_lanes(lanes_load_partial(x + i, count - i, 0.0F));
    lanes_store_partial(x + i, last, count - i);
}

static void add(float *y, const float *x, size_t count)
{
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        lanes_store(y + i, lanes_add(lanes_load(y + i), lanes_load(x + i)));
    }
    for (; i < count; i++) {
        y[i] += x[i];
    }
}

static float dot(const float *a, const float *b, size_t count)
{
    lanes sum = lanes_set(0.0F);
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        sum = lanes_fma(lanes_load(a + i), lanes_load(b + i), sum);
    }
    const size_t left = count - i;
    return lanes_sum(lanes_fma(lanes_load_partial(a + i, left, 0.0F),
                               lanes_load_partial(b + i, left, 0.0F), sum));
}

#include "kernels/dot_rows_body.h"
#include "kernels/panels_body.h"
// The next one uses what this one defines.
#include "kernels/int8_body.h"

/** Initialisers of the table whose name and COMPETENCY__CPU_* bits these are. */
#define KERNELS_BODY(table, bits)                                                                  \
    .name = (table), .cpu_bits = (bits), .multiply_panels = multiply_panels, .quantise = quantise, \
    .multiply_int8 = multiply_int8, .linear = linear, .matmul = matmul, .layer_norm = layer_norm,  \
    .softmax = softmax, .gelu_erf = gelu_erf, .gelu_tanh = gelu_tanh, .add = add, .dot = dot,      \
    .dot_rows = dot_rows
