// SPDX-License-Identifier: MIT
// The command line of match, rank and gap.
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TOP_DEFAULT = 20 };

enum option_letter {
    OPTION_ROLE = 'r',
    OPTION_CANDIDATE = 'C',
    OPTION_CANDIDATES = 'c',
    OPTION_SCORING = 's',
    OPTION_STRATEGY = 'S',
    OPTION_CONFIG = 'g',
    OPTION_FORMAT = 'f',
    OPTION_MODEL = 'm',
    OPTION_CACHE = 'k',
    OPTION_PRECISION = 'P',
    OPTION_TOP = 't',
    OPTION_ORDER = 'o',
    OPTION_MUST_HAVES = 'M',
    OPTION_JOBS = 'j',
    OPTION_INPUT = 'i',
    OPTION_PARAMETER = 'p',
    OPTION_HELP = 'h',
};

static const struct option long_options[] = {
    {"role", required_argument, NULL, OPTION_ROLE},
    {"candidate", required_argument, NULL, OPTION_CANDIDATE},
    {"candidates", required_argument, NULL, OPTION_CANDIDATES},
    {"scoring", required_argument, NULL, OPTION_SCORING},
    {"strategy", required_argument, NULL, OPTION_STRATEGY},
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"model", required_argument, NULL, OPTION_MODEL},
    {"cache", required_argument, NULL, OPTION_CACHE},
    {"precision", required_argument, NULL, OPTION_PRECISION},
    {"top", required_argument, NULL, OPTION_TOP},
    {"order-by", required_argument, NULL, OPTION_ORDER},
    {"require-must-haves", no_argument, NULL, OPTION_MUST_HAVES},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"input-format", required_argument, NULL, OPTION_INPUT},
    {"help", no_argument, NULL, OPTION_HELP},
    {"similarity-threshold", required_argument, NULL, OPTION_PARAMETER},
    {"severe-threshold", required_argument, NULL, OPTION_PARAMETER},
    {"moderate-penalty", required_argument, NULL, OPTION_PARAMETER},
    {"severe-penalty", required_argument, NULL, OPTION_PARAMETER},
    {"ratio-weight-meets", required_argument, NULL, OPTION_PARAMETER},
    {"ratio-weight-below", required_argument, NULL, OPTION_PARAMETER},
    {"max-confidence-weight", required_argument, NULL, OPTION_PARAMETER},
    {"very-similar-boost", required_argument, NULL, OPTION_PARAMETER},
    {"moderately-similar-boost", required_argument, NULL, OPTION_PARAMETER},
    {"high-score-dampening", required_argument, NULL, OPTION_PARAMETER},
    {"desired-variance", required_argument, NULL, OPTION_PARAMETER},
    {"max-variance-factor", required_argument, NULL, OPTION_PARAMETER},
    {"zero-proficiency-alpha", required_argument, NULL, OPTION_PARAMETER},
    {"zero-proficiency-beta", required_argument, NULL, OPTION_PARAMETER},
    {"perfect-proficiency-alpha", required_argument, NULL, OPTION_PARAMETER},
    {"perfect-proficiency-beta", required_argument, NULL, OPTION_PARAMETER},
    {0},
};

static cli_exit parse_count(size_t *out, const char *text, size_t limit)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long count = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || count > limit) {
        return CLI_EXIT_USAGE;
    }
    *out = (size_t)count;
    return CLI_EXIT_OK;
}

static cli_exit parse_top(size_t *out, const char *text)
{
    if (strcmp(text, "all") == 0) {
        *out = 0;
        return CLI_EXIT_OK;
    }
    if (parse_count(out, text, SIZE_MAX) != CLI_EXIT_OK || *out == 0) {
        cli_complain("--top %s: expected a number of at least 1, or \"all\"", text);
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_OK;
}

static cli_exit parse_order(cli_order *out, const char *text)
{
    static const char *const names[] = {
        [CLI_ORDER_SCORE] = "score",
        [CLI_ORDER_MUST_HAVES] = "must-haves",
        [CLI_ORDER_WEIGHTED] = "weighted-score",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], text) == 0) {
            *out = (cli_order)i;
            return CLI_EXIT_OK;
        }
    }
    cli_complain("--order-by %s: expected score, must-haves or weighted-score", text);
    return CLI_EXIT_USAGE;
}

static cli_exit parse_form(cli_options *out, const char *text)
{
    out->has_form = true;
    out->form = strcmp(text, "csv") == 0 ? COMPETENCY_STREAM_CSV : COMPETENCY_STREAM_JSONL;
    if (strcmp(text, "csv") != 0 && strcmp(text, "jsonl") != 0) {
        cli_complain("--input-format %s: expected jsonl or csv", text);
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_OK;
}

static cli_exit take_parameter(cli_options *out, const char *name, const char *text)
{
    if (out->parameter_count == CLI_PARAMETERS_MAX) {
        cli_complain("more than %d parameters", CLI_PARAMETERS_MAX);
        return CLI_EXIT_USAGE;
    }
    out->parameters[out->parameter_count++] = (cli_parameter){.name = name, .text = text};
    return CLI_EXIT_OK;
}

static cli_exit parse_scoring(const char *text)
{
    if (strcmp(text, "classic") != 0) {
        cli_complain("--scoring %s: expected \"classic\"", text);
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_OK;
}

static cli_exit parse_strategy(cli_options *out, const char *text)
{
    if (competency_strategy_parse(&out->strategy, text) != COMPETENCY_OK) {
        cli_complain("--strategy %s: expected default, conservative or aggressive", text);
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_OK;
}

static cli_exit parse_format(cli_options *out, const cli_command_traits *traits, const char *text)
{
    const bool is_known = competency_format_parse(&out->format, text) == COMPETENCY_OK;
    const bool is_there = is_known &&
                          (!traits->is_ranking || out->format != COMPETENCY_FORMAT_CLASSIC) &&
                          (!traits->is_gap || out->format == COMPETENCY_FORMAT_TABLE ||
                           out->format == COMPETENCY_FORMAT_JSON);
    if (!is_there) {
        cli_complain("--format %s: expected table%s", text,
                     traits->is_gap       ? " or json"
                     : traits->is_ranking ? ", json, jsonl or csv"
                                          : ", json, jsonl, csv or classic");
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_OK;
}

static bool has_option(const cli_command_traits *traits, int letter)
{
    switch (letter) {
    case OPTION_TOP:
    case OPTION_ORDER: return traits->is_ranking;
    case OPTION_CANDIDATES:
    case OPTION_INPUT:
    case OPTION_MUST_HAVES:
    case OPTION_JOBS: return !traits->is_gap;
    default: return true;
    }
}

static cli_exit take_option(cli_options *out, const cli_command_traits *traits, int letter,
                            const char *value)
{
    switch (letter) {
    case OPTION_ROLE: out->role = value; return CLI_EXIT_OK;
    case OPTION_CANDIDATE: out->candidate = value; return CLI_EXIT_OK;
    case OPTION_CANDIDATES: out->candidates = value; return CLI_EXIT_OK;
    case OPTION_CONFIG: out->config = value; return CLI_EXIT_OK;
    case OPTION_MODEL: out->model.path = value; return CLI_EXIT_OK;
    case OPTION_CACHE: out->model.cache = value; return CLI_EXIT_OK;
    case OPTION_PRECISION: return cli_model_choice_take_precision(&out->model, value);
    case OPTION_HELP: out->is_help_wanted = true; return CLI_EXIT_OK;
    case OPTION_SCORING: return parse_scoring(value);
    case OPTION_STRATEGY: return parse_strategy(out, value);
    case OPTION_FORMAT: return parse_format(out, traits, value);
    case OPTION_MUST_HAVES: out->requires_must_haves = true; return CLI_EXIT_OK;
    case OPTION_JOBS: return cli_model_choice_take_jobs(&out->model, value);
    case OPTION_INPUT: return parse_form(out, value);
    case OPTION_TOP: return parse_top(&out->top, value);
    case OPTION_ORDER: return parse_order(&out->order, value);
    default: return CLI_EXIT_USAGE;  // getopt has complained
    }
}

static bool is_stdin(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static bool ends_in_csv(const char *path)
{
    const size_t length = strlen(path);
    return length >= 4 && strcmp(path + length - 4, ".csv") == 0;
}

static cli_exit check_inputs(const cli_options *options, const cli_command_traits *traits)
{
    const bool has_pool = (options->candidate != NULL) != (options->candidates != NULL);
    const bool is_split = options->role != NULL && has_pool && options->document == NULL;
    const bool is_whole = options->document != NULL && options->role == NULL &&
                          options->candidate == NULL && options->candidates == NULL;
    if (!is_split && !is_whole) {
        cli_complain("give one DOCUMENT, or --role with %s; see competency %s --help",
                     traits->is_gap ? "--candidate" : "one of --candidate and --candidates",
                     traits->name);
        return CLI_EXIT_USAGE;
    }
    const int uses = is_stdin(options->role) + is_stdin(options->candidate) +
                     is_stdin(options->candidates) + is_stdin(options->document) +
                     is_stdin(options->config);
    if (uses > 1) {
        cli_complain("standard input (-) can be read only once");
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_OK;
}

cli_exit cli_options_parse(cli_options *out, const cli_command_traits *traits, int argc,
                           char **argv)
{
    *out = (cli_options){.top = TOP_DEFAULT, .model = {.jobs = 1}};
    int letter = 0;
    int index = 0;
    optind = 1;
    // One thread reads the command line.
    while ((letter = getopt_long(argc, argv, "h", long_options,  // NOLINT(concurrency-mt-unsafe)
                                 &index)) != -1) {
        if (!has_option(traits, letter)) {
            cli_complain("%s has no --%s", traits->name, long_options[index].name);
            return CLI_EXIT_USAGE;
        }
        const cli_exit status = letter == OPTION_PARAMETER
                                    ? take_parameter(out, long_options[index].name, optarg)
                                    : take_option(out, traits, letter, optarg);
        if (status != CLI_EXIT_OK || out->is_help_wanted) {
            return status;
        }
    }
    if (optind < argc) {
        out->document = argv[optind++];
    }
    if (optind < argc) {
        cli_complain("unexpected argument: %s", argv[optind]);
        return CLI_EXIT_USAGE;
    }
    if (!out->has_form && out->candidates != NULL && ends_in_csv(out->candidates)) {
        out->form = COMPETENCY_STREAM_CSV;
    }
    return check_inputs(out, traits);
}
