// SPDX-License-Identifier: MIT
// The real model gives the same bits in every table, batch and number of threads.
//
//     check_same_bits COUNT [NAMES]
//
// COUNT names spread over NAMES, a file with a name a line or one of data/quality, whose first
// columns are taken; without it some of our own. The scalar table is slow: about 0.1 s a name and
// precision. Prints a line for each precision and table. Exit: 0 all the same; 1 a difference; 77
// there is no model.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../kernels/kernel_data.h"
#include "shapes.h"

enum { SKIPPED = 77, LINE_BYTES = 4096, LINES_MAX = 100000 };

// Also what names are not: nothing, another script, more than a model takes in one word.
static const char *const own[] = {
    "bake bread",    "", "C++", "\xE6\x95\xB0\xE6\x8D\xAE", "manage staff, budgets and risks",
    "Pflegefachmann"};

typedef struct names {
    char **all;
    const char **chosen;  // (count) of `all`
    size_t count;
} names;

static bool read_lines(names *out, const char *path, size_t *lines)
{
    FILE *const file = fopen(path, "r");
    char line[LINE_BYTES];
    out->all = calloc(LINES_MAX, sizeof(*out->all));
    while (file != NULL && out->all != NULL && *lines < LINES_MAX &&
           fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        out->all[*lines] = strdup(line);
        *lines += out->all[*lines] != NULL;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return *lines > 0;
}

static bool choose_names(names *out, size_t count, const char *path)
{
    size_t lines = sizeof(own) / sizeof(own[0]);
    if (path != NULL) {
        lines = 0;
        if (!read_lines(out, path, &lines)) {
            return false;
        }
    }
    out->count = count < lines ? count : lines;
    out->chosen = calloc(out->count, sizeof(*out->chosen));
    for (size_t i = 0; i < out->count && out->chosen != NULL; i++) {
        out->chosen[i] = path == NULL ? own[i] : out->all[i * lines / out->count];
    }
    return out->chosen != NULL;
}

static void release_names(names *list)
{
    for (size_t i = 0; list->all != NULL && i < LINES_MAX; i++) {
        free(list->all[i]);
    }
    free(list->all);
    free(list->chosen);
}

// Whether a table gives the bits of `want` in every shape; prints how many texts differ.
static bool check_table(const competency_model *model, const char *kernels, const char *precision,
                        const names *list, const float *want, float *got)
{
    const size_t dimension = competency_model_describe(model)->hidden;
    size_t different = 0;
    for (size_t s = 0; s < SHAPES; s++) {
        memset(got, 0xFF, list->count * dimension * sizeof(*got));
        if (!embed_in_shape(got, model, kernels, precision, &shapes[s], list->chosen,
                            list->count)) {
            printf("%s, %s: cannot embed\n", precision, kernels);
            return false;
        }
        for (size_t i = 0; i < list->count; i++) {
            different += !have_same_bits(got + i * dimension, want + i * dimension, dimension);
        }
    }
    printf("%-4s  %-10s  %zu texts in %d shapes: %zu vectors differ from scalar\n", precision,
           kernels, list->count, SHAPES, different);
    (void)fflush(stdout);
    return different == 0;
}

static bool check_precision(const competency_model *model, const char *precision, const names *list)
{
    // Two threads for the slow one: that alone must not change it is seen below.
    static const shape shared = {.threads = 2};
    const size_t numbers = list->count * competency_model_describe(model)->hidden;
    float *const want = calloc(numbers, sizeof(*want));
    float *const got = calloc(numbers, sizeof(*got));
    bool is_same =
        want != NULL && got != NULL &&
        embed_in_shape(want, model, "scalar", precision, &shared, list->chosen, list->count);
    EACH_TABLE(table)
    {
        if (is_same && strcmp(table->name, "scalar") != 0) {
            is_same = check_table(model, table->name, precision, list, want, got);
        }
    }
    free(want);
    free(got);
    return is_same;
}

int main(int argc, char **argv)
{
    const size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    if (argc > 3 || count == 0) {
        (void)fprintf(stderr, "usage: check_same_bits COUNT [NAMES]\n");
        return 2;
    }
    competency_model *model = NULL;
    competency_error err = {0};
    if (competency_model_open(&model, NULL, &err) != COMPETENCY_OK) {
        printf("skipped: %s\n", err.message);
        return SKIPPED;
    }
    names list = {0};
    const bool is_same = choose_names(&list, count, argc == 3 ? argv[2] : NULL) &&
                         check_precision(model, "f32", &list) &&
                         check_precision(model, "f16", &list) &&
                         check_precision(model, "int8", &list);
    release_names(&list);
    competency_model_close(model);
    return is_same ? 0 : 1;
}
