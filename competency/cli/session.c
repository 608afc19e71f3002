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

competency_writer_options cli_session_writer_options(const cli_session *session, bool is_ranking)
{
    competency_writer_options options = COMPETENCY_WRITER_OPTIONS_INIT;
    options.format = session->options.format;
    options.is_ranking = is_ranking;
    options.is_coloured = cli_is_coloured();
    return options;
}

cli_exit cli_session_start_writing(cli_session *session, bool is_ranking)
{
    const competency_writer_options options = cli_session_writer_options(session, is_ranking);
    const competency_sink sink = cli_stdout_sink(&session->write_error);
    const competency_status status = competency_writer_create(&session->writer, &sink, &options);
    if (status != COMPETENCY_OK) {
        cli_complain("%s", competency_status_text(status));
    }
    return cli_exit_of(status);
}

// A bad record is said on standard error, and in its place where the format has one.
static void report_bad_record(cli_session *session, const cli_item *item)
{
    const cli_candidate *const candidate = &item->candidate;
    session->failed_count++;
    // What a stream refuses names its own line; a match knows only the skills.
    if (candidate->record == NULL) {
        cli_complain("%s", item->err.message);
    } else if (candidate->id != NULL) {
        cli_complain("candidate %s: %s", candidate->id, item->err.message);
    } else {
        cli_complain("candidate %" PRIu64 ": %s", candidate->number, item->err.message);
    }
    competency_writer_error(session->writer, candidate->id, candidate->number, item->err.message);
}

bool cli_session_judge(cli_session *session, const cli_item *item)
{
    if (item->needs_model && !session->is_of_model) {
        session->is_of_model = true;
        session->is_run_said = false;
    }
    if (item->status != CLI_EXIT_OK) {
        report_bad_record(session, item);
    }
    return item->status == CLI_EXIT_OK;
}

void cli_session_say_run(cli_session *session)
{
    if (!session->is_run_said) {
        session->is_run_said = true;
        competency_writer_run(session->writer, session->is_of_model ? &session->engine.run_of_model
                                                                    : &session->engine.run);
    }
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
