// SPDX-License-Identifier: MIT
// competency rank: the best candidates first.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/ranking.h"
#include "cli/session.h"

static const cli_command_traits traits = {
    .name = "rank",
    .is_ranking = true,
    .usage =
        "usage: competency rank --role ROLE --candidates FILE|-\n"
        "       competency rank DOCUMENT|-\n"
        "\n"
        "Put the candidates in order, best first; equal scores keep the order of the input.\n"
        "\n"
        "  --role FILE           JSON with the \"skills\" that are required\n"
        "  --candidates FILE     JSONL, one candidate a line; any number of them\n"
        "  DOCUMENT              JSON with \"role\" and \"candidates\"\n"
        "  --top N|all           keep the N best, 20 by default, with their explanation in JSON;\n"
        "                        all: a short line of each\n"
        "  --strategy NAME       default, conservative or aggressive\n"
        "  --scoring NAME        classic\n"
        "  --config FILE         JSON with parameters of the scoring model\n"
        "  --format NAME         table, json or jsonl\n"
        "  --model DIR           the embedding model; not needed if every skill has a vector\n"
        "  --cache DIR           keep vectors there for later runs; default: where the user's "
        "caches\n"
        "                        are; none: not at all, whatever COMPETENCY_CACHE says\n"
        "\n"
        "Exit status: 0; 2 usage; 3 some records failed; 65 bad data; 66 no input; 69 no model;\n"
        "71 no memory; 74 input or output failed.\n",
};

// A copy of `text`, or NULL for NULL; *is_done becomes false if there is no memory.
static char *copy_text(const char *text, bool *is_done)
{
    if (text == NULL) {
        return NULL;
    }
    const size_t size = strlen(text) + 1;
    char *const copy = malloc(size);
    if (copy == NULL) {
        *is_done = false;
        return NULL;
    }
    memcpy(copy, text, size);
    return copy;
}

// The explanation is shown by the JSON formats, and for a chosen number of candidates only.
static bool is_explained(const cli_options *options)
{
    return options->format != COMPETENCY_FORMAT_TABLE && options->top != 0;
}

static bool make_entry(cli_ranked *out, const cli_options *options, cli_candidate *candidate,
                       competency_match *match, const competency_summary *summary)
{
    const competency_identity *const identity = &candidate->record->identity;
    bool is_done = true;
    *out = (cli_ranked){
        .summary = *summary,
        .number = candidate->number,
        .id = copy_text(identity->id, &is_done),
        .title = copy_text(identity->title, &is_done),
        .uri = copy_text(identity->uri, &is_done),
    };
    if (is_explained(options)) {
        out->candidate = candidate->record;
        out->document = candidate->owned;
        out->match = *match;
        candidate->owned = NULL;
        *match = (competency_match){0};
    }
    return is_done;
}

static cli_exit keep_match(cli_session *session, void *self, cli_candidate *candidate,
                           competency_match *match)
{
    cli_ranking *const ranking = self;
    if (!cli_ranking_wants(ranking, match->overall_score, candidate->number)) {
        return CLI_EXIT_OK;
    }
    const competency_run *const run = &session->engine.run;
    const competency_summary summary =
        competency_summarise(match, candidate->record, run->role, run->config);
    cli_ranked entry;
    if (!make_entry(&entry, &session->options, candidate, match, &summary) ||
        !cli_ranking_add(ranking, &entry)) {
        cli_ranked_release(&entry);
        cli_complain("out of memory");
        return CLI_EXIT_NO_MEMORY;
    }
    return CLI_EXIT_OK;
}

static void write_ranking(cli_session *session, const cli_ranking *ranking)
{
    for (size_t i = 0; i < ranking->count; i++) {
        const cli_ranked *const entry = &ranking->entries[i];
        const competency_result result = {
            .identity = {.id = entry->id, .title = entry->title, .uri = entry->uri},
            .number = entry->number,
            .rank = i + 1,
            .summary = entry->summary,
            .candidate = entry->candidate,
            .match = entry->candidate != NULL ? &entry->match : NULL,
        };
        competency_writer_result(session->writer, &result);
    }
}

static cli_exit run_rank(cli_session *session, cli_ranking *ranking)
{
    cli_exit status = cli_session_start_writing(session, true);
    if (status == CLI_EXIT_OK) {
        status = cli_session_run(session, keep_match, ranking);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    cli_ranking_finish(ranking);
    competency_writer_run(session->writer, &session->engine.run);
    write_ranking(session, ranking);
    return cli_session_finish(session);
}

int cli_cmd_rank(int argc, char **argv)
{
    cli_session session;
    cli_exit status = cli_session_open(&session, &traits, argc, argv);
    cli_ranking ranking = {.limit = session.options.top};
    if (session.options.is_help_wanted) {
        (void)fputs(traits.usage, stdout);
    } else if (status == CLI_EXIT_OK) {
        status = run_rank(&session, &ranking);
    }
    cli_ranking_release(&ranking);
    cli_session_close(&session);
    return (int)status;
}
