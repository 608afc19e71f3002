// SPDX-License-Identifier: MIT
// The reference: 16 lanes, one at a time, on any machine with IEEE 754 arithmetic.
#include "kernels/tables.h"

#include <math.h>
#include <string.h>

#include "base/half.h"

enum { LANES = 16 };

// One row: the sums of more would not fit any registers.
enum { BLOCK_ROWS = 1, BLOCK_PANELS = 1 };
#define EACH_BLOCK_ROWS(X) X(1)

typedef struct lanes {
    float at[LANES];
} lanes;

// One lane after the other. `i` is the lane's number in `expression`.
#define EACH_LANE(expression)            \
    lanes out;                           \
    for (size_t i = 0; i < LANES; i++) { \
        out.at[i] = (expression);        \
    }                                    \
    return out

static inline lanes lanes_set(float x)
{
    EACH_LANE(x);
}

static inline lanes lanes_load(const float *p)
{
    EACH_LANE(p[i]);
}

static inline lanes lanes_load_half(const uint16_t *p)
{
    EACH_LANE(competency__half_to_float(p[i]));
}

static inline lanes lanes_load_partial(const float *p, size_t count, float fill)
{
    EACH_LANE(i < count ? p[i] : fill);
}

static inline void lanes_store_partial(float *p, lanes v, size_t count)
{
    memcpy(p, v.at, count * sizeof(float));
}

static inline void lanes_store(float *p, lanes v)
{
    lanes_store_partial(p, v, LANES);
}

static inline lanes lanes_keep(lanes v, size_t count)
{
    EACH_LANE(i < count ? v.at[i] : 0.0F);
}

static inline lanes lanes_add(lanes a, lanes b)
{
    EACH_LANE(a.at[i] + b.at[i]);
}

static inline lanes lanes_sub(lanes a, lanes b)
{
    EACH_LANE(a.at[i] - b.at[i]);
}

static inline lanes lanes_mul(lanes a, lanes b)
{
    EACH_LANE(a.at[i] * b.at[i]);
}

static inline lanes lanes_div(lanes a, lanes b)
{
    EACH_LANE(a.at[i] / b.at[i]);
}

static inline lanes lanes_fma(lanes a, lanes b, lanes c)
{
    EACH_LANE(fmaf(a.at[i], b.at[i], c.at[i]));
}

// a times *x, plus c.
static inline lanes lanes_fma_scalar(const float *x, lanes a, lanes c)
{
    EACH_LANE(fmaf(*x, a.at[i], c.at[i]));
}

// The order of the operands decides which one a NaN yields: as the x86 instructions do.
static inline lanes lanes_max(lanes a, lanes b)
{
    EACH_LANE(a.at[i] > b.at[i] ? a.at[i] : b.at[i]);
}

static inline lanes lanes_min(lanes a, lanes b)
{
    EACH_LANE(a.at[i] < b.at[i] ? a.at[i] : b.at[i]);
}

static inline lanes lanes_abs(lanes v)
{
    EACH_LANE(fabsf(v.at[i]));
}

// 2^v for integers in [-126, 127]; anything, but nothing undefined, for NaN.
static inline lanes lanes_pow2(lanes v)
{
    lanes out;
    for (size_t i = 0; i < LANES; i++) {
        const int32_t exponent = v.at[i] >= -126.0F ? (int32_t)v.at[i] : -127;
        const uint32_t bits = (uint32_t)(exponent + 127) << 23U;
        memcpy(&out.at[i], &bits, sizeof(bits));
    }
    return out;
}

static inline float lanes_sum(lanes v)
{
    for (size_t half = LANES / 2; half > 0; half /= 2) {
        for (size_t i = 0; i < half; i++) {
            v.at[i] += v.at[i + half];
        }
    }
    return v.at[0];
}

static inline float lanes_max_of(lanes v)
{
    for (size_t half = LANES / 2; half > 0; half /= 2) {
        for (size_t i = 0; i < half; i++) {
            v.at[i] = v.at[i] > v.at[i + half] ? v.at[i] : v.at[i + half];
        }
    }
    return v.at[0];
}

// panel[k][c] = w[c][k]; columns past `cols` are zeros.
static void pack_transposed(float *panel, const float *w, size_t stride, size_t cols, size_t depth)
{
    for (size_t k = 0; k < depth; k++) {
        for (size_t c = 0; c < LANES; c++) {
            panel[k * LANES + c] = c < cols ? w[c * stride + k] : 0.0F;
        }
    }
}

// One row of one panel: four products a column.
enum { INT_ROWS = 1, INT_PANELS = 1 };
#define EACH_INT_ROWS(X) X(1)

typedef struct int_sums {
    int32_t at[LANES];
} int_sums;

typedef const int8_t *int_weights;
typedef const uint8_t *int_inputs;

static inline int_sums int_sums_zero(void)
{
    return (int_sums){{0}};
}

static inline int_weights load_int_weights(const int8_t *w)
{
    return w;
}

static inline int_inputs load_int_inputs(const uint8_t *x)
{
    return x;
}

static inline int_sums add_int_products(int_sums sums, int_weights w, int_inputs x)
{
    for (size_t i = 0; i < (size_t)4 * LANES; i++) {
        sums.at[i / 4] += w[i] * x[i % 4];
    }
    return sums;
}

static inline void store_int_sums(int32_t *p, int_sums sums)
{
    memcpy(p, sums.at, sizeof(sums.at));
}

// Wrapping, as vectors do: the zero point of a row that is not finite may be any number.
static inline int32_t shift_sum(int32_t sum, int32_t column, int32_t zero)
{
    return (int32_t)((uint32_t)sum - (uint32_t)zero * (uint32_t)column);
}

static inline lanes lanes_from_int_sums(const int32_t *sums, const int32_t *columns, int32_t zero)
{
    EACH_LANE((float)shift_sum(sums[i], columns[i], zero));
}

// The nearest integers, ties to even, made to lie in 0..255. A NaN becomes 0, but a row that has one
// has no scale either.
static inline void lanes_store_bytes(uint8_t *p, lanes v)
{
    for (size_t i = 0; i < LANES; i++) {
        const float positive = v.at[i] > 0.0F ? v.at[i] : 0.0F;
        const float capped = positive < 255.0F ? positive : 255.0F;
        p[i] = (uint8_t)(capped + 12582912.0F - 12582912.0F);  // its last bit is worth one
    }
}

// One row: the loop over its four lanes is a chain for each.
enum { DOT_ROWS = 1 };

typedef struct fours {
    double at[4];
} fours;

static inline fours fours_zero(void)
{
    return (fours){{0}};
}

static inline fours fours_load(const double *p)
{
    return (fours){{p[0], p[1], p[2], p[3]}};
}

static inline fours fours_widen(const float *p)
{
    return (fours){{(double)p[0], (double)p[1], (double)p[2], (double)p[3]}};
}

static inline void fours_store(double *p, fours v)
{
    memcpy(p, v.at, sizeof(v.at));
}

static inline fours fours_add_product(fours sum, fours a, fours b)
{
    for (size_t i = 0; i < 4; i++) {
        sum.at[i] += a.at[i] * b.at[i];
    }
    return sum;
}

#include "kernels/kernels_body.h"

const competency__kernels competency__kernels_scalar = {KERNELS_BODY("scalar", 0)};
