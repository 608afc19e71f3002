// SPDX-License-Identifier: MIT
// 16 lanes in four 128-bit registers, for aarch64, where every processor has them.
#include "kernels/tables.h"

#include <math.h>
#include <string.h>

#include <arm_neon.h>

enum { LANES = 16, QUARTERS = 4 };

// 24 of 32 registers hold sums; four are for a row of the panel and one for an element of x.
enum { BLOCK_ROWS = 6, BLOCK_PANELS = 1 };
#define EACH_BLOCK_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)

typedef struct lanes {
    float32x4_t quarter[QUARTERS];  // lanes 0..3, 4..7, 8..11, 12..15
} lanes;

// One quarter after the other. `i` is the quarter's number in `expression`.
#define EACH_QUARTER(expression)            \
    lanes out;                              \
    for (size_t i = 0; i < QUARTERS; i++) { \
        out.quarter[i] = (expression);      \
    }                                       \
    return out

static inline lanes lanes_set(float x)
{
    EACH_QUARTER(vdupq_n_f32(x));
}

static inline lanes lanes_load(const float *p)
{
    EACH_QUARTER(vld1q_f32(p + 4 * i));
}

static inline lanes lanes_load_half(const uint16_t *p)
{
    EACH_QUARTER(vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p + 4 * i))));
}

static inline lanes lanes_load_partial(const float *p, size_t count, float fill)
{
    float all[LANES];
    for (size_t i = 0; i < LANES; i++) {
        all[i] = i < count ? p[i] : fill;
    }
    return lanes_load(all);
}

static inline void lanes_store(float *p, lanes v)
{
    for (size_t i = 0; i < QUARTERS; i++) {
        vst1q_f32(p + 4 * i, v.quarter[i]);
    }
}

static inline void lanes_store_partial(float *p, lanes v, size_t count)
{
    float all[LANES];
    lanes_store(all, v);
    memcpy(p, all, count * sizeof(float));
}

static inline lanes lanes_keep(lanes v, size_t count)
{
    float all[LANES];
    lanes_store(all, v);
    return lanes_load_partial(all, count, 0.0F);
}

static inline lanes lanes_add(lanes a, lanes b)
{
    EACH_QUARTER(vaddq_f32(a.quarter[i], b.quarter[i]));
}

static inline lanes lanes_sub(lanes a, lanes b)
{
    EACH_QUARTER(vsubq_f32(a.quarter[i], b.quarter[i]));
}

static inline lanes lanes_mul(lanes a, lanes b)
{
    EACH_QUARTER(vmulq_f32(a.quarter[i], b.quarter[i]));
}

static inline lanes lanes_div(lanes a, lanes b)
{
    EACH_QUARTER(vdivq_f32(a.quarter[i], b.quarter[i]));
}

static inline lanes lanes_fma(lanes a, lanes b, lanes c)
{
    EACH_QUARTER(vfmaq_f32(c.quarter[i], a.quarter[i], b.quarter[i]));
}

// a times *x, plus c.
static inline lanes lanes_fma_scalar(const float *x, lanes a, lanes c)
{
    EACH_QUARTER(vfmaq_n_f32(c.quarter[i], a.quarter[i], *x));
}

// The larger one by comparison: the instruction for it yields a NaN of either operand, where the
// other tables yield the second operand.
static inline float32x4_t larger(float32x4_t a, float32x4_t b)
{
    return vbslq_f32(vcgtq_f32(a, b), a, b);
}

static inline lanes lanes_max(lanes a, lanes b)
{
    EACH_QUARTER(larger(a.quarter[i], b.quarter[i]));
}

static inline lanes lanes_min(lanes a, lanes b)
{
    EACH_QUARTER(vbslq_f32(vcltq_f32(a.quarter[i], b.quarter[i]), a.quarter[i], b.quarter[i]));
}

static inline lanes lanes_abs(lanes v)
{
    EACH_QUARTER(vabsq_f32(v.quarter[i]));
}

static inline float32x4_t pow2(float32x4_t v)
{
    const int32x4_t exponent = vaddq_s32(vcvtnq_s32_f32(v), vdupq_n_s32(127));
    return vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23));
}

static inline lanes lanes_pow2(lanes v)
{
    EACH_QUARTER(pow2(v.quarter[i]));
}

static inline float lanes_sum(lanes v)
{
    const float32x4_t four =
        vaddq_f32(vaddq_f32(v.quarter[0], v.quarter[2]), vaddq_f32(v.quarter[1], v.quarter[3]));
    const float32x2_t two = vadd_f32(vget_low_f32(four), vget_high_f32(four));
    return vget_lane_f32(two, 0) + vget_lane_f32(two, 1);
}

static inline float lanes_max_of(lanes v)
{
    const float32x4_t four =
        larger(larger(v.quarter[0], v.quarter[2]), larger(v.quarter[1], v.quarter[3]));
    const float32x2_t low = vget_low_f32(four);
    const float32x2_t high = vget_high_f32(four);
    const float32x2_t two = vbsl_f32(vcgt_f32(low, high), low, high);
    const float first = vget_lane_f32(two, 0);
    const float second = vget_lane_f32(two, 1);
    return first > second ? first : second;
}

// Four columns of four inputs each: four registers of one column's inputs become four of one
// input's columns.
static inline void transpose_4x4(float *panel, const float *w, size_t stride)
{
    const float32x4_t a = vld1q_f32(w);
    const float32x4_t b = vld1q_f32(w + stride);
    const float32x4_t c = vld1q_f32(w + 2 * stride);
    const float32x4_t d = vld1q_f32(w + 3 * stride);
    const float32x4_t ac_low = vzip1q_f32(a, c);
    const float32x4_t ac_high = vzip2q_f32(a, c);
    const float32x4_t bd_low = vzip1q_f32(b, d);
    const float32x4_t bd_high = vzip2q_f32(b, d);
    vst1q_f32(panel, vzip1q_f32(ac_low, bd_low));
    vst1q_f32(panel + LANES, vzip2q_f32(ac_low, bd_low));
    vst1q_f32(panel + (size_t)2 * LANES, vzip1q_f32(ac_high, bd_high));
    vst1q_f32(panel + (size_t)3 * LANES, vzip2q_f32(ac_high, bd_high));
}

// panel[k][c] = w[c][k]; columns past `cols` are zeros.
static void pack_transposed(float *panel, const float *w, size_t stride, size_t cols, size_t depth)
{
    const size_t whole_cols = cols - cols % 4;
    const size_t whole_depth = depth - depth % 4;
    for (size_t k = 0; k < whole_depth; k += 4) {
        for (size_t c = 0; c < whole_cols; c += 4) {
            transpose_4x4(panel + k * LANES + c, w + c * stride + k, stride);
        }
    }
    for (size_t k = 0; k < depth; k++) {
        for (size_t c = k < whole_depth ? whole_cols : 0; c < LANES; c++) {
            panel[k * LANES + c] = c < cols ? w[c * stride + k] : 0.0F;
        }
    }
}

// Two rows of one panel: 16 of 32 registers hold sums, 8 weights.
enum { INT_ROWS = 2, INT_PANELS = 1, EIGHTHS = 8 };
#define EACH_INT_ROWS(X) X(1) X(2)

typedef struct int_sums {
    int32x4_t eighth[EIGHTHS];  // two columns each, of every column two sums side by side
} int_sums;

typedef struct int_weights {
    int16x8_t eighth[EIGHTHS];  // two columns each, 16 bits a weight
} int_weights;

typedef int16x8_t int_inputs;  // four inputs, twice over

static inline int_sums int_sums_zero(void)
{
    int_sums out;
    for (size_t i = 0; i < EIGHTHS; i++) {
        out.eighth[i] = vdupq_n_s32(0);
    }
    return out;
}

static inline int_weights load_int_weights(const int8_t *w)
{
    int_weights out;
    for (size_t i = 0; i < EIGHTHS; i++) {
        out.eighth[i] = vmovl_s8(vld1_s8(w + 8 * i));
    }
    return out;
}

static inline int_inputs load_int_inputs(const uint8_t *x)
{
    uint32_t four = 0;
    memcpy(&four, x, sizeof(four));
    return vreinterpretq_s16_u16(vmovl_u8(vreinterpret_u8_u32(vdup_n_u32(four))));
}

// A product of 255 and 127 fits 16 bits, the sum of two does not: pairs are added as 32.
static inline int_sums add_int_products(int_sums sums, int_weights w, int_inputs x)
{
    for (size_t i = 0; i < EIGHTHS; i++) {
        sums.eighth[i] = vpadalq_s16(sums.eighth[i], vmulq_s16(w.eighth[i], x));
    }
    return sums;
}

static inline void store_int_sums(int32_t *p, int_sums sums)
{
    for (size_t i = 0; i < QUARTERS; i++) {
        vst1q_s32(p + 4 * i, vpaddq_s32(sums.eighth[2 * i], sums.eighth[2 * i + 1]));
    }
}

static inline float32x4_t from_four_sums(const int32_t *sums, const int32_t *columns, int32_t zero)
{
    return vcvtq_f32_s32(vmlsq_s32(vld1q_s32(sums), vld1q_s32(columns), vdupq_n_s32(zero)));
}

static inline lanes lanes_from_int_sums(const int32_t *sums, const int32_t *columns, int32_t zero)
{
    EACH_QUARTER(from_four_sums(sums + 4 * i, columns + 4 * i, zero));
}

// Two quarters as 16 bits, the nearest integers, ties to even.
static inline int16x8_t round_eight(float32x4_t a, float32x4_t b)
{
    return vcombine_s16(vqmovn_s32(vcvtnq_s32_f32(a)), vqmovn_s32(vcvtnq_s32_f32(b)));
}

// The nearest integers, ties to even, made to lie in 0..255; see kernels_scalar.c.
static inline void lanes_store_bytes(uint8_t *p, lanes v)
{
    vst1_u8(p, vqmovun_s16(round_eight(v.quarter[0], v.quarter[1])));
    vst1_u8(p + 8, vqmovun_s16(round_eight(v.quarter[2], v.quarter[3])));
}

// Chains of additions: two registers of each row.
enum { DOT_ROWS = 4 };

typedef struct fours {
    float64x2_t low;   // lanes 0 and 1
    float64x2_t high;  // lanes 2 and 3
} fours;

static inline fours fours_zero(void)
{
    return (fours){vdupq_n_f64(0), vdupq_n_f64(0)};
}

static inline fours fours_load(const double *p)
{
    return (fours){vld1q_f64(p), vld1q_f64(p + 2)};
}

static inline fours fours_widen(const float *p)
{
    const float32x4_t four = vld1q_f32(p);
    return (fours){vcvt_f64_f32(vget_low_f32(four)), vcvt_high_f64_f32(four)};
}

static inline void fours_store(double *p, fours v)
{
    vst1q_f64(p, v.low);
    vst1q_f64(p + 2, v.high);
}

static inline fours fours_add_product(fours sum, fours a, fours b)
{
    return (fours){vaddq_f64(sum.low, vmulq_f64(a.low, b.low)),
                   vaddq_f64(sum.high, vmulq_f64(a.high, b.high))};
}

#include "kernels/kernels_body.h"

const competency__kernels competency__kernels_neon = {KERNELS_BODY("neon", COMPETENCY__CPU_NEON)};
