// SPDX-License-Identifier: MIT
// Cosines by panels: the bits of a chain of fused multiply-adds, whatever else is in the call.
#include "evaluation/cosines.h"

#include <math.h>
#include <string.h>

#include "../kernels/kernel_data.h"
#include "expect.h"

enum { ROWS_MAX = 31, COLUMNS_MAX = 70, DIMENSION_MAX = 401 };

static float asked[ROWS_MAX * DIMENSION_MAX];
static float others[COLUMNS_MAX * DIMENSION_MAX];
static float got[ROWS_MAX * COLUMNS_MAX];

static void scale_to_length_1(float *vector, size_t dimension)
{
    double square = 0.0;
    for (size_t i = 0; i < dimension; i++) {
        square += (double)vector[i] * (double)vector[i];
    }
    for (size_t i = 0; i < dimension; i++) {
        vector[i] = (float)((double)vector[i] / sqrt(square));
    }
}

static void fill(size_t dimension)
{
    fill_random(asked, ROWS_MAX * dimension, 1, 1.0F);
    fill_random(others, COLUMNS_MAX * dimension, 2, 1.0F);
    for (size_t r = 0; r < ROWS_MAX; r++) {
        scale_to_length_1(asked + r * dimension, dimension);
    }
    for (size_t c = 0; c < COLUMNS_MAX; c++) {
        scale_to_length_1(others + c * dimension, dimension);
    }
}

// The definition, and what it differs from.
static void check_product(float is, const float *a, const float *b, size_t dimension)
{
    float chain = 0.0F;
    double exact = 0.0;
    double sizes = 0.0;
    for (size_t i = 0; i < dimension; i++) {
        chain = fmaf(a[i], b[i], chain);
        exact += (double)a[i] * (double)b[i];
        sizes += fabs((double)a[i] * (double)b[i]);
    }
    assert_memory_equal(&is, &chain, sizeof(is));
    const double nu = (double)dimension * UNIT_ROUNDOFF;
    EXPECT_NEAR((double)is, exact, nu / (1.0 - nu) * sizes + 1e-15, "%zu numbers", dimension);
}

static void check_shape(const competency__kernels *table, size_t rows, size_t columns,
                        size_t dimension)
{
    competency__cosine_index index;
    fill(dimension);
    assert_int_equal(
        competency__cosine_index_init(&index, NULL, others, columns, dimension, table, NULL),
        COMPETENCY_OK);
    memset(got, 0xFF, sizeof(got));
    competency__cosine_index_compare(got, &index, asked, rows);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            check_product(got[r * columns + c], asked + r * dimension, others + c * dimension,
                          dimension);
        }
    }
    competency__cosine_index_deinit(&index);
}

static void test_cosines__every_table_gives_the_chain_of_fused_multiply_adds(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 13, ROWS_MAX};
    static const size_t columns[] = {1, 16, 33, COLUMNS_MAX};
    static const size_t dimensions[] = {1, 7, 384, DIMENSION_MAX};
    EACH_TABLE(table)
    {
        for (size_t i = 0; i < 3 * 4 * 4; i++) {
            check_shape(table, rows[i % 3], columns[i / 3 % 4], dimensions[i / 12]);
        }
    }
}

static void test_cosines__no_rows_write_nothing(void **state)
{
    (void)state;
    competency__cosine_index index;
    fill(3);
    assert_int_equal(competency__cosine_index_init(&index, NULL, others, 2, 3,
                                                   competency__kernels_select(0, NULL), NULL),
                     COMPETENCY_OK);
    float out = 5.0F;
    competency__cosine_index_compare(&out, &index, asked, 0);
    assert_true(out == 5.0F);
    competency__cosine_index_deinit(&index);
}

static void test_cosines__what_cannot_be_addressed_is_no_memory(void **state)
{
    (void)state;
    competency__cosine_index index;
    competency_error err = {0};
    assert_int_equal(competency__cosine_index_init(&index, NULL, others, SIZE_MAX / 64, 384,
                                                   competency__kernels_select(0, NULL), &err),
                     COMPETENCY_ENOMEM);
    assert_non_null(strstr(err.message, "no memory to compare"));
    competency__cosine_index_deinit(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cosines__every_table_gives_the_chain_of_fused_multiply_adds),
        cmocka_unit_test(test_cosines__no_rows_write_nothing),
        cmocka_unit_test(test_cosines__what_cannot_be_addressed_is_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
