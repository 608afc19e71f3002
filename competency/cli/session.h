// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_SESSION_H
#define COMPETENCY_CLI_SESSION_H

#include <competency/io.h>

#include "cli/candidates.h"
#include "cli/console.h"
#include "cli/engine.h"
#include "cli/options.h"

/** What match and rank have in common: candidates in, an engine, a writer to standard output. */
typedef struct cli_session {
    cli_options options;
    cli_candidates candidates;
    cli_engine engine;
    competency_writer *writer;  // NULL until cli_session_start_writing()
    int write_error;            // errno of a write that failed
    uint64_t failed_count;      // records that failed
} cli_session;

/**
 * What is to be done with a candidate that was matched.
 *
 * @param[in,out] candidate  `owned` may be taken by setting it to NULL
 * @param[in,out] match      may be taken by zeroing it
 */
typedef cli_exit (*cli_take_match)(cli_session *session, void *self, cli_candidate *candidate,
                                   competency_match *match);

/** Parse the command line, open the inputs, make the engine. Close the session in any case. */
cli_exit cli_session_open(cli_session *out, const cli_command_traits *traits, int argc,
                          char **argv);

void cli_session_close(cli_session *session);

/** Make the writer. */
cli_exit cli_session_start_writing(cli_session *session, bool is_ranking);

/** Match every candidate and hand each result to `take`; report those that fail, and go on. */
cli_exit cli_session_run(cli_session *session, cli_take_match take, void *self);

/** Write the end, and find the exit status. */
cli_exit cli_session_finish(cli_session *session);

#endif
