// SPDX-License-Identifier: MIT
// Quantised inputs and products of bytes: within half a step of the numbers, sums exact, the same
// bits from every table, alone and in company.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "kernel_data.h"
#include "kernels/panels.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { ROWS_MOST = 31, COLS_MOST = 80, DEPTH_MOST = 1536, STRIDE_MOST = 1600 };

typedef struct product_case {
    size_t rows, cols, depth;
} product_case;

// Rows around the tiles of every table, ragged and odd panels, depths around a group and a vector.
static const product_case cases[] = {
    {1, 1, 1},     {2, 16, 3},    {3, 17, 4},    {6, 32, 5},   {7, 33, 31},   {13, 48, 64},
    {14, 64, 385}, {15, 40, 384}, {29, 16, 800}, {31, 80, 63}, {5, 24, 1536},
};

// What one product needs; `x` has rows of `depth` numbers.
typedef struct fixture {
    float x[ROWS_MOST * DEPTH_MOST];
    float weight[COLS_MOST * DEPTH_MOST];
    float bias[COLS_MOST];
    float factors[DEPTH_MOST];
    void *block;
    competency__panels w;
} fixture;

// Inputs as after a layer normalisation, with outliers, which the factors take back.
static fixture *create_fixture(const product_case *c)
{
    static fixture f;
    fill_random(f.x, c->rows * c->depth, c->depth, 1.5F);
    fill_random(f.weight, c->cols * c->depth, c->cols, 0.2F);
    fill_random(f.bias, c->cols, c->rows, 1.0F);
    for (size_t k = 0; k < c->depth; k++) {
        f.factors[k] = k % 7 == 3 ? 0.25F : 1.5F;
    }
    for (size_t i = 0; i < c->rows * c->depth; i += 13) {
        f.x[i] *= 6.0F;
    }
    f.block = aligned_alloc(COMPETENCY__PANEL_ALIGN,
                            competency__panels_bytes(COMPETENCY__INT8, c->cols, c->depth));
    assert_non_null(f.block);
    const competency__panel_source source = {.weight = f.weight, .bias = f.bias, .cols = c->cols};
    competency__panels_pack(f.block, COMPETENCY__INT8, &source, 1, c->depth, f.factors);
    f.w = competency__panels_place(f.block, COMPETENCY__INT8, c->cols, c->depth);
    return &f;
}

typedef struct quantised_rows {
    _Alignas(64) uint8_t values[ROWS_MOST * STRIDE_MOST];
    float scales[ROWS_MOST];
    int32_t zeros[ROWS_MOST];
    competency__quantised view;
} quantised_rows;

static void quantise(const competency__kernels *table, const fixture *f, const float *x,
                     size_t rows, quantised_rows *out)
{
    memset(out, 0xA5, sizeof(*out));
    out->view = (competency__quantised){.values = out->values,
                                        .stride = COMPETENCY__QUANTISED_STRIDE(f->w.depth),
                                        .scales = out->scales,
                                        .zeros = out->zeros};
    table->quantise(&out->view, x, f->w.depth, &f->w, rows);
}

static void multiply(const competency__kernels *table, const fixture *f, const quantised_rows *x,
                     size_t rows, competency__finish finish, float *y)
{
    const size_t stride = f->w.cols + 3;
    for (size_t i = 0; i < rows * stride; i++) {
        y[i] = 7.0F;
    }
    const competency__int8_product p = {
        .y = y, .y_stride = stride, .x = &x->view, .w = &f->w, .rows = rows, .finish = finish};
    table->multiply_int8(&p);
    for (size_t i = 0; i < rows * stride; i++) {
        EXPECT(i % stride < f->w.cols || y[i] == 7.0F, "%s wrote past column %zu", table->name,
               f->w.cols);
    }
}

static void test_int8__a_byte_is_within_half_a_step_of_its_number(void **state)
{
    (void)state;
    static quantised_rows q;
    EACH_TABLE(table)
    {
        for (size_t i = 0; i < COUNT_OF(cases); i++) {
            const fixture *const f = create_fixture(&cases[i]);
            quantise(table, f, f->x, cases[i].rows, &q);
            for (size_t at = 0; at < cases[i].rows * cases[i].depth; at++) {
                const size_t r = at / cases[i].depth;
                const size_t k = at % cases[i].depth;
                const double scale = (double)q.scales[r];
                const double number = (double)f->x[at] * (double)f->factors[k];
                const int byte = q.values[r * q.view.stride + k];
                // The zero point is rounded too, which may cut off half a step at one end; then
                // the roundings of range, inverse and product, of numbers up to 255 steps.
                EXPECT_NEAR((byte - q.zeros[r]) * scale, number,
                            scale * (1.0 + 255 * 4 * UNIT_ROUNDOFF), "%s, row %zu, input %zu",
                            table->name, r, k);
                const int is_inside = byte > 0 && byte < 255;
                EXPECT(!is_inside || fabs((byte - q.zeros[r]) * scale - number) <=
                                         scale * (0.5 + 255 * 4 * UNIT_ROUNDOFF),
                       "%s, row %zu, input %zu", table->name, r, k);
            }
            free(f->block);
        }
    }
}

// The integers are exact, so only the last steps round: the conversion of the sum, the product of
// the scales, the fused product with it, u each.
static void test_int8__sums_are_exact(void **state)
{
    (void)state;
    static quantised_rows q;
    static float y[ROWS_MOST * (COLS_MOST + 3)];
    EACH_TABLE(table)
    {
        for (size_t i = 0; i < COUNT_OF(cases); i++) {
            const fixture *const f = create_fixture(&cases[i]);
            const size_t groups = (cases[i].depth + 3) / 4;
            quantise(table, f, f->x, cases[i].rows, &q);
            multiply(table, f, &q, cases[i].rows, COMPETENCY__FINISH_NONE, y);
            for (size_t at = 0; at < cases[i].rows * cases[i].cols; at++) {
                const size_t r = at / cases[i].cols;
                const size_t c = at % cases[i].cols;
                int64_t sum = 0;
                for (size_t k = 0; k < cases[i].depth; k++) {
                    const size_t row = c / 16 * groups + k / 4;
                    const int8_t w = ((const int8_t *)f->w.values)[(row * 16 + c % 16) * 4 + k % 4];
                    sum += w * (q.values[r * q.view.stride + k] - q.zeros[r]);
                }
                const double term = (double)sum * (double)q.scales[r] * (double)f->w.scales[c];
                EXPECT_NEAR(y[r * (cases[i].cols + 3) + c], term + (double)f->bias[c],
                            4 * UNIT_ROUNDOFF * (fabs(term) + fabs((double)f->bias[c])),
                            "%s, row %zu, column %zu", table->name, r, c);
            }
            free(f->block);
        }
    }
}

// Against the number that GELU is given, which the same product without it stores.
static void test_int8__gelu_stays_within_its_bound(void **state)
{
    (void)state;
    static quantised_rows q;
    static float x[ROWS_MOST * (COLS_MOST + 3)];
    static float y[ROWS_MOST * (COLS_MOST + 3)];
    const product_case wide = {31, 80, 63};
    const fixture *const f = create_fixture(&wide);
    EACH_TABLE(table)
    {
        quantise(table, f, f->x, wide.rows, &q);
        multiply(table, f, &q, wide.rows, COMPETENCY__FINISH_NONE, x);
        multiply(table, f, &q, wide.rows, COMPETENCY__FINISH_GELU_ERF, y);
        float highest = 0.0F;
        for (size_t i = 0; i < wide.rows * (wide.cols + 3); i++) {
            if (i % (wide.cols + 3) < wide.cols) {
                const double at = (double)x[i];
                EXPECT_NEAR(y[i], 0.5 * at * erfc(-at / sqrt(2.0)), 5e-5 * fabs(at),
                            "%s gelu(%.9g)", table->name, at);
                highest = fmaxf(highest, fabsf(x[i]));
            }
        }
        EXPECT(highest > 6.0F, "no number of the tail: %g", (double)highest);
    }
    free(f->block);
}

static void test_int8__extreme_bytes_do_not_saturate(void **state)
{
    (void)state;
    enum { DEPTH = 64 };
    static quantised_rows q;
    static float weight[DEPTH];
    static float x[DEPTH];
    const float bias = 0.0F;
    for (size_t k = 0; k < DEPTH; k++) {
        weight[k] = -1.0F;  // all bytes 255 against all bytes -127
        x[k] = 2.0F;
    }
    void *const block = aligned_alloc(COMPETENCY__PANEL_ALIGN,
                                      competency__panels_bytes(COMPETENCY__INT8, 1, DEPTH));
    assert_non_null(block);
    const competency__panel_source source = {.weight = weight, .bias = &bias, .cols = 1};
    competency__panels_pack(block, COMPETENCY__INT8, &source, 1, DEPTH, NULL);
    fixture f = {.w = competency__panels_place(block, COMPETENCY__INT8, 1, DEPTH)};
    EACH_TABLE(table)
    {
        float y[4];
        quantise(table, &f, x, 1, &q);
        assert_int_equal(q.values[0], 255);
        multiply(table, &f, &q, 1, COMPETENCY__FINISH_NONE, y);
        EXPECT_NEAR(y[0], -128.0, 128 * 8 * UNIT_ROUNDOFF, "%s", table->name);
    }
    free(block);
}

static void check_same(const competency__kernels *table, const fixture *f, size_t rows)
{
    static quantised_rows want_q;
    static quantised_rows got_q;
    static float want[ROWS_MOST * (COLS_MOST + 3)];
    static float got[ROWS_MOST * (COLS_MOST + 3)];
    const competency__kernels *const scalar = competency__kernels_select(0, "scalar");
    const size_t stride = f->w.cols + 3;
    quantise(scalar, f, f->x, rows, &want_q);
    quantise(table, f, f->x, rows, &got_q);
    assert_memory_equal(got_q.values, want_q.values, rows * want_q.view.stride);
    assert_memory_equal(got_q.zeros, want_q.zeros, rows * sizeof(int32_t));
    EXPECT(have_same_bits(got_q.scales, want_q.scales, rows), "%s scales", table->name);
    for (competency__finish finish = COMPETENCY__FINISH_NONE;
         finish <= COMPETENCY__FINISH_GELU_TANH; finish++) {
        multiply(scalar, f, &want_q, rows, finish, want);
        multiply(table, f, &got_q, rows, finish, got);
        EXPECT(have_same_bits(got, want, rows * stride), "%s, %zu rows of %zu", table->name, rows,
               f->w.depth);
    }
    multiply(scalar, f, &want_q, rows, COMPETENCY__FINISH_NONE, want);
    for (size_t r = 0; r < rows; r++) {
        quantise(table, f, f->x + r * f->w.depth, 1, &got_q);
        multiply(table, f, &got_q, 1, COMPETENCY__FINISH_NONE, got);
        EXPECT(have_same_bits(got, want + r * stride, f->w.cols), "%s, row %zu alone", table->name,
               r);
    }
}

static void test_int8__every_table_gives_the_bits_of_scalar_and_a_row_its_own_alone(void **state)
{
    (void)state;
    EACH_TABLE(table)
    {
        for (size_t i = 0; i < COUNT_OF(cases); i++) {
            const fixture *const f = create_fixture(&cases[i]);
            check_same(table, f, cases[i].rows);
            free(f->block);
        }
    }
}

static void test_int8__a_nan_or_an_infinity_is_never_lost(void **state)
{
    (void)state;
    static quantised_rows q;
    static float y[ROWS_MOST * (COLS_MOST + 3)];
    static const float values[] = {NAN, INFINITY, -INFINITY};
    EACH_TABLE(table)
    {
        for (size_t i = 0; i < COUNT_OF(values); i++) {
            fixture *const f = create_fixture(&cases[3]);
            f->x[f->w.depth + 1] = values[i];
            quantise(table, f, f->x, 3, &q);
            multiply(table, f, &q, 3, COMPETENCY__FINISH_NONE, y);
            for (size_t c = 0; c < f->w.cols; c++) {
                EXPECT(!isfinite(y[f->w.cols + 3 + c]), "%s at %zu", table->name, c);
                EXPECT(isfinite(y[c]) && isfinite(y[2 * (f->w.cols + 3) + c]), "%s at %zu",
                       table->name, c);
            }
            free(f->block);
        }
    }
}

static void test_int8__a_row_of_zeros_gives_the_bias(void **state)
{
    (void)state;
    static quantised_rows q;
    static float y[ROWS_MOST * (COLS_MOST + 3)];
    EACH_TABLE(table)
    {
        fixture *const f = create_fixture(&cases[3]);
        memset(f->x, 0, f->w.depth * sizeof(float));
        quantise(table, f, f->x, 1, &q);
        multiply(table, f, &q, 1, COMPETENCY__FINISH_NONE, y);
        assert_true(have_same_bits(y, f->bias, f->w.cols));
        free(f->block);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_int8__a_byte_is_within_half_a_step_of_its_number),
        cmocka_unit_test(test_int8__sums_are_exact),
        cmocka_unit_test(test_int8__gelu_stays_within_its_bound),
        cmocka_unit_test(test_int8__extreme_bytes_do_not_saturate),
        cmocka_unit_test(test_int8__every_table_gives_the_bits_of_scalar_and_a_row_its_own_alone),
        cmocka_unit_test(test_int8__a_nan_or_an_infinity_is_never_lost),
        cmocka_unit_test(test_int8__a_row_of_zeros_gives_the_bias),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
