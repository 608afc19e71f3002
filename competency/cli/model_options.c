// SPDX-License-Identifier: MIT
// The command line of similar, embed and model.
#include "cli/model_options.h"

#include <getopt.h>
#include <stddef.h>
#include <string.h>

static const struct option long_options[] = {
    {"model", required_argument, NULL, 'm'},
    {"cache", required_argument, NULL, 'k'},
    {"format", required_argument, NULL, 'f'},
    {"sha256", required_argument, NULL, 's'},
    {"precision", required_argument, NULL, 'P'},
    {"output", required_argument, NULL, 'o'},
    {"jobs", required_argument, NULL, 'j'},
    {"matrix", no_argument, NULL, 'x'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static cli_exit refuse(const cli_model_traits *traits, const char *option)
{
    cli_complain("%s has no --%s", traits->name, option);
    return CLI_EXIT_USAGE;
}

static cli_exit take_format(cli_model_options *out, const cli_model_traits *traits,
                            const char *text)
{
    for (size_t i = 0; traits->formats[i] != NULL; i++) {
        if (strcmp(traits->formats[i], text) == 0) {
            out->format = traits->formats[i];
            return CLI_EXIT_OK;
        }
    }
    cli_complain("--format %s: expected %s%s%s", text, traits->formats[0],
                 traits->formats[1] == NULL ? "" : " or ",
                 traits->formats[1] == NULL ? "" : traits->formats[1]);
    return CLI_EXIT_USAGE;
}

static cli_exit take_option(cli_model_options *out, const cli_model_traits *traits, int letter,
                            const char *value)
{
    switch (letter) {
    case 'm': out->model.path = value; return CLI_EXIT_OK;
    case 'k': out->model.cache = value; return CLI_EXIT_OK;
    case 'P': return cli_model_choice_take_precision(&out->model, value);
    case 'h': out->is_help_wanted = true; return CLI_EXIT_OK;
    case 'f': return take_format(out, traits, value);
    case 'x':
        out->is_matrix = true;
        return traits->has_matrix ? CLI_EXIT_OK : refuse(traits, "matrix");
    case 'j':
        return traits->has_jobs ? cli_model_choice_take_jobs(&out->model, value)
                                : refuse(traits, "jobs");
    case 'o':
        out->output = value;
        return traits->has_output ? CLI_EXIT_OK : refuse(traits, "output");
    case 's':
        out->sha256 = value;
        return traits->has_sha256 ? CLI_EXIT_OK : refuse(traits, "sha256");
    default: return CLI_EXIT_USAGE;  // getopt has complained
    }
}

cli_exit cli_model_options_parse(cli_model_options *out, const cli_model_traits *traits, int argc,
                                 char **argv)
{
    *out = (cli_model_options){.format = traits->formats[0]};
    int letter = 0;
    optind = 1;
    // One thread reads the command line.
    while ((letter = getopt_long(argc, argv, "ho:", long_options,  // NOLINT(concurrency-mt-unsafe)
                                 NULL)) != -1) {
        const cli_exit status = take_option(out, traits, letter, optarg);
        if (status != CLI_EXIT_OK || out->is_help_wanted) {
            return status;
        }
    }
    out->arguments = argv + optind;
    out->argument_count = argc - optind;
    return CLI_EXIT_OK;
}
