// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_VERB_OPTIONS_H
#define HEAPLENS_CLI_VERB_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

/** What "help" stands for in the options of a verb; it has no letter. */
enum { HEAPLENS_OPTION_HELP = 255 };

/** The options of a verb. */
typedef struct heaplens_verb_options {
    const char *usage;           // what --help prints
    const char *letters;         // getopt's short options
    const struct option *names;  // getopt_long's; ended by zeros
    // Keeps an option in the verb's own command: NULL. Otherwise what was expected instead of
    // `value`: "a number from 1 to 64".
    const char *(*take)(void *command, int option, const char *value);
} heaplens_verb_options;

/**
 * Read the options of a verb, up to the first argument that is none (`optind`), or complain.
 *
 * @param argv  begins with the program and the verb in one word: "heaplens report"
 * @return -1 to go on; otherwise the exit code, --help included
 */
int heaplens__parse_options(const heaplens_verb_options *verb, void *command, int argc,
                            char **argv);

/**
 * The same of a verb that runs a program, whose name and arguments follow the options, with or without
 * "--". `letters` begins with "+": the program's own options are not ours.
 *
 * @param[out] program  of argv; set if the result is -1
 */
int heaplens__parse_program(const heaplens_verb_options *verb, void *command, int argc, char **argv,
                            char ***program);

/** NULL if an option's value was taken, otherwise what was expected of it. */
static inline const char *heaplens__unless(bool is_taken, const char *expected)
{
    return is_taken ? NULL : expected;
}

#endif
