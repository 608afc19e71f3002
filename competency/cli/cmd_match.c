// SPDX-License-Identifier: MIT
// competency match: how well each candidate fits, explained, in input order.
#include <stdio.h>

#include "cli/commands.h"
#include "cli/session.h"

static const cli_command_traits traits = {
    .name = "match",
    .usage =
        "usage: competency match DOCUMENT|-\n"
        "       competency match --role ROLE --candidate CANDIDATE\n"
        "       competency match --role ROLE --candidates FILE|-\n"
        "\n"
        "Say how well each candidate fits the role, requirement by requirement, in input order.\n"
        "\n"
        "  DOCUMENT              JSON with \"role\" and \"candidates\", or with \"requiredSkills\" "
        "and\n"
        "                        \"candidateSkills\"\n"
        "  --role FILE           JSON with the \"skills\" that are required\n"
        "  --candidate FILE      JSON with the \"skills\" of one candidate\n"
        "  --candidates FILE     JSONL, one candidate a line; any number of them\n"
        "  --strategy NAME       default, conservative or aggressive\n"
        "  --scoring NAME        classic\n"
        "  --config FILE         JSON with parameters of the scoring model\n"
        "  --format NAME         table, json, jsonl, or classic: the published package's result\n"
        "  --model DIR           the embedding model; not needed if every skill has a vector\n"
        "  --cache DIR           keep vectors there for later runs; default: where the user's "
        "caches\n"
        "                        are; none: not at all, whatever COMPETENCY_CACHE says\n"
        "\n"
        "Exit status: 0; 2 usage; 3 some records failed; 65 bad data; 66 no input; 69 no model;\n"
        "71 no memory; 74 input or output failed.\n",
};

static cli_exit write_match(cli_session *session, void *self, cli_candidate *candidate,
                            competency_match *match)
{
    (void)self;
    const cli_engine *const engine = &session->engine;
    if (engine->is_run_new) {
        competency_writer_run(session->writer, &engine->run);
        session->engine.is_run_new = false;
    }
    const competency_result result = {
        .identity = candidate->record->identity,
        .number = candidate->number,
        .summary =
            competency_summarise(match, candidate->record, engine->run.role, engine->run.config),
        .candidate = candidate->record,
        .match = match,
    };
    competency_writer_result(session->writer, &result);
    return CLI_EXIT_OK;
}

static cli_exit run_match(cli_session *session)
{
    cli_exit status = cli_session_start_writing(session, false);
    if (status == CLI_EXIT_OK) {
        status = cli_session_run(session, write_match, NULL);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    if (session->engine.is_run_new) {  // not one result: what was asked is still said
        competency_writer_run(session->writer, &session->engine.run);
    }
    return cli_session_finish(session);
}

int cli_cmd_match(int argc, char **argv)
{
    cli_session session;
    cli_exit status = cli_session_open(&session, &traits, argc, argv);
    if (session.options.is_help_wanted) {
        (void)fputs(traits.usage, stdout);
    } else if (status == CLI_EXIT_OK) {
        status = run_match(&session);
    }
    cli_session_close(&session);
    return (int)status;
}
