// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_CHOSEN_MODEL_H
#define COMPETENCY_CLI_CHOSEN_MODEL_H

/**
 * @file
 * Which embedding model the command line asks for, and that model with what stands before it.
 */
#include <competency/embedder.h>
#include <competency/model.h>

#include "cli/console.h"
#include "cli/vector_cache.h"

enum { CLI_JOBS_MAX = 256 };

/** What the options say of the model. Borrowed from argv. */
typedef struct cli_model_choice {
    const char *path;       // a model directory or a packed file; NULL: where the library looks
    const char *precision;  // of its weights; NULL: not said
    const char *cache;      // a directory, "default" or "none"; NULL: as the environment says
    size_t jobs;            // threads that embed, at most CLI_JOBS_MAX; 0: one
} cli_model_choice;

/** An open model. Not to be moved: its parts point at each other. */
typedef struct cli_chosen_model {
    competency_model *model;
    competency_embedder embedder;  // runs the model
    cli_vector_cache cache;        // asks `embedder` once for each name
} cli_chosen_model;

/** What --help says of --model. */
#define CLI_MODEL_USAGE \
    "  --model PATH          the embedding model: its directory, or a packed file\n"

/** What --help says of --precision, which every command with --model has. */
#define CLI_PRECISION_USAGE                                                       \
    "  --precision NAME      of the model's weights: f32 (the default), f16 or\n" \
    "                        int8; a packed model has its own\n"

/** Take the value of --precision. Complains. @return CLI_EXIT_OK; CLI_EXIT_USAGE */
cli_exit cli_model_choice_take_precision(cli_model_choice *choice, const char *text);

/** What --help says of --jobs. */
#define CLI_JOBS_USAGE "  --jobs N              threads; 0: one for each processor; by default 1\n"

/** Take the value of --jobs. Complains. @return CLI_EXIT_OK; CLI_EXIT_USAGE */
cli_exit cli_model_choice_take_jobs(cli_model_choice *choice, const char *text);

/** Open the chosen model alone. */
COMPETENCY_MUST_USE competency_status cli_model_choice_open(competency_model **out,
                                                            const cli_model_choice *choice,
                                                            competency_error *err);

/** Open it, with an embedder and the caches. cli_chosen_model_close() it in any case. */
COMPETENCY_MUST_USE competency_status cli_chosen_model_open(cli_chosen_model *out,
                                                            const cli_model_choice *choice,
                                                            competency_error *err);

void cli_chosen_model_close(cli_chosen_model *chosen);

/** The exit status for a model that could not be opened. */
cli_exit cli_exit_of_model(competency_status status);

#endif
