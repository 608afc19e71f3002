// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_OPTIONS_H
#define COMPETENCY_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <competency/io.h>
#include <competency/scoring.h>

#include "cli/console.h"

/** What the command line of `match` or `rank` asks for. Paths are borrowed from argv. */
typedef struct cli_options {
    const char *document;    // a role with its candidates; NULL: not given
    const char *role;        // a role alone
    const char *candidate;   // one candidate
    const char *candidates;  // a stream of candidates
    const char *config;      // NULL: the defaults
    const char *model;       // a model directory; NULL: where the library looks
    const char *cache;       // a directory, "default" or "none"; NULL: as the environment says
    competency_strategy strategy;
    competency_format format;
    size_t top;  // of a ranking: results to keep; 0: all
    bool is_help_wanted;
} cli_options;

/** What `match` and `rank` do not have in common. */
typedef struct cli_command_traits {
    const char *name;
    const char *usage;  // printed by --help
    bool is_ranking;    // has --top, has no classic format
} cli_command_traits;

/**
 * Read the command line; argv[0] is the command. Complains.
 *
 * @return CLI_EXIT_OK; CLI_EXIT_USAGE
 */
cli_exit cli_options_parse(cli_options *out, const cli_command_traits *traits, int argc,
                           char **argv);

#endif
