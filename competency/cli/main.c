// SPDX-License-Identifier: MIT
// competency: match what candidates can do against what a role requires.
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/console.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *purpose;
} commands[] = {
    {"match", cli_cmd_match, "say how well each candidate fits a role, requirement by requirement"},
    {"rank", cli_cmd_rank, "put candidates in order, best first"},
    {"gap", cli_cmd_gap, "say what a candidate lacks, by how much, and what comes closest"},
    {"similar", cli_cmd_similar, "say how similar texts are"},
    {"embed", cli_cmd_embed, "turn lines of text into vectors"},
    {"model", cli_cmd_model, "say what an embedding model is and whether it is sound, or pack it"},
    {"eval", cli_cmd_eval, "measure the model and the scoring on data whose answers are known"},
    {"cache", cli_cmd_cache, "say what vectors are kept on disk, or drop them"},
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *to)
{
    (void)fputs("usage: competency COMMAND [ARGUMENT]...\n\n"
                "Match what candidates can do against what a role requires.\n\n",
                to);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        (void)fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].purpose);
    }
    (void)fputs("\ncompetency COMMAND --help says more. The model is looked for in --model,\n"
                "COMPETENCY_MODEL_DIR and the user's data directory, in this order.\n",
                to);
}

// What was printed through stdio must have arrived, or the program has not done what was asked.
static int close_stdout(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        cli_complain("cannot write to standard output");
        return CLI_EXIT_IO;
    }
    return status;
}

static int run_command(int argc, char **argv)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            // getopt begins its complaints with it: "competency match: unrecognized option".
            char name[32];
            (void)snprintf(name, sizeof(name), "competency %s", commands[i].name);
            argv[1] = name;
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    cli_complain("no such command: %s; see competency --help", argv[1]);
    return CLI_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return CLI_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return close_stdout(CLI_EXIT_OK);
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("competency " COMPETENCY_VERSION);
        return close_stdout(CLI_EXIT_OK);
    }
    return close_stdout(run_command(argc, argv));
}
