// SPDX-License-Identifier: MIT
// competency match: how well each candidate fits, explained, in input order.
#include <stdio.h>

#include "cli/commands.h"
#include "cli/session.h"

// A line is a line that is printed.
// clang-format off
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
        "  --candidates FILE     JSONL, one candidate a line, or CSV, a row for each skill;\n"
        "                        any number of them\n"
        "  --input-format NAME   jsonl or csv; by default csv for a FILE that ends in .csv\n"
        "  --require-must-haves  only candidates that meet every must-have\n"
        CLI_JOBS_USAGE
        "  --strategy NAME       default, conservative or aggressive\n"
        "  --scoring NAME        classic\n"
        "  --config FILE         JSON with parameters of the scoring model\n"
        "  --format NAME         table, json, jsonl, csv, or classic: the published package's\n"
        CLI_MODEL_USAGE
        "                        not needed if every skill has a vector\n"
        CLI_PRECISION_USAGE
        "  --cache DIR           keep vectors there for later runs; default: where the user's "
        "caches\n"
        "                        are; none: not at all, whatever COMPETENCY_CACHE says\n"
        "\n" CLI_PARAMETER_USAGE "\n"
        "Exit status: 0; 2 usage; 3 some records failed; 65 bad data; 66 no input; 69 no model;\n"
        "71 no memory; 74 input or output failed.\n",
};
// clang-format on

static cli_exit take_result(void *self, cli_item *item, const char *text)
{
    cli_session *const session = self;
    if (cli_session_judge(session, item)) {
        const bool is_wanted = !session->options.requires_must_haves ||
                               item->summary.must_haves_met == item->summary.must_haves;
        cli_session_say_run(session);
        if (is_wanted) {
            competency_writer_fragment(session->writer, text, item->text_size);
        }
    }
    // Output that nobody takes ends the work: there is no use in matching on.
    return competency_writer_status(session->writer) == COMPETENCY_OK ? CLI_EXIT_OK : CLI_EXIT_IO;
}

static cli_exit run_match(cli_session *session)
{
    cli_stage stage = {
        .self = session,
        .parts = COMPETENCY_WITH_INTERVALS,
        .is_written = true,
        .writer = cli_session_writer_options(session, false),
        .take = take_result,
    };
    stage.writer.is_fragment = true;
    if (session->options.format == COMPETENCY_FORMAT_CLASSIC) {
        stage.parts |= COMPETENCY_WITH_MATRICES;
    }
    cli_exit status = cli_session_start_writing(session, false);
    if (status == CLI_EXIT_OK) {
        status = cli_pipeline_run(&stage, &session->candidates, &session->engine,
                                  session->options.model.jobs);
    }
    if (status != CLI_EXIT_OK && competency_writer_status(session->writer) == COMPETENCY_OK) {
        return status;
    }
    cli_session_say_run(session);  // also if there is not one result
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
