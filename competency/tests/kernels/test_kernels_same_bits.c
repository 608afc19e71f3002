// SPDX-License-Identifier: MIT
// Every usable table gives the bits of the scalar one, and a row the same bits in any company.
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "kernel_data.h"

enum { ROWS = 13, WIDEST = 800 };

static const size_t widths[] = {1, 7, 8, 15, 16, 17, 32, 33, 100, 384, 385, WIDEST};

#define EACH_WIDTH(n)         \
    for (size_t n##_i = 0, n; \
         n##_i < sizeof(widths) / sizeof(widths[0]) && ((n) = widths[n##_i], 1); n##_i++)

static float input[ROWS * WIDEST];
static float other[ROWS * WIDEST];
static float want[ROWS * WIDEST];
static float got[ROWS * WIDEST];

static const competency__kernels *scalar(void)
{
    return competency__kernels_select(0, "scalar");
}

// Inputs of both signs, across magnitudes, so that sums round and exponentials saturate.
static void fill_inputs(uint64_t seed)
{
    fill_random(input, ROWS * WIDEST, seed, 4.0F);
    fill_random(other, ROWS * WIDEST, ~seed, 1.0F);
    for (size_t i = 0; i < ROWS * WIDEST; i += 29) {
        input[i] *= 25.0F;
    }
}

static void expect_same(const competency__kernels *table, const char *what, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        EXPECT(have_same_bits(&got[i], &want[i], 1), "%s %s differs at %zu of %zu: %a, %a",
               table->name, what, i, count, (double)got[i], (double)want[i]);
    }
}

static void start(float *y)
{
    memcpy(y, input, sizeof(input));
}

// (13, cols) results: two tiles of rows and one more row; a part of a panel, or one and a part.
static competency__product shape_product(size_t cols, size_t depth, size_t w_stride)
{
    return (competency__product){.y = want,
                                 .y_stride = 21,
                                 .x = input,
                                 .x_stride = depth,
                                 .w = other,
                                 .w_stride = w_stride,
                                 .bias = other,
                                 .rows = ROWS,
                                 .cols = cols,
                                 .depth = depth};
}

static void check_linear(const competency__kernels *table, size_t cols, size_t depth)
{
    competency__product p = shape_product(cols, depth, depth);
    start(want);
    start(got);
    scalar()->linear(&p);
    p.y = got;
    table->linear(&p);
    expect_same(table, "linear", ROWS * 21);
}

static void test_same_bits__products(void **state)
{
    (void)state;
    fill_inputs(1);
    EACH_TABLE(table)
    {
        EACH_WIDTH(depth)
        {
            check_linear(table, 5, depth);
            check_linear(table, ROWS, depth);
            if (depth * 13 > WIDEST) {
                continue;
            }
            competency__product p = shape_product(21, depth, 21);
            scalar()->matmul(&p);
            p.y = got;
            table->matmul(&p);
            expect_same(table, "matmul", ROWS * 21);
        }
    }
}

static void test_same_bits__layer_norm(void **state)
{
    (void)state;
    fill_inputs(2);
    EACH_TABLE(table)
    {
        EACH_WIDTH(n)
        {
            start(want);
            start(got);
            scalar()->layer_norm(want, other, other + n, ROWS, n, 1e-12F);
            table->layer_norm(got, other, other + n, ROWS, n, 1e-12F);
            expect_same(table, "layer_norm", ROWS * n);
        }
    }
}

static void test_same_bits__softmax(void **state)
{
    (void)state;
    fill_inputs(3);
    EACH_TABLE(table)
    {
        EACH_WIDTH(n)
        {
            start(want);
            start(got);
            scalar()->softmax(want, WIDEST, ROWS, n, 0.5F);
            table->softmax(got, WIDEST, ROWS, n, 0.5F);
            expect_same(table, "softmax", ROWS * WIDEST);
            for (size_t i = 0; i < ROWS * WIDEST; i++) {
                EXPECT(i % WIDEST < n || have_same_bits(&got[i], &input[i], 1),
                       "%s wrote past column %zu", table->name, n);
            }
        }
    }
}

static void test_same_bits__elementwise(void **state)
{
    (void)state;
    fill_inputs(4);
    EACH_TABLE(table)
    {
        EACH_WIDTH(n)
        {
            start(want);
            start(got);
            scalar()->gelu_erf(want, n);
            table->gelu_erf(got, n);
            expect_same(table, "gelu_erf", ROWS * WIDEST);
            start(want);
            start(got);
            scalar()->gelu_tanh(want, n);
            table->gelu_tanh(got, n);
            expect_same(table, "gelu_tanh", ROWS * WIDEST);
            start(want);
            start(got);
            scalar()->add(want, other, n);
            table->add(got, other, n);
            expect_same(table, "add", ROWS * WIDEST);
        }
    }
}

static void test_same_bits__dot(void **state)
{
    (void)state;
    fill_inputs(5);
    EACH_TABLE(table)
    {
        EACH_WIDTH(n)
        {
            want[0] = scalar()->dot(input, other, n);
            got[0] = table->dot(input, other, n);
            expect_same(table, "dot", 1);
        }
    }
}

static void test_same_bits__a_row_alone_and_among_others(void **state)
{
    (void)state;
    fill_inputs(6);
    EACH_TABLE(table)
    {
        competency__product p = {.y = want,
                                 .y_stride = 40,
                                 .x = input,
                                 .x_stride = 400,
                                 .w = other,
                                 .w_stride = 200,
                                 .bias = other,
                                 .rows = ROWS,
                                 .cols = 40,
                                 .depth = 200};
        table->linear(&p);
        for (size_t r = 0; r < ROWS; r++) {
            p.y = got + r * 40;
            p.x = input + r * 400;
            p.rows = 1;
            table->linear(&p);
        }
        expect_same(table, "linear, row by row,", ROWS * 40);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits__products),
        cmocka_unit_test(test_same_bits__layer_norm),
        cmocka_unit_test(test_same_bits__softmax),
        cmocka_unit_test(test_same_bits__elementwise),
        cmocka_unit_test(test_same_bits__dot),
        cmocka_unit_test(test_same_bits__a_row_alone_and_among_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
