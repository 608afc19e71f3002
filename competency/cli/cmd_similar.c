// SPDX-License-Identifier: MIT
// competency similar: how similar texts are to each other.
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/engine.h"
#include "cli/model_options.h"

// A line is a line that is printed.
// clang-format off
static const char usage[] =
    "usage: competency similar TEXT TEXT... [--matrix]\n"
    "\n"
    "Print the similarity of the first text to each of the others, most similar first; with\n"
    "--matrix, of every text to every other.\n"
    "\n"
    "  --matrix              all pairs\n"
    "  --format NAME         table or json\n"
    CLI_MODEL_USAGE
    CLI_PRECISION_USAGE
    "  --cache DIR           keep vectors there for later runs\n"
    "\n"
    "Exit status: 0; 2 usage; 65 a text is not UTF-8; 69 no model; 71 no memory; 74 output "
    "failed.\n";
// clang-format on

static const char *const formats[] = {"table", "json", NULL};
static const cli_model_traits traits = {.name = "similar", .formats = formats, .has_matrix = true};

// Cosine in double, as the matcher computes it.
static double cosine(const float *a, const float *b, size_t dimension)
{
    double dot = 0;
    double square_a = 0;
    double square_b = 0;
    for (size_t i = 0; i < dimension; i++) {
        dot += (double)a[i] * (double)b[i];
        square_a += (double)a[i] * (double)a[i];
        square_b += (double)b[i] * (double)b[i];
    }
    return square_a == 0 || square_b == 0 ? 0 : fmin(1, dot / sqrt(square_a * square_b));
}

static void print_text(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        const unsigned char c = (unsigned char)*at;
        (void)putchar(c < 0x20 || c == 0x7F ? '?' : c);
    }
}

// One text and its similarity to the first.
typedef struct neighbour {
    const char *text;
    double similarity;
    size_t place;
} neighbour;

static int compare_neighbours(const void *a, const void *b)
{
    const neighbour *const x = a;
    const neighbour *const y = b;
    if (x->similarity != y->similarity) {
        return x->similarity > y->similarity ? -1 : 1;
    }
    return (x->place > y->place) - (x->place < y->place);
}

static void print_matrix(const double *matrix, char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            (void)printf("%7.3f", matrix[i * count + j]);
        }
        (void)fputs("  ", stdout);
        print_text(texts[i]);
        (void)putchar('\n');
    }
}

static cli_exit print_list(const double *matrix, char *const *texts, size_t count)
{
    neighbour *const all = calloc(count, sizeof(*all));
    if (all == NULL) {
        return CLI_EXIT_NO_MEMORY;
    }
    for (size_t i = 1; i < count; i++) {
        all[i - 1] = (neighbour){texts[i], matrix[i], i};
    }
    qsort(all, count - 1, sizeof(*all), compare_neighbours);
    for (size_t i = 0; i + 1 < count; i++) {
        (void)printf("%7.3f  ", all[i].similarity);
        print_text(all[i].text);
        (void)putchar('\n');
    }
    free(all);
    return CLI_EXIT_OK;
}

static cli_exit print_json(const double *matrix, char *const *texts, size_t count, bool is_matrix,
                           const competency_run *run)
{
    json_t *const names = json_array();
    json_t *const rows = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(names, json_string(texts[i]));
    }
    for (size_t i = 0; i < (is_matrix ? count : 1); i++) {
        json_t *const row = json_array();
        for (size_t j = 0; j < count; j++) {
            (void)json_array_append_new(row, json_real(matrix[i * count + j]));
        }
        (void)json_array_append_new(rows, row);
    }
    json_t *const root = json_pack("{s:o, s:o, s:{s:s, s:s, s:s}}", "texts", names, "similarities",
                                   rows, "model", "name", run->model_name, "sha256",
                                   run->model_sha256, "precision", run->model_precision);
    const bool is_done = root != NULL && json_dumpf(root, stdout, JSON_COMPACT) == 0;
    (void)putchar('\n');
    json_decref(root);
    return is_done ? CLI_EXIT_OK : CLI_EXIT_NO_MEMORY;
}

static cli_exit show(const cli_model_options *options, const cli_engine *engine,
                     const float *vectors, double *matrix)
{
    const size_t count = (size_t)options->argument_count;
    const size_t dimension = engine->shared.dimension(engine->shared.self);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            matrix[i * count + j] =
                i == j ? 1 : cosine(vectors + i * dimension, vectors + j * dimension, dimension);
        }
    }
    if (strcmp(options->format, "json") == 0) {
        return print_json(matrix, options->arguments, count, options->is_matrix,
                          &engine->run_of_model);
    }
    if (options->is_matrix) {
        print_matrix(matrix, options->arguments, count);
        return CLI_EXIT_OK;
    }
    return print_list(matrix, options->arguments, count);
}

static cli_exit compare_texts(const cli_model_options *options, cli_engine *engine)
{
    competency_error err = {0};
    const cli_exit opened = cli_engine_need_model(engine, &err);
    if (opened != CLI_EXIT_OK) {
        cli_complain("%s", err.message);
        return opened;
    }
    const size_t count = (size_t)options->argument_count;
    const size_t dimension = engine->shared.dimension(engine->shared.self);
    float *const vectors = calloc(count, dimension * sizeof(float));
    double *const matrix = calloc(count, count * sizeof(double));
    cli_exit status = CLI_EXIT_NO_MEMORY;
    if (vectors != NULL && matrix != NULL) {
        const competency_status embedded = engine->shared.embed(
            engine->shared.self, vectors, (const char *const *)options->arguments, count, &err);
        status = embedded == COMPETENCY_OK ? show(options, engine, vectors, matrix)
                                           : cli_exit_of(embedded);
    }
    if (status != CLI_EXIT_OK) {
        cli_complain("%s", err.message[0] != '\0' ? err.message : "out of memory");
    }
    free(vectors);
    free(matrix);
    return status;
}

int cli_cmd_similar(int argc, char **argv)
{
    cli_model_options options;
    cli_exit status = cli_model_options_parse(&options, &traits, argc, argv);
    if (options.is_help_wanted) {
        (void)fputs(usage, stdout);
        return CLI_EXIT_OK;
    }
    if (status == CLI_EXIT_OK && options.argument_count < 2) {
        cli_complain("give two texts or more; see competency similar --help");
        status = CLI_EXIT_USAGE;
    }
    if (status != CLI_EXIT_OK) {
        return (int)status;
    }
    cli_engine engine;
    const cli_options plain = {.model = options.model};
    status = cli_engine_open(&engine, &plain, NULL);
    if (status == CLI_EXIT_OK) {
        status = compare_texts(&options, &engine);
    }
    cli_engine_close(&engine);
    return (int)status;
}
