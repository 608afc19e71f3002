// SPDX-License-Identifier: MIT
// What the embedder's threads bring: the same names with one thread and with several, by turns in
// one run, so that whatever else the machine does meets both.
//
//     bench_threads NAMES THREADS COUNT [PRECISION]
//
// NAMES is a file with a name a line, or one of data/quality, whose column "label" is taken; COUNT
// names spread over it are embedded in one call. Prints medians, the fastest
// calls, which other programs disturb least, and the ratio of each.
#define _POSIX_C_SOURCE 200809L

#include <competency/competency.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS_MAX = 400, LINE_BYTES = 4096 };

static const double budget_s = 20.0;

typedef struct names {
    char **all;
    size_t count;
} names;

static double now_s(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

// Number of the column called "label" in the first line of a table; 0, the whole line, of a list.
static size_t find_column(const char *line)
{
    const char *const label = strstr(line, "label");
    size_t column = 0;
    for (const char *at = line; label != NULL && at < label; at++) {
        column += *at == '\t';
    }
    return column;
}

static char *copy_column(char *line, size_t column)
{
    line[strcspn(line, "\n")] = '\0';
    for (; column > 0 && strchr(line, '\t') != NULL; column--) {
        line = strchr(line, '\t') + 1;
    }
    line[strcspn(line, "\t")] = '\0';
    return strdup(line);
}

static bool read_names(names *out, const char *path)
{
    FILE *const file = fopen(path, "r");
    char line[LINE_BYTES];
    size_t cap = 0;
    size_t column = 0;
    bool is_good = file != NULL && fgets(line, sizeof(line), file) != NULL;
    if (is_good) {
        column = find_column(line);
    }
    while (is_good && fgets(line, sizeof(line), file) != NULL) {
        if (out->count == cap) {
            cap = cap == 0 ? 1024 : 2 * cap;
            char **const grown = realloc(out->all, cap * sizeof(*grown));
            if (grown == NULL) {
                is_good = false;
                break;
            }
            out->all = grown;
        }
        out->all[out->count] = copy_column(line, column);
        is_good = out->all[out->count] != NULL;
        out->count += is_good;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return is_good;
}

static void release_names(names *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->all[i]);
    }
    free(list->all);
}

static int compare_times(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_ratio(const char *what, const double alone, const double shared, unsigned threads)
{
    printf("  %-8s 1 thread %.1f ms, %u threads %.1f ms: %.2fx\n", what, alone * 1e3, threads,
           shared * 1e3, alone / shared);
}

// Rounds of both, the first of which warms up; how many were timed, or 0 after a failure.
static size_t time_both(const competency_embedder pair[2], float *out, const char *const *texts,
                        size_t count, double times[2][ROUNDS_MAX])
{
    const double start = now_s();
    size_t rounds = 0;
    for (bool is_warm = false; rounds < ROUNDS_MAX && now_s() - start < budget_s; is_warm = true) {
        for (size_t k = 0; k < 2; k++) {
            const size_t which = rounds % 2 == 0 ? k : 1 - k;
            const double begin = now_s();
            if (pair[which].embed(pair[which].self, out, texts, count, NULL) != COMPETENCY_OK) {
                return 0;
            }
            times[which][rounds] = now_s() - begin;
        }
        rounds += is_warm;
    }
    return rounds;
}

static bool create(competency_embedder *out, const competency_model *model, uint32_t threads)
{
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.threads = threads;
    return competency_embedder_create(out, model, &options, NULL) == COMPETENCY_OK;
}

static bool measure(const competency_model *model, const names *list, uint32_t threads,
                    size_t count)
{
    static double times[2][ROUNDS_MAX];
    competency_embedder pair[2] = {{0}, {0}};
    const size_t dimension = competency_model_describe(model)->hidden;
    const char **const texts = malloc(count * sizeof(*texts));
    float *const out = malloc(count * dimension * sizeof(*out));
    size_t rounds = 0;
    if (texts != NULL && out != NULL && create(&pair[0], model, 1) &&
        create(&pair[1], model, threads)) {
        for (size_t i = 0; i < count; i++) {
            texts[i] = list->all[i * list->count / count];
        }
        rounds = time_both(pair, out, texts, count, times);
    }
    if (rounds > 0) {
        qsort(times[0], rounds, sizeof(times[0][0]), compare_times);
        qsort(times[1], rounds, sizeof(times[1][0]), compare_times);
        printf("%s, %s, %zu names, %zu rounds\n", competency_model_describe(model)->precision,
               competency_embedder_kernels(&pair[0]), count, rounds);
        print_ratio("median", times[0][rounds / 2], times[1][rounds / 2], (unsigned)threads);
        print_ratio("fastest", times[0][0], times[1][0], (unsigned)threads);
    }
    competency_embedder_destroy(&pair[0]);
    competency_embedder_destroy(&pair[1]);
    free(out);
    free(texts);
    return rounds > 0;
}

int main(int argc, char **argv)
{
    const unsigned long threads = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;
    const size_t count = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    if (argc < 4 || argc > 5 || threads == 0 || threads > 256 || count == 0) {
        (void)fprintf(stderr, "usage: bench_threads NAMES THREADS COUNT [PRECISION]\n");
        return 2;
    }
    names list = {0};
    competency_model *model = NULL;
    competency_error err = {0};
    competency_model_options options = COMPETENCY_MODEL_OPTIONS_INIT;
    options.precision = argc == 5 ? argv[4] : NULL;
    const bool is_done =
        read_names(&list, argv[1]) && list.count > 0 &&
        competency_model_open_with(&model, NULL, &options, &err) == COMPETENCY_OK &&
        measure(model, &list, (uint32_t)threads, count);
    if (!is_done) {
        (void)fprintf(stderr, "bench_threads: %s\n",
                      err.message[0] != '\0' ? err.message
                                             : "no names, or they cannot be embedded");
    }
    competency_model_close(model);
    release_names(&list);
    return is_done ? 0 : 1;
}
