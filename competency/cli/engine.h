// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_ENGINE_H
#define COMPETENCY_CLI_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include <competency/embedder.h>
#include <competency/io.h>
#include <competency/matcher.h>
#include <competency/model.h>

#include "cli/console.h"
#include "cli/options.h"
#include "cli/vector_cache.h"

/**
 * What scores a candidate: the matcher, and the model once a skill without a vector needs it.
 * It is not to be moved after cli_engine_open(): its parts point at each other.
 */
typedef struct cli_engine {
    competency_run run;           // what results are to name; borrows from the engine
    bool is_run_new;              // `run` has changed since the caller last cleared this
    const char *model_directory;  // NULL: where the library looks
    const char *cache_choice;     // what --cache says; NULL: nothing
    competency_classic_config config;
    competency_matcher *matcher;
    competency_model *model;       // NULL: not needed so far
    competency_embedder embedder;  // runs the model
    cli_vector_cache cache;        // asks `embedder` once for each name
} cli_engine;

/** Read the configuration and make a matcher without a model. Complains. Close it in any case. */
cli_exit cli_engine_open(cli_engine *out, const cli_options *options,
                         const competency_record *role);

void cli_engine_close(cli_engine *engine);

/**
 * Match one candidate against the role. Opens the model the first time it is needed.
 *
 * @param[out] out  zeroed on failure; released by competency_match_destroy()
 * @param[out] err  filled for a candidate that cannot be matched
 * @return CLI_EXIT_OK; CLI_EXIT_PARTIAL if this candidate cannot be matched; any other ends the
 *         program, and was complained of
 */
cli_exit cli_engine_match(cli_engine *engine, competency_match *out,
                          const competency_record *candidate, competency_error *err);

#endif
