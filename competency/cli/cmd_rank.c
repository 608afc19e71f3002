// SPDX-License-Identifier: MIT
// competency rank: the best candidates first.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/ranking.h"
#include "cli/session.h"

// A line is a line that is printed.
// clang-format off
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
        "  --candidates FILE     JSONL, one candidate a line, or CSV, a row for each skill;\n"
        "                        any number of them\n"
        "  --input-format NAME   jsonl or csv; by default csv for a FILE that ends in .csv\n"
        "  DOCUMENT              JSON with \"role\" and \"candidates\"\n"
        "  --top N|all           keep the N best, 20 by default, with their explanation in JSON;\n"
        "                        all: a short line of each\n"
        "  --order-by NAME       score; must-haves: by those met, then score; weighted-score: by "
        "the\n"
        "                        mean of the requirements' scores in proportion to their weights\n"
        "  --require-must-haves  only candidates that meet every must-have\n"
        CLI_JOBS_USAGE
        "  --strategy NAME       default, conservative or aggressive\n"
        "  --scoring NAME        classic\n"
        "  --config FILE         JSON with parameters of the scoring model\n"
        "  --format NAME         table, json, jsonl or csv\n"
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

// What decides before the score.
static double key_of(const competency_summary *summary, cli_order order)
{
    switch (order) {
    case CLI_ORDER_SCORE: return 0;
    case CLI_ORDER_MUST_HAVES: return (double)summary->must_haves_met;
    case CLI_ORDER_WEIGHTED: return summary->weighted_score;
    }
    return 0;
}

static bool make_entry(cli_ranked *out, const cli_options *options, cli_candidate *candidate,
                       const competency_summary *summary)
{
    const competency_identity *const identity = &candidate->record->identity;
    bool is_done = true;
    *out = (cli_ranked){
        .key = key_of(summary, options->order),
        .summary = *summary,
        .number = candidate->number,
        .id = copy_text(identity->id, &is_done),
        .title = copy_text(identity->title, &is_done),
        .uri = copy_text(identity->uri, &is_done),
    };
    if (is_explained(options)) {
        out->candidate = candidate->record;
        out->document = candidate->owned;
        candidate->owned = NULL;
    }
    return is_done;
}

// The ranking, while candidates come in.
typedef struct rank_work {
    cli_session *session;
    cli_ranking *ranking;
} rank_work;

static cli_exit keep_candidate(void *self, cli_item *item, const char *text)
{
    (void)text;
    const rank_work *const work = self;
    const cli_options *const options = &work->session->options;
    const competency_summary *const summary = &item->summary;
    if (!cli_session_judge(work->session, item) ||
        (options->requires_must_haves && summary->must_haves_met < summary->must_haves) ||
        !cli_ranking_wants(work->ranking, key_of(summary, options->order), summary->score,
                           item->candidate.number)) {
        return CLI_EXIT_OK;
    }
    cli_ranked entry;
    if (!make_entry(&entry, options, &item->candidate, summary) ||
        !cli_ranking_add(work->ranking, &entry)) {
        cli_ranked_release(&entry);
        cli_complain("out of memory");
        return CLI_EXIT_NO_MEMORY;
    }
    return CLI_EXIT_OK;
}

// Only now are intervals and explanations made: for those that are shown.
static cli_exit write_entry(cli_session *session, cli_worker *worker, const cli_ranked *entry,
                            uint64_t rank)
{
    competency_result result = {
        .identity = {.id = entry->id, .title = entry->title, .uri = entry->uri},
        .number = entry->number,
        .rank = rank,
        .summary = entry->summary,
        .candidate = entry->candidate,
    };
    if (entry->candidate != NULL) {
        competency_error err = {0};
        bool needs_model = false;
        const cli_exit status = cli_worker_match(worker, &result.match, entry->candidate,
                                                 COMPETENCY_WITH_INTERVALS, &needs_model, &err);
        if (status != CLI_EXIT_OK) {
            cli_complain("%s", err.message);
            return status;
        }
    }
    competency_writer_result(session->writer, &result);
    return CLI_EXIT_OK;
}

static cli_exit write_ranking(cli_session *session, const cli_ranking *ranking)
{
    cli_worker worker = {.engine = &session->engine};
    cli_exit status = CLI_EXIT_OK;
    for (size_t i = 0; i < ranking->count && status == CLI_EXIT_OK; i++) {
        status = write_entry(session, &worker, &ranking->entries[i], i + 1);
    }
    cli_worker_release(&worker);
    return status;
}

static cli_exit run_rank(cli_session *session, cli_ranking *ranking)
{
    rank_work work = {.session = session, .ranking = ranking};
    const cli_stage stage = {.self = &work, .take = keep_candidate};
    cli_exit status = cli_session_start_writing(session, true);
    if (status == CLI_EXIT_OK) {
        status = cli_pipeline_run(&stage, &session->candidates, &session->engine,
                                  session->options.model.jobs);
    }
    if (status != CLI_EXIT_OK) {
        return status;
    }
    cli_ranking_finish(ranking);
    cli_session_say_run(session);
    status = write_ranking(session, ranking);
    return status != CLI_EXIT_OK ? status : cli_session_finish(session);
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
