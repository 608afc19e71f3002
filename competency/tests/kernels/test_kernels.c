// SPDX-License-Identifier: MIT
// Every usable table against double-precision references, each within a derived rounding bound.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "kernel_data.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { LONGEST = 1536, ROWS_MOST = 14 };

// They straddle 8 and 16 lanes and the depth of a panel (384).
static const size_t lengths[] = {1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 33, 383, 384, 385, LONGEST};

// Any order of n rounded operations obeys |error| <= n u / (1 - n u) * sum of magnitudes.
// Higham 2002, "Accuracy and Stability of Numerical Algorithms", section 3.1.
static double gamma_of(size_t n)
{
    const double nu = (double)n * UNIT_ROUNDOFF;
    return nu / (1 - nu);
}

static void test_kernels__dot_stays_within_the_rounding_bound(void **state)
{
    (void)state;
    static float a[LONGEST + 1];
    static float b[LONGEST + 1];
    EACH_TABLE(table)
    {
        for (size_t l = 0; l < COUNT_OF(lengths); l++) {
            fill_random(a, COUNT_OF(a), 1 + l, 1.0F);
            fill_random(b, COUNT_OF(b), 100 + l, 1.0F);
            double want = 0.0;
            double magnitude = 0.0;
            for (size_t i = 1; i <= lengths[l]; i++) {
                want += (double)a[i] * (double)b[i];
                magnitude += fabs((double)a[i] * (double)b[i]);
            }
            // + 1: a vector load from here is misaligned on purpose.
            const float got = table->dot(a + 1, b + 1, lengths[l]);
            EXPECT_NEAR(got, want, gamma_of(lengths[l]) * magnitude, "%s, n=%zu", table->name,
                        lengths[l]);
        }
        assert_true(table->dot(a, b, 0) == 0.0F);
    }
}

typedef struct product_case {
    size_t rows, cols, depth;
} product_case;

static const product_case products[] = {
    {1, 1, 1},    {2, 15, 3},   {3, 16, 8},    {4, 17, 9},    {5, 31, 32},   {6, 32, 33},
    {7, 33, 383}, {8, 48, 384}, {13, 40, 385}, {14, 16, 800}, {1, 384, 384}, {6, 24, LONGEST},
};

static float *allocate(size_t count)
{
    float *const p = malloc(count * sizeof(float));
    assert_non_null(p);
    return p;
}

// `w_row` and `w_col`: how far apart two rows and two columns of the mathematical w (depth, cols)
// lie, so that one reference serves both layouts.
static void check_product(const competency__kernels *table, const competency__product *p,
                          size_t w_row, size_t w_col, const char *what)
{
    for (size_t r = 0; r < p->rows; r++) {
        for (size_t c = 0; c < p->cols; c++) {
            double want = p->bias == NULL ? 0.0 : (double)p->bias[c];
            double magnitude = fabs(want);
            for (size_t k = 0; k < p->depth; k++) {
                const double term =
                    (double)p->x[r * p->x_stride + k] * (double)p->w[k * w_row + c * w_col];
                want += term;
                magnitude += fabs(term);
            }
            EXPECT_NEAR(p->y[r * p->y_stride + c], want, gamma_of(p->depth) * magnitude,
                        "%s %s, %zu x %zu x %zu at %zu, %zu", table->name, what, p->rows, p->cols,
                        p->depth, r, c);
        }
    }
}

// Strides are longer than rows, and what lies between the rows of y must stay as it was.
static void check_gaps(const competency__kernels *table, const competency__product *p)
{
    for (size_t r = 0; r < p->rows; r++) {
        for (size_t c = p->cols; c < p->y_stride; c++) {
            EXPECT(p->y[r * p->y_stride + c] == 7.0F, "%s wrote past column %zu", table->name,
                   p->cols);
        }
    }
}

static void run_product(const competency__kernels *table, const product_case *shape,
                        int is_transposed, const float *bias)
{
    const size_t y_stride = shape->cols + 3;
    const size_t x_stride = shape->depth + 5;
    const size_t w_rows = is_transposed ? shape->cols : shape->depth;
    const size_t w_stride = (is_transposed ? shape->depth : shape->cols) + 1;
    float *const y = allocate(shape->rows * y_stride);
    float *const x = allocate(shape->rows * x_stride);
    float *const w = allocate(w_rows * w_stride);
    fill_random(x, shape->rows * x_stride, shape->depth, 2.0F);
    fill_random(w, w_rows * w_stride, shape->cols, 2.0F);
    for (size_t i = 0; i < shape->rows * y_stride; i++) {
        y[i] = 7.0F;
    }
    const competency__product p = {.y = y,
                                   .y_stride = y_stride,
                                   .x = x,
                                   .x_stride = x_stride,
                                   .w = w,
                                   .w_stride = w_stride,
                                   .bias = bias,
                                   .rows = shape->rows,
                                   .cols = shape->cols,
                                   .depth = shape->depth};
    if (is_transposed) {
        table->linear(&p);
        check_product(table, &p, 1, w_stride, "linear");
    } else {
        table->matmul(&p);
        check_product(table, &p, w_stride, 1, "matmul");
    }
    check_gaps(table, &p);
    free(w);
    free(x);
    free(y);
}

static void test_kernels__products_stay_within_the_rounding_bound(void **state)
{
    (void)state;
    float bias[384];
    fill_random(bias, COUNT_OF(bias), 5, 1.0F);
    EACH_TABLE(table)
    {
        for (size_t i = 0; i < COUNT_OF(products); i++) {
            run_product(table, &products[i], 1, bias);
            run_product(table, &products[i], 1, NULL);
            run_product(table, &products[i], 0, bias);
            run_product(table, &products[i], 0, NULL);
        }
    }
}

// With d = x - mean, e the error of the computed d, and s = 1 / sqrt(var + eps):
// |error y| <= |gamma| (e s + |d| s rel(s)) + rounding of the last three operations, where
// e <= gamma_n mean|x| + u |d|  and  rel(s) <= (2 e mean|d| + e^2 + gamma_n var) / 2 (var + eps)
// + 3 u (add, square root, division).
static void check_layer_norm(const competency__kernels *table, const float *x, const float *got,
                             const float *scale, const float *shift, size_t n)
{
    const double eps = (double)1e-12F;
    double mean = 0.0;
    double size = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean += (double)x[i] / (double)n;
        size += fabs((double)x[i]) / (double)n;
    }
    double variance = 0.0;
    double spread = 0.0;
    double widest = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double d = (double)x[i] - mean;
        variance += d * d / (double)n;
        spread += fabs(d) / (double)n;
        widest = fmax(widest, fabs(d));
    }
    const double g = gamma_of(n + 2);
    const double e = g * size + UNIT_ROUNDOFF * widest;
    const double s = 1.0 / sqrt(variance + eps);
    const double relative =
        (2 * e * spread + e * e + g * variance) / (2 * (variance + eps)) + 3 * UNIT_ROUNDOFF;
    for (size_t i = 0; i < n; i++) {
        const double d = (double)x[i] - mean;
        const double unit = fabs(d) * s;
        const double want = d * s * (double)scale[i] + (double)shift[i];
        const double bound = fabs((double)scale[i]) * (e * s + unit * relative) +
                             3 * UNIT_ROUNDOFF * (unit * fabs((double)scale[i]) + fabs(want));
        // First-order analysis: one part in a hundred for the terms of second order.
        EXPECT_NEAR(got[i], want, 1.01 * bound, "%s layer_norm, n=%zu at %zu", table->name, n, i);
    }
}

static void test_kernels__layer_norm_stays_within_the_rounding_bound(void **state)
{
    (void)state;
    static float x[LONGEST];
    static float y[2 * LONGEST];
    static float scale[LONGEST];
    static float shift[LONGEST];
    fill_random(scale, LONGEST, 11, 2.0F);
    fill_random(shift, LONGEST, 12, 1.0F);
    EACH_TABLE(table)
    {
        for (size_t l = 1; l < COUNT_OF(lengths); l++) {  // one element has no variance
            const size_t n = lengths[l];
            fill_random(x, n, 20 + l, 3.0F);
            memcpy(y, x, n * sizeof(float));
            memcpy(y + n, x, n * sizeof(float));
            table->layer_norm(y, scale, shift, 2, n, 1e-12F);
            check_layer_norm(table, x, y, scale, shift, n);
            check_layer_norm(table, x, y + n, scale, shift, n);
        }
    }
}

static void test_kernels__layer_norm_survives_a_mean_far_above_the_deviation(void **state)
{
    (void)state;
    EACH_TABLE(table)
    {
        // Exact in f32: mean 4096, variance 1. E[x^2] - E[x]^2 would give 0 or 2.
        float x[32];
        float ones[32];
        float zeros[32] = {0};
        for (size_t i = 0; i < 32; i++) {
            x[i] = i % 2 == 0 ? 4095.0F : 4097.0F;
            ones[i] = 1.0F;
        }
        table->layer_norm(x, ones, zeros, 1, 32, 1e-12F);
        for (size_t i = 0; i < 32; i++) {
            assert_true(x[i] == (i % 2 == 0 ? -1.0F : 1.0F));
        }
    }
}

// exp is good to 1e-7 relative; its argument to u (|scale x| + |m| + |difference|); numerator and
// denominator both carry that, the sum n u, the division u. 2.4e-38: two smallest normal numbers,
// since exp stops there.
static void check_softmax(const competency__kernels *table, const float *x, const float *got,
                          size_t n, float scale)
{
    double largest = -HUGE_VAL;
    double reach = 0.0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, (double)x[i] * (double)scale);
        reach = fmax(reach, fabs((double)x[i] * (double)scale));
    }
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        sum += exp((double)x[i] * (double)scale - largest);
    }
    const double relative = 2 * (1e-7 + 4 * reach * UNIT_ROUNDOFF) + gamma_of(n + 2);
    for (size_t i = 0; i < n; i++) {
        const double want = exp((double)x[i] * (double)scale - largest) / sum;
        EXPECT_NEAR(got[i], want, relative * want + 2.4e-38, "%s softmax, n=%zu at %zu",
                    table->name, n, i);
    }
}

static void test_kernels__softmax_stays_within_the_rounding_bound(void **state)
{
    (void)state;
    static float x[LONGEST];
    static float y[LONGEST];
    static const float reaches[] = {0.01F, 5.0F, 300.0F};
    const float scale = 0.17677669F;  // 1 / sqrt(32), of a real head
    EACH_TABLE(table)
    {
        for (size_t l = 0; l < COUNT_OF(lengths) * COUNT_OF(reaches); l++) {
            const size_t n = lengths[l / COUNT_OF(reaches)];
            fill_random(x, n, 40 + l, reaches[l % COUNT_OF(reaches)]);
            memcpy(y, x, n * sizeof(float));
            table->softmax(y, n, 1, n, scale);
            check_softmax(table, x, y, n, scale);
        }
    }
}

// 2,000 points across [-12, 12], beyond which both functions are 0 or x in f32.
enum { POINTS = 2000 };

static void fill_points(float *x)
{
    for (size_t i = 0; i < POINTS; i++) {
        x[i] = -12.0F + 24.0F * (float)i / (float)POINTS;
    }
}

// The bound that kernels.h gives. Of it 0.1e-7 and 0.4e-7 are the two polynomials', the second taken
// half; 0.2e-7 the rounding of the logarithm below 2; the rest that of the result and of the last steps.
static void test_kernels__gelu_erf_stays_within_its_bound(void **state)
{
    (void)state;
    static float x[POINTS];
    static float y[POINTS];
    fill_points(x);
    EACH_TABLE(table)
    {
        memcpy(y, x, sizeof(x));
        table->gelu_erf(y, POINTS - 1);
        for (size_t i = 0; i + 1 < POINTS; i++) {
            const double at = (double)x[i];
            const double want = 0.5 * at * erfc(-at / sqrt(2.0));
            EXPECT_NEAR(y[i], want, 1.4e-7 * fabs(at), "%s gelu_erf(%.9g)", table->name, at);
        }
        assert_true(y[POINTS - 1] == x[POINTS - 1]);
    }
}

// x / (1 + e): e is good to 1e-7 and to 5 roundings of its argument; add and divide round too.
static void test_kernels__gelu_tanh_stays_within_its_bound(void **state)
{
    (void)state;
    static float x[POINTS];
    static float y[POINTS];
    fill_points(x);
    const double pi = acos(-1.0);
    EACH_TABLE(table)
    {
        memcpy(y, x, sizeof(x));
        table->gelu_tanh(y, POINTS - 1);
        for (size_t i = 0; i + 1 < POINTS; i++) {
            const double at = (double)x[i];
            const double u = sqrt(2.0 / pi) * (at + 0.044715 * at * at * at);
            const double want = at / (1 + exp(-2 * u));
            const double bound =
                fabs(want) * (1e-7 + (5 * fabs(2 * u) + 3) * UNIT_ROUNDOFF) + 2e-37;
            EXPECT_NEAR(y[i], want, bound, "%s gelu_tanh(%.9g)", table->name, at);
        }
    }
}

static void test_kernels__add_rounds_each_sum_once(void **state)
{
    (void)state;
    float x[37];
    float y[37];
    fill_random(x, 37, 70, 1.0F);
    EACH_TABLE(table)
    {
        fill_random(y, 37, 71, 1000.0F);
        float want[37];
        for (size_t i = 0; i < 37; i++) {
            want[i] = i < 36 ? y[i] + x[i] : y[i];
        }
        table->add(y, x, 36);
        assert_memory_equal(y, want, sizeof(want));
    }
}

static void test_kernels__a_nan_is_never_lost(void **state)
{
    (void)state;
    EACH_TABLE(table)
    {
        for (size_t at = 0; at < 20; at++) {
            float x[20];
            float ones[20];
            for (size_t i = 0; i < 20; i++) {
                ones[i] = 1.0F;
            }
            memcpy(x, ones, sizeof(x));
            x[at] = NAN;
            assert_true(isnan(table->dot(x, ones, 20)));
            table->gelu_erf(x, 20);
            assert_true(isnan(x[at]));
            table->gelu_tanh(x, 20);
            assert_true(isnan(x[at]));
            table->softmax(x, 20, 1, 20, 1.0F);
            assert_true(isnan(x[at]));
            table->layer_norm(x, ones, ones, 1, 20, 1e-12F);
            assert_true(isnan(x[19 - at]));
        }
    }
}

static void test_kernels__select_gives_the_forced_table_or_none(void **state)
{
    (void)state;
    const uint32_t cpu = competency__kernels_cpu();
    EACH_TABLE(table)
    {
        assert_ptr_equal(competency__kernels_select(cpu, table->name), table);
    }
    assert_null(competency__kernels_select(cpu, "sse9"));
    assert_null(competency__kernels_select(cpu, ""));
    assert_string_equal(competency__kernels_select(0, NULL)->name, "scalar");
    assert_null(competency__kernels_select(0, "avx2"));
    size_t first = 0;
    assert_ptr_equal(competency__kernels_select(cpu, NULL), next_usable(&first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels__dot_stays_within_the_rounding_bound),
        cmocka_unit_test(test_kernels__products_stay_within_the_rounding_bound),
        cmocka_unit_test(test_kernels__layer_norm_stays_within_the_rounding_bound),
        cmocka_unit_test(test_kernels__layer_norm_survives_a_mean_far_above_the_deviation),
        cmocka_unit_test(test_kernels__softmax_stays_within_the_rounding_bound),
        cmocka_unit_test(test_kernels__gelu_erf_stays_within_its_bound),
        cmocka_unit_test(test_kernels__gelu_tanh_stays_within_its_bound),
        cmocka_unit_test(test_kernels__add_rounds_each_sum_once),
        cmocka_unit_test(test_kernels__a_nan_is_never_lost),
        cmocka_unit_test(test_kernels__select_gives_the_forced_table_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
