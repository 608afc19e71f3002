// SPDX-License-Identifier: MIT
// competency eval: how good the model and the scoring are, on data whose answers are known.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <competency/evaluation.h>
#include <competency/io.h>

#include "cli/chosen_model.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/files.h"

// A line is a line that is printed.
// clang-format off
static const char usage[] =
    "usage: competency eval [SUITE]... [--data DIR] [--format table|json] [--model PATH]\n"
    "\n"
    "Measure the model and the scoring on data whose answers are known, beside simple methods.\n"
    "\n"
    "  SUITE                 synonyms, near-misses, related or demo; all of them if none is given\n"
    "  --data DIR            the folder of the data, with quality/ and demo/ in it; default: data\n"
    "  --format NAME         table, json\n"
    "  --strategy NAME       default, conservative or aggressive\n"
    "  --config FILE         JSON with parameters of the scoring model\n"
    CLI_MODEL_USAGE
    CLI_PRECISION_USAGE
    CLI_JOBS_USAGE
    "  --cache DIR           keep vectors there for later runs; default: where the user's caches\n"
    "                        are; none: not at all, whatever COMPETENCY_CACHE says\n"
    "\n"
    "Exit status: 0; 2 usage; 65 bad data; 66 no input; 69 no model; 71 no memory; 74 input or\n"
    "output failed.\n";
// clang-format on

typedef struct eval_options {
    bool is_wanted[COMPETENCY_SUITE_COUNT];
    const char *data;
    const char *config;  // NULL: the defaults
    cli_model_choice model;
    competency_strategy strategy;
    bool is_json;
    bool is_help_wanted;
} eval_options;

static cli_exit take_format(eval_options *out, const char *value)
{
    out->is_json = strcmp(value, "json") == 0;
    if (!out->is_json && strcmp(value, "table") != 0) {
        cli_complain("--format %s: expected table or json", value);
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_OK;
}

static cli_exit take_option(eval_options *out, int letter, const char *value)
{
    switch (letter) {
    case 'd': out->data = value; return CLI_EXIT_OK;
    case 'g': out->config = value; return CLI_EXIT_OK;
    case 'm': out->model.path = value; return CLI_EXIT_OK;
    case 'k': out->model.cache = value; return CLI_EXIT_OK;
    case 'j': return cli_model_choice_take_jobs(&out->model, value);
    case 'P': return cli_model_choice_take_precision(&out->model, value);
    case 'h': out->is_help_wanted = true; return CLI_EXIT_OK;
    case 'f': return take_format(out, value);
    case 'S':
        if (competency_strategy_parse(&out->strategy, value) != COMPETENCY_OK) {
            cli_complain("--strategy %s: expected default, conservative or aggressive", value);
            return CLI_EXIT_USAGE;
        }
        return CLI_EXIT_OK;
    default: return CLI_EXIT_USAGE;  // getopt has complained
    }
}

static cli_exit take_suites(eval_options *out, int argc, char **argv)
{
    for (int i = optind; i < argc; i++) {
        competency_suite suite = COMPETENCY_SUITE_SYNONYMS;
        if (competency_suite_parse(&suite, argv[i]) != COMPETENCY_OK) {
            cli_complain("no such suite: %s; there are synonyms, near-misses, related and demo",
                         argv[i]);
            return CLI_EXIT_USAGE;
        }
        out->is_wanted[suite] = true;
    }
    for (int i = 0; i < COMPETENCY_SUITE_COUNT && optind == argc; i++) {
        out->is_wanted[i] = true;
    }
    return CLI_EXIT_OK;
}

static cli_exit parse(eval_options *out, int argc, char **argv)
{
    static const struct option long_options[] = {
        {"data", required_argument, NULL, 'd'},     {"format", required_argument, NULL, 'f'},
        {"strategy", required_argument, NULL, 'S'}, {"config", required_argument, NULL, 'g'},
        {"model", required_argument, NULL, 'm'},    {"cache", required_argument, NULL, 'k'},
        {"jobs", required_argument, NULL, 'j'},     {"precision", required_argument, NULL, 'P'},
        {"help", no_argument, NULL, 'h'},           {0},
    };
    *out = (eval_options){.data = "data"};
    int letter = 0;
    optind = 1;
    // One thread reads the command line.
    while ((letter = getopt_long(argc, argv, "h", long_options,  // NOLINT(concurrency-mt-unsafe)
                                 NULL)) != -1) {
        const cli_exit status = take_option(out, letter, optarg);
        if (status != CLI_EXIT_OK || out->is_help_wanted) {
            return status;
        }
    }
    return take_suites(out, argc, argv);
}

static cli_exit open_model(cli_chosen_model *out, const eval_options *options)
{
    competency_error err = {0};
    const competency_status status = cli_chosen_model_open(out, &options->model, &err);
    if (status != COMPETENCY_OK) {
        cli_complain("model: %s", err.message);
    }
    return cli_exit_of_model(status);
}

static cli_exit read_config(competency_classic_config *out, const char *path)
{
    *out = competency_classic_config_default();
    char *text = NULL;
    size_t size = 0;
    if (path == NULL) {
        return CLI_EXIT_OK;
    }
    const cli_exit status = cli_file_read_all(path, &text, &size);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    competency_error err = {0};
    const competency_status parsed = competency_classic_config_parse(out, text, size, &err);
    free(text);
    if (parsed != COMPETENCY_OK) {
        cli_complain("%s: %s", path, err.message);
    }
    return cli_exit_of(parsed);
}

static bool is_same_group(const competency_measure *a, const competency_measure *b)
{
    return a->suite == b->suite && strcmp(a->cases, b->cases) == 0;
}

static void print_group(const competency_measure *group, size_t count)
{
    (void)printf("%s, %s (%zu)\n%-12s", competency_suite_name(group->suite), group->cases,
                 group->count, "");
    for (size_t i = 0; i < count && strcmp(group[i].method, group->method) == 0; i++) {
        (void)printf("%9s", group[i].metric);
    }
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(group[i].method, group[i - 1].method) != 0) {
            (void)printf("\n%-12s", group[i].method);
        }
        (void)printf("%9.3f", group[i].value);
    }
    (void)fputs("\n", stdout);
}

// The measures of one suite and the same cases stand together, by method: but the suites measure
// a method on all cases before the next.
static void print_table(const competency_evaluation *evaluation)
{
    bool is_done[COMPETENCY_MEASURES_MAX] = {false};
    bool is_first = true;
    for (size_t i = 0; i < evaluation->count; i++) {
        competency_measure group[COMPETENCY_MEASURES_MAX];
        size_t count = 0;
        for (size_t k = i; k < evaluation->count && !is_done[i]; k++) {
            if (is_same_group(&evaluation->measures[i], &evaluation->measures[k])) {
                group[count++] = evaluation->measures[k];
                is_done[k] = k != i;
            }
        }
        if (count > 0) {
            (void)fputs(is_first ? "" : "\n", stdout);
            print_group(group, count);
            is_first = false;
        }
    }
}

// Names of models are those of folders; what JSON needs escaped is shown as '?'.
static void print_json_name(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        const unsigned char c = (unsigned char)*at;
        (void)putchar(c < 0x20 || c == '"' || c == '\\' ? '?' : c);
    }
}

static void print_json(const competency_evaluation *evaluation, const cli_chosen_model *model,
                       const eval_options *options)
{
    const competency_model_info *const info = competency_model_describe(model->model);
    (void)fputs("{\"model\": {\"name\": \"", stdout);
    print_json_name(info->name);
    (void)printf("\", \"sha256\": \"%s\", \"precision\": \"%s\"},\n \"scoring\": \"classic\", "
                 "\"strategy\": \"%s\",\n"
                 " \"measures\": [",
                 info->sha256, info->precision, competency_strategy_name(options->strategy));
    for (size_t i = 0; i < evaluation->count; i++) {
        const competency_measure *const m = &evaluation->measures[i];
        (void)printf("%s\n  {\"suite\": \"%s\", \"cases\": \"%s\", \"method\": \"%s\", "
                     "\"metric\": \"%s\", \"value\": %.17g, \"count\": %zu}",
                     i == 0 ? "" : ",", competency_suite_name(m->suite), m->cases, m->method,
                     m->metric, m->value, m->count);
    }
    (void)fputs("\n ]}\n", stdout);
}

static void show_progress(void *self, const char *what, size_t done, size_t total)
{
    cli_progress *const progress = self;
    cli_progress_show(progress, what, done, total);
}

static cli_exit measure(competency_evaluation *out, const eval_options *options,
                        const cli_chosen_model *model)
{
    competency_classic_config config;
    const cli_exit read = read_config(&config, options->config);
    cli_progress progress;
    cli_progress_begin(&progress);
    competency_evaluation_options chosen = COMPETENCY_EVALUATION_OPTIONS_INIT;
    chosen.embedder = &model->cache.memory;
    chosen.config = &config;
    chosen.strategy = options->strategy;
    chosen.progress = show_progress;
    chosen.self = &progress;
    competency_error err = {0};
    competency_status status = COMPETENCY_OK;
    for (int i = 0; i < COMPETENCY_SUITE_COUNT && read == CLI_EXIT_OK; i++) {
        if (options->is_wanted[i] && status == COMPETENCY_OK) {
            status =
                competency_evaluation_run(out, (competency_suite)i, options->data, &chosen, &err);
        }
    }
    cli_progress_end(&progress);
    if (status != COMPETENCY_OK) {
        cli_complain("%s%s", err.message[0] != '\0' ? err.message : competency_status_text(status),
                     status == COMPETENCY_ENOINPUT ? "; --data names the folder of the data" : "");
    }
    return read != CLI_EXIT_OK ? read : cli_exit_of(status);
}

static cli_exit run(const eval_options *options)
{
    static competency_evaluation evaluation;
    cli_chosen_model model;
    cli_exit status = open_model(&model, options);
    if (status == CLI_EXIT_OK) {
        status = measure(&evaluation, options, &model);
    }
    if (status == CLI_EXIT_OK && options->is_json) {
        print_json(&evaluation, &model, options);
    } else if (status == CLI_EXIT_OK) {
        print_table(&evaluation);
    }
    cli_chosen_model_close(&model);
    return status;
}

int cli_cmd_eval(int argc, char **argv)
{
    eval_options options;
    cli_exit status = parse(&options, argc, argv);
    if (options.is_help_wanted) {
        (void)fputs(usage, stdout);
        return CLI_EXIT_OK;
    }
    if (status == CLI_EXIT_OK) {
        status = run(&options);
    }
    return (int)status;
}
