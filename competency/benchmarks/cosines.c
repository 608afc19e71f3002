// SPDX-License-Identifier: MIT
// What a cosine costs in a matrix of them, in nanoseconds and as a part of what this machine can
// do, as machine_peaks.c measures it in the same run.
//
//     bench_cosines [COUNT [DIMENSION]]
//
// COUNT vectors with COUNT others, 1,000 of 384 numbers by default; one thread. The ways take
// turns: by panels that are ready, by panels that are packed first, in a loop over pairs with 16
// sums in f32, and, as matches do it, in double. Prints medians.
#define _POSIX_C_SOURCE 200809L

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "evaluation/cosines.h"
#include "evaluation/suites.h"
#include "match/similarity.h"

enum { ROUNDS = 15, WAYS = 4, COMMAND_BYTES = 4096 };

typedef struct bench {
    size_t count;
    size_t dimension;
    float *asked;     // (count, dimension) of length 1
    float *others;    // (count, dimension) of length 1
    double *wide;     // others, as matches take them
    double *squares;  // (count)
    float *found;     // (count, count)
    double *matched;  // (count)
    double sum;       // of cosines: they are needed
    competency__cosine_index index;
    const competency__kernels *kernels;
} bench;

static double now_ns(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void compare_by_panels(bench *b)
{
    competency__cosine_index_compare(b->found, &b->index, b->asked, b->count);
    b->sum += (double)b->found[b->count * b->count / 2];
}

static void pack_and_compare(bench *b)
{
    competency__cosine_index index;
    if (competency__cosine_index_init(&index, NULL, b->others, b->count, b->dimension,
                                      b->index.kernels, NULL) == COMPETENCY_OK) {
        competency__cosine_index_compare(b->found, &index, b->asked, b->count);
    }
    competency__cosine_index_deinit(&index);
    b->sum += (double)b->found[b->count * b->count / 2];
}

static void compare_pairs(bench *b)
{
    for (size_t i = 0; i < b->count; i++) {
        for (size_t j = 0; j < b->count; j++) {
            b->sum += competency__unit_cosine(b->asked + i * b->dimension,
                                              b->others + j * b->dimension, b->dimension);
        }
    }
}

static void compare_in_double(bench *b)
{
    for (size_t i = 0; i < b->count; i++) {
        competency__cosine_row(b->kernels, b->matched, b->asked + i * b->dimension, b->wide,
                               b->squares, b->count, b->dimension);
        b->sum += b->matched[b->count / 2];
    }
}

static const struct {
    const char *name;
    void (*run)(bench *b);
} ways[WAYS] = {
    {"panels, ready", compare_by_panels},
    {"panels, packed too", pack_and_compare},
    {"pairs, f32", compare_pairs},
    {"match, double", compare_in_double},
};

static void fill(float *vectors, size_t count, size_t dimension, uint64_t seed)
{
    for (size_t i = 0; i < count; i++) {
        float *const vector = vectors + i * dimension;
        double square = 0.0;
        for (size_t k = 0; k < dimension; k++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
            vector[k] = (float)(seed >> 40U) / 8388608.0F - 1.0F;
            square += (double)vector[k] * (double)vector[k];
        }
        for (size_t k = 0; k < dimension; k++) {
            vector[k] = (float)((double)vector[k] / sqrt(square));
        }
    }
}

static bool prepare(bench *b)
{
    const size_t numbers = b->count * b->dimension;
    b->asked = malloc(numbers * sizeof(*b->asked));
    b->others = malloc(numbers * sizeof(*b->others));
    b->wide = malloc(numbers * sizeof(*b->wide));
    b->squares = malloc(b->count * sizeof(*b->squares));
    b->found = malloc(b->count * b->count * sizeof(*b->found));
    b->matched = malloc(b->count * sizeof(*b->matched));
    if (b->asked == NULL || b->others == NULL || b->wide == NULL || b->squares == NULL ||
        b->found == NULL || b->matched == NULL) {
        return false;
    }
    fill(b->asked, b->count, b->dimension, 1);
    fill(b->others, b->count, b->dimension, 2);
    for (size_t i = 0; i < b->count; i++) {
        const float *const row = b->others + i * b->dimension;
        b->squares[i] = competency__dot(row, row, b->dimension);
        competency__widen(b->wide + i * b->dimension, row, b->dimension);
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    const char *const forced = getenv("COMPETENCY_KERNELS");
    b->kernels = competency__kernels_select(competency__kernels_cpu(), forced);
    return b->kernels != NULL &&
           competency__cosine_index_init(&b->index, NULL, b->others, b->count, b->dimension,
                                         b->kernels, NULL) == COMPETENCY_OK;
}

static void release(bench *b)
{
    competency__cosine_index_deinit(&b->index);
    free(b->matched);
    free(b->found);
    free(b->squares);
    free(b->wide);
    free(b->others);
    free(b->asked);
}

// Operations a nanosecond that fused multiply-adds reach, in the registers that the kernels use;
// 0 if machine_peaks, which is beside this program, has no such figure.
static double measure_peak(const char *program, const char *kernels)
{
    const char *const figure = strncmp(kernels, "avx512", 6) == 0 ? "f32_fma_512" : "f32_fma_256";
    const char *const slash = strrchr(program, '/');
    char command[COMMAND_BYTES];
    char line[256];
    double peak = 0.0;
    (void)snprintf(command, sizeof(command), "%.*smachine_peaks",
                   slash == NULL ? 0 : (int)(slash + 1 - program), program);
    FILE *const output = popen(command, "r");  // NOLINT(cert-env33-c): our own program
    while (output != NULL && fgets(line, sizeof(line), output) != NULL) {
        if (strncmp(line, figure, strlen(figure)) == 0) {
            peak = strtod(line + strlen(figure), NULL);
        }
    }
    return output != NULL && pclose(output) == 0 ? peak : 0.0;
}

static int compare_times(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const bench *b, double times[WAYS][ROUNDS], double peak)
{
    const double pairs = (double)b->count * (double)b->count;
    printf("%zu x %zu cosines of %zu numbers, kernels %s, one thread\n", b->count, b->count,
           b->dimension, b->index.kernels->name);
    if (peak > 0.0) {
        printf("peak of fused multiply-adds in f32, measured: %.1f Gop/s\n", peak);
    }
    for (size_t w = 0; w < WAYS; w++) {
        qsort(times[w], ROUNDS, sizeof(times[w][0]), compare_times);
        const double ns = times[w][ROUNDS / 2] / pairs;
        printf("%-20s %7.2f ns", ways[w].name, ns);
        if (peak > 0.0) {
            printf("  %5.1f %% of peak", 100.0 * 2.0 * (double)b->dimension / ns / peak);
        }
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    static double times[WAYS][ROUNDS];
    bench b = {.count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000,
               .dimension = argc > 2 ? strtoul(argv[2], NULL, 10) : 384};
    if (argc > 3 || b.count == 0 || b.count > 10000 || b.dimension == 0 || b.dimension > 4096) {
        (void)fprintf(stderr, "usage: bench_cosines [COUNT [DIMENSION]]\n");
        return 2;
    }
    const bool is_ready = prepare(&b);
    if (is_ready) {
        double peak = measure_peak(argv[0], b.index.kernels->name);
        for (size_t i = 0; i < (size_t)ROUNDS * WAYS; i++) {
            const double start = now_ns();
            ways[i % WAYS].run(&b);
            times[i % WAYS][i / WAYS] = now_ns() - start;
        }
        const double again = measure_peak(argv[0], b.index.kernels->name);
        peak = again > peak ? again : peak;
        report(&b, times, peak);
    }
    const bool is_number = is_ready && isfinite(b.sum);
    release(&b);
    return is_number ? 0 : 1;
}
