// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_ENGINE_H
#define COMPETENCY_CLI_ENGINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <competency/embedder.h>
#include <competency/io.h>
#include <competency/matcher.h>
#include <competency/model.h>
#include <competency/scorer.h>

#include "cli/chosen_model.h"
#include "cli/console.h"
#include "cli/options.h"

/**
 * What scores candidates: the parameters, and the model once a skill without a vector needs it.
 * Threads share it. It is not to be moved after cli_engine_open(): its parts point at each other.
 */
typedef struct cli_engine {
    competency_run run;           // what results are to name without a model
    competency_run run_of_model;  // and with it; set when the model is opened
    cli_model_choice choice;      // of the model
    competency_classic_config config;
    competency_matcher *matcher;           // without a model
    competency_matcher *matcher_of_model;  // NULL: not needed so far
    pthread_mutex_t lock;                  // of what follows
    cli_chosen_model chosen;
    competency_embedder shared;  // asks the caches of `chosen`, one thread at a time
    cli_exit open_status;        // how opening the model ended
    competency_error open_error;
    bool is_opened;  // it was tried
} cli_engine;

/** One thread's part of the engine. */
typedef struct cli_worker {
    cli_engine *engine;
    competency_scorer *scorer;  // NULL: none so far
    bool has_model;             // the scorer can ask the model
} cli_worker;

/** Read the configuration and make a matcher without a model. Complains. Close it in any case. */
cli_exit cli_engine_open(cli_engine *out, const cli_options *options,
                         const competency_record *role);

void cli_engine_close(cli_engine *engine);

/** Open the model, unless it is open; safe from any thread. `err` says what is wrong. */
cli_exit cli_engine_need_model(cli_engine *engine, competency_error *err);

void cli_worker_release(cli_worker *worker);

/**
 * Match one candidate against the role. Opens the model the first time it is needed.
 *
 * @param[out] out          valid until the worker's next match; NULL on failure
 * @param      parts        COMPETENCY_WITH_...
 * @param[out] needs_model  this candidate, or the role, has skills without vectors
 * @param[out] err          filled on failure
 * @return CLI_EXIT_OK; CLI_EXIT_PARTIAL if this candidate cannot be matched; any other is to end
 *         the program
 */
cli_exit cli_worker_match(cli_worker *worker, const competency_match **out,
                          const competency_record *candidate, unsigned parts, bool *needs_model,
                          competency_error *err);

#endif
