// SPDX-License-Identifier: MIT
// The run over all candidates that match and rank share.
#include "cli/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

cli_exit cli_session_open(cli_session *out, const cli_command_traits *traits, int argc, char **argv)
{
    *out = (cli_session){.candidates = {.file = {.descriptor = -1}}};
    cli_exit status = cli_options_parse(&out->options, traits, argc, argv);
    if (status != CLI_EXIT_OK || out->options.is_help_wanted) {
        return status;
    }
    status = cli_candidates_open(&out->candidates, &out->options);
    return status != CLI_EXIT_OK
               ? status
               : cli_engine_open(&out->engine, &out->options, out->candidates.role);
}

void cli_session_close(cli_session *session)
{
    competency_writer_destroy(session->writer);
    cli_engine_close(&session->engine);
    cli_candidates_close(&session->candidates);
}

cli_exit cli_session_start_writing(cli_session *session, bool is_ranking)
{
    competency_writer_options options = COMPETENCY_WRITER_OPTIONS_INIT;
    options.format = session->options.format;
    options.is_ranking = is_ranking;
    options.is_coloured = cli_is_coloured();
    const competency_sink sink = cli_stdout_sink(&session->write_error);
    const competency_status status = competency_writer_create(&session->writer, &sink, &options);
    if (status != COMPETENCY_OK) {
        cli_complain("%s", competency_status_text(status));
    }
    return cli_exit_of(status);
}

// A bad record is said on standard error, and in its place where the format has one.
static void report_bad_record(cli_session *session, const cli_candidate *candidate,
                              const char *message)
{
    session->failed_count++;
    // What a stream refuses names its own line; a match knows only the skills.
    if (candidate->record == NULL) {
        cli_complain("%s", message);
    } else if (candidate->id != NULL) {
        cli_complain("candidate %s: %s", candidate->id, message);
    } else {
        cli_complain("candidate %" PRIu64 ": %s", candidate->number, message);
    }
    competency_writer_error(session->writer, candidate->id, candidate->number, message);
}

static cli_exit match_candidate(cli_session *session, cli_candidate *candidate, cli_take_match take,
                                void *self)
{
    competency_match match = {0};
    competency_error err = {0};
    cli_exit status = cli_engine_match(&session->engine, &match, candidate->record, &err);
    if (status == CLI_EXIT_OK) {
        status = take(session, self, candidate, &match);
    } else if (status == CLI_EXIT_PARTIAL) {
        report_bad_record(session, candidate, err.message);
        status = CLI_EXIT_OK;
    }
    competency_match_destroy(&match);
    return status;
}

cli_exit cli_session_run(cli_session *session, cli_take_match take, void *self)
{
    cli_progress progress;
    cli_progress_begin(&progress);
    cli_exit status = CLI_EXIT_OK;
    // Output that nobody takes ends the work: there is no use in matching on.
    for (uint64_t done = 1;
         status == CLI_EXIT_OK && competency_writer_status(session->writer) == COMPETENCY_OK;
         done++) {
        cli_candidate candidate;
        competency_error err = {0};
        status = cli_candidates_next(&session->candidates, &candidate, &err);
        if (status == CLI_EXIT_PARTIAL) {
            report_bad_record(session, &candidate, err.message);
            status = CLI_EXIT_OK;
        } else if (candidate.is_last) {
            break;
        } else if (status == CLI_EXIT_OK) {
            status = match_candidate(session, &candidate, take, self);
        }
        competency_document_destroy(candidate.owned);
        cli_progress_step(&progress, done);
    }
    cli_progress_end(&progress);
    return status;
}

cli_exit cli_session_finish(cli_session *session)
{
    const competency_status status = competency_writer_end(session->writer);
    if (status == COMPETENCY_EIO) {
        cli_complain("cannot write the results: %s",
                     strerror(session->write_error));  // NOLINT(concurrency-mt-unsafe)
        return CLI_EXIT_IO;
    }
    if (status != COMPETENCY_OK) {
        cli_complain("%s", competency_status_text(status));
        return cli_exit_of(status);
    }
    return session->failed_count > 0 ? CLI_EXIT_PARTIAL : CLI_EXIT_OK;
}
