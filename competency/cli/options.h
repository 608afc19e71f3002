// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_OPTIONS_H
#define COMPETENCY_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <competency/io.h>
#include <competency/scoring.h>

#include "cli/chosen_model.h"
#include "cli/console.h"

/** What a ranking is ordered by. */
typedef enum cli_order {
    CLI_ORDER_SCORE = 0,
    CLI_ORDER_MUST_HAVES = 1,
    CLI_ORDER_WEIGHTED = 2,
} cli_order;

/** One parameter of the scoring model that the command line sets. */
typedef struct cli_parameter {
    const char *name;  // of the option: "similarity-threshold"
    const char *text;
} cli_parameter;

enum {
    CLI_PARAMETERS_MAX = 64,  // options of one command line; each parameter may be given again
};

/** What the command line of `match`, `rank` or `gap` asks for. Paths are borrowed from argv. */
typedef struct cli_options {
    const char *document;    // a role with its candidates; NULL: not given
    const char *role;        // a role alone
    const char *candidate;   // one candidate
    const char *candidates;  // a stream of candidates
    const char *config;      // NULL: the defaults
    cli_model_choice model;
    competency_strategy strategy;
    competency_format format;
    competency_stream_form form;  // of the stream of candidates
    bool has_form;                // it was said
    cli_parameter parameters[CLI_PARAMETERS_MAX];
    size_t parameter_count;
    size_t top;                // of a ranking: results to keep; 0: all
    cli_order order;           // of a ranking
    bool requires_must_haves;  // candidates that miss one are left out
    bool is_help_wanted;
} cli_options;

// clang-format off
/** What --help says of the parameters of the scoring model. */
#define CLI_PARAMETER_USAGE \
    "Parameters of the scoring model, each a number, before which the configuration file is read:\n" \
    "  --similarity-threshold N       from 0 to 1: below it nothing is similar\n" \
    "  --severe-threshold N           from 0 to 1: below it the severe penalty applies\n" \
    "  --moderate-penalty N           from 0 to 1\n" \
    "  --severe-penalty N             from 0 to 1\n" \
    "  --ratio-weight-meets N         from 0 to 1\n" \
    "  --ratio-weight-below N         from 0 to 1\n" \
    "  --max-confidence-weight N      any number\n" \
    "  --very-similar-boost N         any number; kept, not used\n" \
    "  --moderately-similar-boost N   any number; kept, not used\n" \
    "  --high-score-dampening N       any number; kept, not used\n" \
    "  --desired-variance N           0 or more\n" \
    "  --max-variance-factor N        from 0 to 1\n" \
    "  --zero-proficiency-alpha N     above 0\n" \
    "  --zero-proficiency-beta N      above 0\n" \
    "  --perfect-proficiency-alpha N  above 0\n" \
    "  --perfect-proficiency-beta N   above 0\n"
// clang-format on

/** What the commands over candidates do not have in common. */
typedef struct cli_command_traits {
    const char *name;
    const char *usage;  // printed by --help
    bool is_ranking;    // has --top and --order-by, has no classic format
    bool is_gap;        // one candidate; has neither a stream nor --jobs nor CSV
} cli_command_traits;

/**
 * Read the command line; argv[0] is the command. Complains.
 *
 * @return CLI_EXIT_OK; CLI_EXIT_USAGE
 */
cli_exit cli_options_parse(cli_options *out, const cli_command_traits *traits, int argc,
                           char **argv);

#endif
