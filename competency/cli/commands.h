// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_COMMANDS_H
#define COMPETENCY_CLI_COMMANDS_H

/** Each runs one command, argv[0] being its name, and returns a cli_exit. */
int cli_cmd_cache(int argc, char **argv);
int cli_cmd_embed(int argc, char **argv);
int cli_cmd_eval(int argc, char **argv);
int cli_cmd_gap(int argc, char **argv);
int cli_cmd_match(int argc, char **argv);
int cli_cmd_model(int argc, char **argv);
int cli_cmd_rank(int argc, char **argv);
int cli_cmd_similar(int argc, char **argv);

#endif
