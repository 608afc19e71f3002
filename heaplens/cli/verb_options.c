// SPDX-License-Identifier: MIT
#include "cli/verb_options.h"

#include <stdio.h>

#include "cli/cli.h"

int heaplens__parse_options(const heaplens_verb_options *verb, void *command, int argc, char **argv)
{
    int option = 0;
    int index = -1;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    while ((option = getopt_long(argc, argv, verb->letters, verb->names, &index)) != -1) {
        if (option == HEAPLENS_OPTION_HELP) {
            return fputs(verb->usage, stdout) < 0 || fflush(stdout) != 0 ? EXIT_CODE_IO
                                                                         : EXIT_CODE_OK;
        }
        if (option == '?') {
            return EXIT_CODE_USAGE;  // getopt has complained
        }
        const char *const expected = verb->take(command, option, optarg);
        if (expected != NULL) {
            const char letter[] = {(char)option, '\0'};
            heaplens__complain("%s%s %s: expected %s; see %s --help", index < 0 ? "-" : "--",
                               index < 0 ? letter : verb->names[index].name, optarg, expected,
                               argv[0]);
            return EXIT_CODE_USAGE;
        }
        index = -1;  // getopt_long() sets it of long options only
    }
    return -1;
}

int heaplens__parse_program(const heaplens_verb_options *verb, void *command, int argc, char **argv,
                            char ***program)
{
    const int stop = heaplens__parse_options(verb, command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    if (optind == argc) {
        heaplens__complain("which program? See %s --help", argv[0]);
        return EXIT_CODE_USAGE;
    }
    *program = argv + optind;
    return -1;
}
