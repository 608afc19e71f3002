// SPDX-License-Identifier: MIT
#include "cli/verb_options.h"

#include <stdio.h>

#include "cli/cli.h"

int heaplens__parse_options(const heaplens_verb_options *verb, void *command, int argc, char **argv)
{
    int option = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    while ((option = getopt_long(argc, argv, verb->letters, verb->names, NULL)) != -1) {
        if (option == HEAPLENS_OPTION_HELP) {
            return fputs(verb->usage, stdout) < 0 || fflush(stdout) != 0 ? EXIT_CODE_IO
                                                                         : EXIT_CODE_OK;
        }
        if (option == '?') {
            return EXIT_CODE_USAGE;  // getopt has complained
        }
        if (!verb->take(command, option, optarg)) {
            heaplens__complain("\"%s\" is no value of this option; see heaplens %s --help", optarg,
                               argv[0]);
            return EXIT_CODE_USAGE;
        }
    }
    return -1;
}
