// SPDX-License-Identifier: MIT
// A matrix of similarities as rows that grow by themselves, or as one block of the size that is
// known beforehand.
//
//     similarity_matrix nested|flat [TIMES]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match/similarity.h"

enum { TIMES = 100, CANDIDATES = 100, REQUIRED = 50, DIMENSION = 384 };

static float candidates[CANDIDATES][DIMENSION];
static float required[REQUIRED][DIMENSION];

// Vectors as a model's are: numbers of both signs, of length about 1.
static void fill_vectors(float *out, size_t count, unsigned seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525U + 1013904223U;  // Knuth's linear congruential generator
        out[i] = ((float)(seed >> 8) / 16777216.0F - 0.5F) / 5.66F;
    }
}

static double similarity(size_t need, size_t have)
{
    const float *const a = required[need];
    const float *const b = candidates[have];
    return competency__cosine(competency__dot(a, b, DIMENSION), competency__dot(a, a, DIMENSION),
                              competency__dot(b, b, DIMENSION));
}

typedef struct row {
    double *values;
    size_t count;
    size_t capacity;
} row;

// As a vector of other languages grows: from 4 on, twice as large each time.
static void push(row *r, double value)
{
    if (r->count == r->capacity) {
        r->capacity = r->capacity == 0 ? 4 : 2 * r->capacity;
        double *const values = realloc(r->values, r->capacity * sizeof *values);
        if (values == NULL) {
            abort();
        }
        r->values = values;
    }
    r->values[r->count] = value;
    r->count++;
}

static double fill_nested(void)
{
    row *const rows = calloc(REQUIRED, sizeof *rows);
    double sum = 0;
    if (rows == NULL) {
        abort();
    }
    for (size_t i = 0; i < REQUIRED; i++) {
        for (size_t j = 0; j < CANDIDATES; j++) {
            push(&rows[i], similarity(i, j));
        }
    }
    for (size_t i = 0; i < REQUIRED; i++) {
        for (size_t j = 0; j < CANDIDATES; j++) {
            sum += rows[i].values[j];
        }
        free(rows[i].values);
    }
    free(rows);
    return sum;
}

static double fill_flat(void)
{
    double *const values = malloc(sizeof *values * REQUIRED * CANDIDATES);
    double sum = 0;
    if (values == NULL) {
        abort();
    }
    for (size_t i = 0; i < REQUIRED; i++) {
        for (size_t j = 0; j < CANDIDATES; j++) {
            values[i * CANDIDATES + j] = similarity(i, j);
        }
    }
    for (size_t k = 0; k < (size_t)REQUIRED * CANDIDATES; k++) {
        sum += values[k];
    }
    free(values);
    return sum;
}

int main(int argc, char **argv)
{
    const long times = argc > 2 ? strtol(argv[2], NULL, 10) : TIMES;
    const int is_nested = argc > 1 && strcmp(argv[1], "nested") == 0;
    if (!is_nested && (argc < 2 || strcmp(argv[1], "flat") != 0)) {
        (void)fputs("similarity_matrix nested|flat [TIMES]\n", stderr);
        return EXIT_FAILURE;
    }
    fill_vectors(candidates[0], (size_t)CANDIDATES * DIMENSION, 1);
    fill_vectors(required[0], (size_t)REQUIRED * DIMENSION, 2);
    double sum = 0;
    for (long i = 0; i < times; i++) {
        sum += is_nested ? fill_nested() : fill_flat();
    }
    (void)printf("%ld matrices of %d by %d, similarities together %.12f\n", times, REQUIRED,
                 CANDIDATES, sum);
    return EXIT_SUCCESS;
}
