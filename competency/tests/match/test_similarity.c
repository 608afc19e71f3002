// SPDX-License-Identifier: MIT
// Many cosines at once are those of one pair at a time, bit for bit.
#include <math.h>
#include <string.h>

#include "expect.h"
#include "match/similarity.h"

enum { ROWS_MAX = 18, DIMENSION_MAX = 37 };

static void fill(float *vector, size_t count, uint32_t seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525U + 1013904223U;  // Knuth's linear congruential generator
        vector[i] = (float)(seed >> 8) / 16777216.0F - 0.5F;
    }
}

static void expect_bits_of_pairs(const competency__kernels *kernels, size_t row_count,
                                 size_t dimension)
{
    float rows[ROWS_MAX][DIMENSION_MAX];
    float vector[DIMENSION_MAX] = {0};
    double wide[ROWS_MAX * DIMENSION_MAX] = {0};
    double squares[ROWS_MAX] = {0};
    double got[ROWS_MAX];
    fill(vector, dimension, 7);
    for (size_t r = 0; r < row_count; r++) {
        fill(rows[r], dimension, (uint32_t)(100 * r + dimension));
        competency__widen(wide + r * dimension, rows[r], dimension);
        squares[r] = competency__dot(rows[r], rows[r], dimension);
    }
    competency__cosine_row(kernels, got, vector, wide, squares, row_count, dimension);
    const double square = competency__dot(vector, vector, dimension);
    for (size_t r = 0; r < row_count; r++) {
        const double dot = competency__dot(rows[r], vector, dimension);
        const double want = competency__cosine(dot, squares[r], square);
        assert_memory_equal(&got[r], &want, sizeof(want));
    }
}

static void test_similarity__a_row_of_cosines_has_the_bits_of_single_ones(void **state)
{
    (void)state;
    const competency__kernels *kernels = NULL;
    for (size_t k = 0; (kernels = competency__kernels_at(k)) != NULL; k++) {
        if ((kernels->cpu_bits & ~competency__kernels_cpu()) != 0) {
            continue;  // this machine cannot run it
        }
        for (size_t dimension = 1; dimension <= DIMENSION_MAX; dimension++) {
            for (size_t row_count = 0; row_count <= ROWS_MAX; row_count++) {
                expect_bits_of_pairs(kernels, row_count, dimension);
            }
        }
    }
}

static void test_similarity__what_is_not_finite_is_found_wherever_it_is(void **state)
{
    (void)state;
    static const float others[] = {NAN, INFINITY, -INFINITY};
    for (size_t count = 0; count <= DIMENSION_MAX; count++) {
        float vector[DIMENSION_MAX] = {0};
        fill(vector, count, 3);
        assert_true(competency__vector_is_finite(vector, count));
        for (size_t i = 0; i < count; i++) {
            const float kept = vector[i];
            for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
                vector[i] = others[k];
                assert_false(competency__vector_is_finite(vector, count));
            }
            vector[i] = kept;
        }
    }
    const float largest[] = {3.402823466e38F, -3.402823466e38F, 3.402823466e38F, 1, 2};
    assert_true(competency__vector_is_finite(largest, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_similarity__a_row_of_cosines_has_the_bits_of_single_ones),
        cmocka_unit_test(test_similarity__what_is_not_finite_is_found_wherever_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
