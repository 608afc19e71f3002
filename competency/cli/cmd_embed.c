// SPDX-License-Identifier: MIT
// competency embed: lines of text to vectors.
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/engine.h"
#include "cli/files.h"
#include "cli/line_batches.h"
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
    CLI_JOBS_USAGE
    "  --cache DIR           keep vectors there for later runs\n"
    "\n"
    "A line that is not UTF-8 is {\"text\": null, \"error\"} in JSONL, and not-a-number in f32.\n"
    "\n"
    "Exit status: 0; 2 usage; 3 some lines failed; 66 no input; 69 no model; 71 no memory;\n"
    "74 input or output failed.\n";
// clang-format on

static const char *const formats[] = {"jsonl", "f32", NULL};
static const cli_model_traits traits = {.name = "embed", .formats = formats, .has_jobs = true};

// The work: lines in, vectors out.
typedef struct embed_work {
    cli_line_batches input;
    const competency_embedder *embedder;
    bool is_raw;
    size_t dimension;
    float *vectors;  // (CLI_BATCH_LINES_MAX, dimension)
    uint64_t line;   // number of the line that is printed
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

static void print_vector(const embed_work *work, const char *text, const float *vector)
{
    if (work->is_raw) {
        (void)fwrite(vector, sizeof(float), work->dimension, stdout);
        return;
    }
    (void)fputs("{\"text\":", stdout);
    (void)print_string(text);
    (void)fputs(",\"embedding\":[", stdout);
    for (size_t i = 0; i < work->dimension; i++) {
        (void)printf("%s%.9g", i == 0 ? "" : ",", (double)vector[i]);
    }
    (void)fputs("]}\n", stdout);
}

static void print_failure(embed_work *work, const char *message, float *vector)
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
        vector[i] = NAN;
    }
    print_vector(work, "", vector);
}

// A line by itself, which may be a bad one.
static cli_exit embed_line(embed_work *work, const cli_line *line)
{
    competency_error err = {0};
    competency_status status = COMPETENCY_EFORMAT;
    const char *const text = line->text;
    float *const vector = work->vectors;
    work->line++;
    if (strlen(text) != line->bytes) {
        (void)snprintf(err.message, sizeof(err.message), "it has a NUL byte");
    } else {
        status = work->embedder->embed(work->embedder->self, vector, &text, 1, &err);
    }
    if (status == COMPETENCY_OK) {
        print_vector(work, text, vector);
    } else if (status == COMPETENCY_EFORMAT || status == COMPETENCY_EINVAL) {
        print_failure(work, err.message, vector);
    } else {
        cli_complain("%s", err.message[0] != '\0' ? err.message : competency_status_text(status));
        return cli_exit_of(status);
    }
    return CLI_EXIT_OK;
}

// All lines of the batch in one call, which threads share. False if one of them is bad.
static bool embed_batch(embed_work *work)
{
    const cli_line_batches *const batch = &work->input;
    const char *texts[CLI_BATCH_LINES_MAX];
    for (size_t i = 0; i < batch->count; i++) {
        texts[i] = batch->lines[i].text;
        if (strlen(texts[i]) != batch->lines[i].bytes) {
            return false;
        }
    }
    if (work->embedder->embed(work->embedder->self, work->vectors, texts, batch->count, NULL) !=
        COMPETENCY_OK) {
        return false;
    }
    for (size_t i = 0; i < batch->count; i++) {
        print_vector(work, texts[i], work->vectors + i * work->dimension);
    }
    work->line += batch->count;
    return true;
}

static cli_exit embed_lines(embed_work *work)
{
    cli_exit status = cli_line_batches_next(&work->input);
    while (status == CLI_EXIT_OK && work->input.count > 0 && ferror(stdout) == 0) {
        const bool is_done = embed_batch(work);
        for (size_t i = 0; i < work->input.count && !is_done && status == CLI_EXIT_OK; i++) {
            status = embed_line(work, &work->input.lines[i]);
        }
        (void)fflush(stdout);  // whoever writes a line may wait for its vector
        if (status == CLI_EXIT_OK) {
            status = cli_line_batches_next(&work->input);
        }
    }
    return status == CLI_EXIT_OK && work->has_failed ? CLI_EXIT_PARTIAL : status;
}

static cli_exit run(const cli_model_options *options, cli_engine *engine, const cli_file *input)
{
    competency_error err = {0};
    const cli_exit opened = cli_engine_need_model(engine, &err);
    if (opened != CLI_EXIT_OK) {
        cli_complain("%s", err.message);
        return opened;
    }
    embed_work work = {
        .input = {.descriptor = input->descriptor},
        .embedder = &engine->shared,
        .is_raw = strcmp(options->format, "f32") == 0,
        .dimension = engine->shared.dimension(engine->shared.self),
    };
    work.vectors = calloc(work.dimension, CLI_BATCH_LINES_MAX * sizeof(float));
    if (work.vectors == NULL) {
        cli_complain("out of memory");
        return CLI_EXIT_NO_MEMORY;
    }
    const cli_exit status = embed_lines(&work);
    cli_line_batches_close(&work.input);
    free(work.vectors);
    return status;
}

static cli_exit open_and_run(const cli_model_options *options)
{
    cli_file input;
    const cli_exit found =
        cli_file_open(&input, options->argument_count == 0 ? "-" : options->arguments[0]);
    if (found != CLI_EXIT_OK) {
        return found;
    }
    cli_engine engine;
    const cli_options plain = {.model = options->model};
    cli_exit status = cli_engine_open(&engine, &plain, NULL);
    if (status == CLI_EXIT_OK) {
        status = run(options, &engine, &input);
    }
    cli_engine_close(&engine);
    cli_file_close(&input);
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
