// SPDX-License-Identifier: MIT
// The command line of match and rank.
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
    OPTION_TOP = 't',
    OPTION_HELP = 'h',
};

static const struct option long_options[] = {
    {"role",             required_argument, NULL, OPTION_ROLE},
    {"candidate",              required_argument, NULL, OPTION_CANDIDATE},
    {"candidates",                  required_argument, NULL, OPTION_CANDIDATES},
    {"scoring",required_argument, NULL, OPTION_SCORING},
    {"strategy",  required_argument, NULL, OPTION_STRATEGY},
    {"config",       required_argument, NULL, OPTION_CONFIG},
    {"format",              required_argument, NULL, OPTION_FORMAT},
    {"model",                  required_argument, NULL, OPTION_MODEL},
    {"cache",              required_argument, NULL, OPTION_CACHE},
    {"top",    required_argument, NULL, OPTION_TOP},
    {"help",         no_argument, NULL, OPTION_HELP},
    {0             },
};

static cli_exit parse_top(size_t *out, const char *text)
{
    if (strcmp(text, "all") == 0) {
        *out = 0;
        return CLI_EXIT_OK;
    }
    char *end = NULL;
    errno = 0;
    const unsigned long long count = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || count == 0 ||
        count > SIZE_MAX) {
        cli_complain("--top %s: expected a number of at least 1, or \"all\"", text);
        return CLI_EXIT_USAGE;
    }
    *out = (size_t)count;
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
    if (!is_known || (traits->is_ranking && out->format == COMPETENCY_FORMAT_CLASSIC)) {
        cli_complain("--format %s: expected table, json%s", text,
                     traits->is_ranking ? " or jsonl" : ", jsonl or classic");
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_OK;
}

static cli_exit take_option(cli_options *out, const cli_command_traits *traits, int letter,
                            const char *value)
{
    switch (letter) {
    case OPTION_ROLE: out->role = value; return CLI_EXIT_OK;
    case OPTION_CANDIDATE: out->candidate = value; return CLI_EXIT_OK;
    case OPTION_CANDIDATES: out->candidates = value; return CLI_EXIT_OK;
    case OPTION_CONFIG: out->config = value; return CLI_EXIT_OK;
    case OPTION_MODEL: out->model = value; return CLI_EXIT_OK;
    case OPTION_CACHE: out->cache = value; return CLI_EXIT_OK;
    case OPTION_HELP: out->is_help_wanted = true; return CLI_EXIT_OK;
    case OPTION_SCORING: return parse_scoring(value);
    case OPTION_STRATEGY: return parse_strategy(out, value);
    case OPTION_FORMAT: return parse_format(out, traits, value);
    case OPTION_TOP:
        if (traits->is_ranking) {
            return parse_top(&out->top, value);
        }
        cli_complain("%s has no --top", traits->name);
        return CLI_EXIT_USAGE;
    default: return CLI_EXIT_USAGE;  // getopt has complained
    }
}

static bool is_stdin(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static cli_exit check_inputs(const cli_options *options, const cli_command_traits *traits)
{
    const bool has_pool = (options->candidate != NULL) != (options->candidates != NULL);
    const bool is_split = options->role != NULL && has_pool && options->document == NULL;
    const bool is_whole = options->document != NULL && options->role == NULL &&
                          options->candidate == NULL && options->candidates == NULL;
    if (!is_split && !is_whole) {
        cli_complain("give one DOCUMENT, or --role with one of --candidate and --candidates; see "
                     "competency %s --help",
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
    *out = (cli_options){.top = TOP_DEFAULT};
    int letter = 0;
    optind = 1;
    // One thread reads the command line.
    while ((letter = getopt_long(argc, argv, "h", long_options,  // NOLINT(concurrency-mt-unsafe)
                                 NULL)) != -1) {
        const cli_exit status = take_option(out, traits, letter, optarg);
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
    return check_inputs(out, traits);
}
