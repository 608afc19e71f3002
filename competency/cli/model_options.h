// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_MODEL_OPTIONS_H
#define COMPETENCY_CLI_MODEL_OPTIONS_H

#include <stdbool.h>

#include "cli/chosen_model.h"
#include "cli/console.h"

/** The command line of the commands that use a model without a role. */
typedef struct cli_model_options {
    cli_model_choice model;
    const char *format;  // one of the traits' formats; the first by default
    const char *sha256;  // --sha256; NULL: not given
    const char *output;  // --output; NULL: not given
    bool is_matrix;      // --matrix
    bool is_help_wanted;
    char **arguments;  // (argument_count) the others; borrowed from argv
    int argument_count;
} cli_model_options;

/** What these commands do not have in common. */
typedef struct cli_model_traits {
    const char *name;
    const char *const *formats;  // ends with NULL
    bool has_matrix;
    bool has_sha256;
    bool has_output;
    bool has_jobs;
} cli_model_traits;

/** Read the command line; argv[0] is the command. Complains. @return CLI_EXIT_OK; CLI_EXIT_USAGE */
cli_exit cli_model_options_parse(cli_model_options *out, const cli_model_traits *traits, int argc,
                                 char **argv);

#endif
