// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_SESSION_H
#define COMPETENCY_CLI_SESSION_H

#include <competency/io.h>

#include "cli/candidates.h"
#include "cli/console.h"
#include "cli/engine.h"
#include "cli/options.h"
#include "cli/pipeline.h"

/** What match and rank have in common: candidates in, an engine, a writer to standard output. */
typedef struct cli_session {
    cli_options options;
    cli_candidates candidates;
    cli_engine engine;
    competency_writer *writer;  // NULL until cli_session_start_writing()
    bool is_run_said;           // the writer knows what produces the results
    bool is_of_model;           // a record so far needed the model
    int write_error;            // errno of a write that failed
    uint64_t failed_count;      // records that failed
} cli_session;

/** Parse the command line, open the inputs, make the engine. Close the session in any case. */
cli_exit cli_session_open(cli_session *out, const cli_command_traits *traits, int argc,
                          char **argv);

void cli_session_close(cli_session *session);

/** What the writer is to be. */
competency_writer_options cli_session_writer_options(const cli_session *session, bool is_ranking);

/** Make the writer. */
cli_exit cli_session_start_writing(cli_session *session, bool is_ranking);

/** Note what an item says about the run, and report it if it failed. @return whether it did not */
bool cli_session_judge(cli_session *session, const cli_item *item);

/** Tell the writer what produces the results, unless it knows. */
void cli_session_say_run(cli_session *session);

/** Write the end, and find the exit status. */
cli_exit cli_session_finish(cli_session *session);

#endif
