// SPDX-License-Identifier: MIT
// competency embed: lines of text to vectors.
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "cli/commands.h"
#include "cli/engine.h"
#include "cli/model_options.h"

// A line is a line that is printed.
// clang-format off
static const char usage[] =
    "usage: competency embed [FILE|-]\n"
    "\n"
    "Turn each line of text into its vector, in order.\n"
    "\n"
    "  --format NAME         jsonl: {\"text\", \"embedding\"} a line; f32: the numbers alone, "
    "32-bit\n"
    "                        floats in the processor's order, a vector after the other\n"
    CLI_MODEL_USAGE
    CLI_PRECISION_USAGE
    "  --cache DIR           keep vectors there for later runs\n"
    "\n"
    "A line that is not UTF-8 is {\"text\": null, \"error\"} in JSONL, and not-a-number in f32.\n"
    "\n"
    "Exit status: 0; 2 usage; 3 some lines failed; 66 no input; 69 no model; 71 no memory;\n"
    "74 input or output failed.\n";
// clang-format on

static const char *const formats[] = {"jsonl", "f32", NULL};
static const cli_model_traits traits = {.name = "embed", .formats = formats};

// The work: lines in, vectors out.
typedef struct embed_work {
    FILE *input;
    const cli_engine *engine;
    bool is_raw;
    size_t dimension;
    float *vector;  // (dimension)
    uint64_t line;
    bool has_failed;
} embed_work;

// JSON between quotes, by a library that knows how.
static bool print_string(const char *text)
{
    json_t *const string = json_string(text);
    const bool is_done = string != NULL && json_dumpf(string, stdout, JSON_ENCODE_ANY) == 0;
    json_decref(string);
    return is_done;
}

static void print_vector(const embed_work *work, const char *text)
{
    if (work->is_raw) {
        (void)fwrite(work->vector, sizeof(float), work->dimension, stdout);
        return;
    }
    (void)fputs("{\"text\":", stdout);
    (void)print_string(text);
    (void)fputs(",\"embedding\":[", stdout);
    for (size_t i = 0; i < work->dimension; i++) {
        (void)printf("%s%.9g", i == 0 ? "" : ",", (double)work->vector[i]);
    }
    (void)fputs("]}\n", stdout);
}

static void print_failure(embed_work *work, const char *message)
{
    work->has_failed = true;
    cli_complain("line %llu: %s", (unsigned long long)work->line, message);
    if (!work->is_raw) {
        (void)fputs("{\"text\":null,\"error\":", stdout);
        (void)print_string(message);
        (void)fputs("}\n", stdout);
        return;
    }
    for (size_t i = 0; i < work->dimension; i++) {
        work->vector[i] = NAN;
    }
    print_vector(work, "");
}

static cli_exit embed_line(embed_work *work, char *line, size_t length)
{
    competency_error err = {0};
    competency_status status = COMPETENCY_EFORMAT;
    const char *const text = line;
    if (strlen(line) != length) {
        (void)snprintf(err.message, sizeof(err.message), "it has a NUL byte");
    } else {
        const competency_embedder *const embedder = &work->engine->shared;
        status = embedder->embed(embedder->self, work->vector, &text, 1, &err);
    }
    if (status == COMPETENCY_OK) {
        print_vector(work, text);
    } else if (status == COMPETENCY_EFORMAT || status == COMPETENCY_EINVAL) {
        print_failure(work, err.message);
    } else {
        cli_complain("%s", err.message[0] != '\0' ? err.message : competency_status_text(status));
        return cli_exit_of(status);
    }
    return CLI_EXIT_OK;
}

static cli_exit embed_lines(embed_work *work)
{
    char *line = NULL;
    size_t capacity = 0;
    cli_exit status = CLI_EXIT_OK;
    ssize_t got = 0;
    while (status == CLI_EXIT_OK && ferror(stdout) == 0 &&
           (got = getline(&line, &capacity, work->input)) > 0) {
        size_t length = (size_t)got;
        work->line++;
        length -= line[length - 1] == '\n' ? 1 : 0;
        length -= length > 0 && line[length - 1] == '\r' ? 1 : 0;
        line[length] = '\0';
        status = embed_line(work, line, length);
    }
    if (status == CLI_EXIT_OK && ferror(work->input) != 0) {
        cli_complain("cannot read the input");
        status = CLI_EXIT_IO;
    }
    free(line);
    return status == CLI_EXIT_OK && work->has_failed ? CLI_EXIT_PARTIAL : status;
}

static cli_exit run(const cli_model_options *options, cli_engine *engine, FILE *input)
{
    competency_error err = {0};
    const cli_exit opened = cli_engine_need_model(engine, &err);
    if (opened != CLI_EXIT_OK) {
        cli_complain("%s", err.message);
        return opened;
    }
    embed_work work = {
        .input = input,
        .engine = engine,
        .is_raw = strcmp(options->format, "f32") == 0,
        .dimension = engine->shared.dimension(engine->shared.self),
    };
    work.vector = calloc(work.dimension, sizeof(float));
    if (work.vector == NULL) {
        cli_complain("out of memory");
        return CLI_EXIT_NO_MEMORY;
    }
    const cli_exit status = embed_lines(&work);
    free(work.vector);
    return status;
}

static cli_exit open_and_run(const cli_model_options *options)
{
    const char *const path = options->argument_count == 0 ? "-" : options->arguments[0];
    const bool is_stdin = strcmp(path, "-") == 0;
    FILE *const input = is_stdin ? stdin : fopen(path, "rb");
    if (input == NULL) {
        cli_complain("cannot open %s", path);
        return CLI_EXIT_NO_INPUT;
    }
    cli_engine engine;
    const cli_options plain = {.model = options->model};
    cli_exit status = cli_engine_open(&engine, &plain, NULL);
    if (status == CLI_EXIT_OK) {
        status = run(options, &engine, input);
    }
    cli_engine_close(&engine);
    if (!is_stdin) {
        (void)fclose(input);
    }
    return status;
}

int cli_cmd_embed(int argc, char **argv)
{
    cli_model_options options;
    const cli_exit status = cli_model_options_parse(&options, &traits, argc, argv);
    if (options.is_help_wanted) {
        (void)fputs(usage, stdout);
        return CLI_EXIT_OK;
    }
    if (status == CLI_EXIT_OK && options.argument_count > 1) {
        cli_complain("give one file, or none; see competency embed --help");
        return CLI_EXIT_USAGE;
    }
    return (int)(status == CLI_EXIT_OK ? open_and_run(&options) : status);
}
