// SPDX-License-Identifier: MIT
// Packed weights: the layout, f16, and products with them, within derived rounding bounds and with
// the same bits from every table, alone and in company.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/half.h"
#include "expect.h"
#include "kernel_data.h"
#include "kernels/panels.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

// A weight with everything that is made of it. Released by destroy_layer().
typedef struct layer {
    float *weight;  // (cols, depth)
    float *bias;    // (cols)
    void *block;
    competency__panels w;
} layer;

static void *allocate(size_t bytes)
{
    void *const p = aligned_alloc(COMPETENCY__PANEL_ALIGN, (bytes + 63) / 64 * 64);
    assert_non_null(p);
    return p;
}

static layer create_layer(competency__precision precision, size_t cols, size_t depth)
{
    layer l = {.weight = allocate(cols * depth * sizeof(float)),
               .bias = allocate(cols * sizeof(float)),
               .block = allocate(competency__panels_bytes(precision, cols, depth))};
    fill_random(l.weight, cols * depth, cols + depth, 1.0F);
    fill_random(l.bias, cols, depth, 1.0F);
    const competency__panel_source source = {.weight = l.weight, .bias = l.bias, .cols = cols};
    competency__panels_pack(l.block, precision, &source, 1, depth, NULL);
    l.w = competency__panels_place(l.block, precision, cols, depth);
    return l;
}

static void destroy_layer(layer *l)
{
    free(l->block);
    free(l->bias);
    free(l->weight);
}

// ---------------------------------------------------------------- f16

static void test_panels__every_half_survives_a_round_trip(void **state)
{
    (void)state;
    for (uint32_t half = 0; half <= UINT16_MAX; half++) {
        const float x = competency__half_to_float((uint16_t)half);
        const uint32_t exponent = (half >> 10U) & 31U;
        const uint32_t fraction = half & 1023U;
        if (exponent == 31 && fraction != 0) {
            assert_true(isnan(x));
            assert_true(isnan(competency__half_to_float(competency__half_from_float(x))));
            continue;
        }
        // The definition of binary16, IEEE 754-2019, section 3.4.
        const double size = exponent == 31  ? (double)INFINITY
                            : exponent == 0 ? ldexp(fraction, -24)
                                            : ldexp(1024 + fraction, (int)exponent - 25);
        assert_true((double)x == (half >> 15U != 0 ? -size : size));
        assert_int_equal(competency__half_from_float(x), half);
    }
}

static void test_panels__a_float_becomes_the_nearest_half_and_ties_go_to_even(void **state)
{
    (void)state;
    for (uint16_t half = 0; half < 0x7BFF; half++) {
        const float low = competency__half_to_float(half);
        const float high = competency__half_to_float((uint16_t)(half + 1));
        const float middle = low + (high - low) / 2;  // exact: one more bit than a half has
        assert_int_equal(competency__half_from_float(middle), half + half % 2);
        assert_int_equal(competency__half_from_float(nextafterf(middle, low)), half);
        assert_int_equal(competency__half_from_float(nextafterf(middle, high)), half + 1);
        assert_int_equal(competency__half_from_float(-middle), 0x8000 + half + half % 2);
    }
    assert_int_equal(competency__half_from_float(65519.0F), 0x7BFF);
    assert_int_equal(competency__half_from_float(65520.0F), 0x7C00);
    assert_int_equal(competency__half_from_float(1e30F), 0x7C00);
    assert_int_equal(competency__half_from_float(1e-30F), 0);
}

// ---------------------------------------------------------------- layout

static void test_panels__the_layout_is_that_of_the_header(void **state)
{
    (void)state;
    enum { COLS = 18, DEPTH = 5, WIDE = 32, DEEP = 8 };
    layer f32 = create_layer(COMPETENCY__F32, COLS, DEPTH);
    layer f16 = create_layer(COMPETENCY__F16, COLS, DEPTH);
    layer int8 = create_layer(COMPETENCY__INT8, COLS, DEPTH);
    // bias and values; 64 and 5 * 32 * 2 = 320 are multiples of 64 already
    assert_int_equal(competency__panels_bytes(COMPETENCY__F32, COLS, DEPTH), 128 + 640);
    assert_int_equal(competency__panels_bytes(COMPETENCY__F16, COLS, DEPTH), 128 + 320);
    assert_int_equal(competency__panels_bytes(COMPETENCY__INT8, COLS, DEPTH), 3 * 128 + 64 + 256);
    for (size_t c = 0; c < WIDE; c++) {
        int32_t sum = 0;
        for (size_t k = 0; k < DEEP; k++) {
            const int is_inside = c < COLS && k < DEPTH;
            const float want = is_inside ? f32.weight[c * DEPTH + k] : 0.0F;
            const size_t row = c / 16 * (DEEP / 4) + k / 4;
            const int8_t integer = ((const int8_t *)int8.w.values)[(row * 16 + c % 16) * 4 + k % 4];
            // Half a step of the column's scale, and a rounding of the quotient.
            EXPECT_NEAR((float)integer * int8.w.scales[c], want, (double)int8.w.scales[c] * 0.50001,
                        "column %zu, input %zu", c, k);
            sum += integer;
            if (k < DEPTH) {
                const size_t at = (c / 16 * DEPTH + k) * 16 + c % 16;
                assert_true(((const float *)f32.w.values)[at] == want);
                assert_int_equal(((const uint16_t *)f16.w.values)[at],
                                 competency__half_from_float(want));
            }
        }
        assert_int_equal(int8.w.sums[c], sum);
        assert_true(f16.w.bias[c] == (c < COLS ? f16.bias[c] : 0.0F));
    }
    destroy_layer(&int8);
    destroy_layer(&f16);
    destroy_layer(&f32);
}

static void test_panels__what_cannot_be_addressed_is_refused(void **state)
{
    (void)state;
    assert_int_equal(competency__panels_bytes(COMPETENCY__F32, SIZE_MAX - 3, 1), 0);
    assert_int_equal(competency__panels_bytes(COMPETENCY__F16, 1, SIZE_MAX / 16), 0);
    assert_int_equal(competency__panels_bytes(COMPETENCY__INT8, 16, SIZE_MAX - 1), 0);
}

// ---------------------------------------------------------------- products

typedef struct product_case {
    size_t rows, cols, depth;
} product_case;

// Rows around the tiles of every table, ragged and odd panels, depths around a cut (384).
static const product_case products[] = {
    {1, 1, 1},     {2, 16, 3},    {3, 17, 8},    {6, 32, 33},   {7, 33, 383},  {13, 48, 384},
    {14, 64, 385}, {15, 40, 384}, {29, 16, 800}, {31, 384, 64}, {1, 384, 384}, {5, 24, 1536},
};

// Any order of n rounded operations obeys |error| <= n u / (1 - n u) * sum of magnitudes.
// Higham 2002, "Accuracy and Stability of Numerical Algorithms", section 3.1. f16 adds nothing:
// the reference multiplies with the same rounded weights.
static void check_against_double(const competency__kernels *table, const layer *l, const float *y,
                                 const float *x, size_t rows)
{
    const double nu = (double)l->w.depth * UNIT_ROUNDOFF;
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < l->w.cols; c++) {
            double want = (double)l->bias[c];
            double magnitude = fabs(want);
            for (size_t k = 0; k < l->w.depth; k++) {
                const size_t at = c * l->w.depth + k;
                const float weight =
                    l->w.precision == COMPETENCY__F32
                        ? l->weight[at]
                        : competency__half_to_float(competency__half_from_float(l->weight[at]));
                const double term = (double)x[r * (l->w.depth + 5) + k] * (double)weight;
                want += term;
                magnitude += fabs(term);
            }
            EXPECT_NEAR(y[r * (l->w.cols + 3) + c], want, nu / (1 - nu) * magnitude,
                        "%s, precision %d, %zu x %zu x %zu at %zu, %zu", table->name,
                        (int)l->w.precision, rows, l->w.cols, l->w.depth, r, c);
        }
    }
}

// y with strides longer than its rows; what lies between them must stay as it was.
static float *multiply(const competency__kernels *table, const layer *l, const float *x,
                       size_t rows, competency__finish finish)
{
    const size_t stride = l->w.cols + 3;
    float *const y = allocate(rows * stride * sizeof(float));
    for (size_t i = 0; i < rows * stride; i++) {
        y[i] = 7.0F;
    }
    const competency__panel_product p = {.y = y,
                                         .y_stride = stride,
                                         .x = x,
                                         .x_stride = l->w.depth + 5,
                                         .w = &l->w,
                                         .rows = rows,
                                         .finish = finish};
    table->multiply_panels(&p);
    for (size_t i = 0; i < rows * stride; i++) {
        EXPECT(i % stride < l->w.cols || y[i] == 7.0F, "%s wrote past column %zu", table->name,
               l->w.cols);
    }
    return y;
}

static void each_product(competency__precision precision,
                         void (*check)(const competency__kernels *, const layer *, const float *,
                                       size_t))
{
    for (size_t i = 0; i < COUNT_OF(products); i++) {
        layer l = create_layer(precision, products[i].cols, products[i].depth);
        const size_t count = products[i].rows * (products[i].depth + 5);
        float *const x = allocate(count * sizeof(float));
        fill_random(x, count, i, 2.0F);
        EACH_TABLE(table)
        {
            check(table, &l, x, products[i].rows);
        }
        free(x);
        destroy_layer(&l);
    }
}

static void check_bound(const competency__kernels *table, const layer *l, const float *x,
                        size_t rows)
{
    float *const y = multiply(table, l, x, rows, COMPETENCY__FINISH_NONE);
    check_against_double(table, l, y, x, rows);
    free(y);
}

static void test_panels__products_stay_within_the_rounding_bound(void **state)
{
    (void)state;
    each_product(COMPETENCY__F32, check_bound);
    each_product(COMPETENCY__F16, check_bound);
}

static void expect_same(const competency__kernels *table, const float *got, const float *want,
                        size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++) {
        EXPECT(have_same_bits(&got[i], &want[i], 1), "%s %s differs at %zu: %a, %a", table->name,
               what, i, (double)got[i], (double)want[i]);
    }
}

static void check_bits(const competency__kernels *table, const layer *l, const float *x,
                       size_t rows)
{
    const competency__kernels *const scalar = competency__kernels_select(0, "scalar");
    const size_t stride = l->w.cols + 3;
    float *const want = multiply(scalar, l, x, rows, COMPETENCY__FINISH_NONE);
    float *const got = multiply(table, l, x, rows, COMPETENCY__FINISH_NONE);
    expect_same(table, got, want, rows * stride, "product");
    for (size_t r = 0; r < rows; r++) {
        float *const alone =
            multiply(table, l, x + r * (l->w.depth + 5), 1, COMPETENCY__FINISH_NONE);
        expect_same(table, alone, want + r * stride, l->w.cols, "row alone");
        free(alone);
    }
    free(got);
    free(want);
}

static void test_panels__every_table_gives_the_bits_of_scalar_and_a_row_its_own_alone(void **state)
{
    (void)state;
    each_product(COMPETENCY__F32, check_bits);
    each_product(COMPETENCY__F16, check_bits);
}

static void check_finish(const competency__kernels *table, const layer *l, const float *x,
                         size_t rows)
{
    const size_t stride = l->w.cols + 3;
    float *const erf_want = multiply(table, l, x, rows, COMPETENCY__FINISH_NONE);
    float *const tanh_want = multiply(table, l, x, rows, COMPETENCY__FINISH_NONE);
    for (size_t r = 0; r < rows; r++) {
        table->gelu_erf(erf_want + r * stride, l->w.cols);
        table->gelu_tanh(tanh_want + r * stride, l->w.cols);
    }
    float *const with_erf = multiply(table, l, x, rows, COMPETENCY__FINISH_GELU_ERF);
    float *const with_tanh = multiply(table, l, x, rows, COMPETENCY__FINISH_GELU_TANH);
    expect_same(table, with_erf, erf_want, rows * stride, "fused erf");
    expect_same(table, with_tanh, tanh_want, rows * stride, "fused tanh");
    free(with_tanh);
    free(with_erf);
    free(tanh_want);
    free(erf_want);
}

static void test_panels__a_fused_activation_gives_the_bits_of_its_own_function(void **state)
{
    (void)state;
    each_product(COMPETENCY__F32, check_finish);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_panels__every_half_survives_a_round_trip),
        cmocka_unit_test(test_panels__a_float_becomes_the_nearest_half_and_ties_go_to_even),
        cmocka_unit_test(test_panels__the_layout_is_that_of_the_header),
        cmocka_unit_test(test_panels__what_cannot_be_addressed_is_refused),
        cmocka_unit_test(test_panels__products_stay_within_the_rounding_bound),
        cmocka_unit_test(test_panels__every_table_gives_the_bits_of_scalar_and_a_row_its_own_alone),
        cmocka_unit_test(test_panels__a_fused_activation_gives_the_bits_of_its_own_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
