// SPDX-License-Identifier: MIT
// competency gap: what a candidate lacks, by how much, and what comes closest.
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/session.h"

enum { CLOSEST_MAX = 3 };

// A line is a line that is printed.
// clang-format off
static const cli_command_traits traits = {
    .name = "gap",
    .is_gap = true,
    .usage =
        "usage: competency gap --role ROLE --candidate CANDIDATE\n"
        "       competency gap DOCUMENT|-\n"
        "\n"
        "Say which requirements a candidate does not meet, must-haves and the costliest first, "
        "how\n"
        "far the level falls short, and which of the candidate's skills come closest.\n"
        "\n"
        "  --role FILE           JSON with the \"skills\" that are required\n"
        "  --candidate FILE      JSON with the \"skills\" of one candidate\n"
        "  DOCUMENT              JSON with both; each candidate of it\n"
        "  --strategy NAME       default, conservative or aggressive\n"
        "  --scoring NAME        classic\n"
        "  --config FILE         JSON with parameters of the scoring model\n"
        "  --format NAME         table or json\n"
        CLI_MODEL_USAGE
        "                        not needed if every skill has a vector\n"
        CLI_PRECISION_USAGE
        "  --cache DIR           keep vectors there for later runs\n"
        "\n" CLI_PARAMETER_USAGE "\n"
        "Exit status: 0; 2 usage; 3 some records failed; 65 bad data; 66 no input; 69 no model;\n"
        "71 no memory; 74 input or output failed.\n",
};
// clang-format on

// One requirement that is not met.
typedef struct gap {
    size_t index;                 // of the requirement
    double cost;                  // what is missing of its score, by weight
    double shortfall;             // of the level of the closest skill, as a share of the scale
    size_t closest[CLOSEST_MAX];  // columns of the match, most similar first
    size_t closest_count;
    competency_requirement_status status;
    bool is_must_have;
} gap;

static int compare_gaps(const void *a, const void *b)
{
    const gap *const x = a;
    const gap *const y = b;
    if (x->is_must_have != y->is_must_have) {
        return x->is_must_have ? -1 : 1;
    }
    if (x->cost != y->cost) {
        return x->cost > y->cost ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

// The most similar columns of a row, the earlier one of equals first.
static void find_closest(gap *out, const competency_match *match)
{
    const double *const row = match->similarities + out->index * match->candidate_count;
    for (size_t j = 0; j < match->candidate_count; j++) {
        size_t at = out->closest_count;
        while (at > 0 && row[out->closest[at - 1]] < row[j]) {
            at--;
        }
        if (at == CLOSEST_MAX) {
            continue;
        }
        out->closest_count += out->closest_count < CLOSEST_MAX ? 1 : 0;
        for (size_t k = out->closest_count - 1; k > at; k--) {
            out->closest[k] = out->closest[k - 1];
        }
        out->closest[at] = j;
    }
}

static size_t find_gaps(gap *out, const competency_match *match, const competency_record *candidate,
                        const competency_run *run)
{
    size_t count = 0;
    for (size_t i = 0; i < match->required_count; i++) {
        const competency_skill *const need = &run->role->profile.skills[i];
        const competency_skill_score *const score = &match->scores[i];
        const competency_skill *const best = &candidate->profile.skills[score->best];
        const competency_requirement_status status =
            competency_requirement_judge(match, candidate, run->role, run->config, i);
        if (status == COMPETENCY_REQUIREMENT_MET) {
            continue;
        }
        gap *const it = &out[count++];
        *it = (gap){
            .index = i,
            .cost = need->weight * (1 - score->probability),
            .shortfall = fmax(0, competency_level_ratio(&need->level) -
                                     competency_level_ratio(&best->level)),
            .status = status,
            .is_must_have = need->is_must_have,
        };
        find_closest(it, match);
    }
    qsort(out, count, sizeof(*out), compare_gaps);
    return count;
}

// A text for people: control characters would move the cursor.
static void print_text(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        const unsigned char c = (unsigned char)*at;
        (void)putchar(c < 0x20 || c == 0x7F ? '?' : c);
    }
}

static void print_gap(const gap *it, const competency_match *match,
                      const competency_record *candidate, const competency_run *run)
{
    const competency_skill *const need = &run->role->profile.skills[it->index];
    (void)fputs("  ", stdout);
    print_text(need->name);
    (void)printf(" %g/%g%s: %s, score %.3f", need->level.value, need->level.max,
                 it->is_must_have ? " *" : "", competency_requirement_status_name(it->status),
                 match->scores[it->index].probability);
    if (it->shortfall > 0) {
        (void)printf(", level short by %.0f %% of the scale", it->shortfall * 100);
    }
    (void)putchar('\n');
    for (size_t k = 0; k < it->closest_count; k++) {
        const size_t column = it->closest[k];
        const competency_skill *const skill = &candidate->profile.skills[match->columns[column]];
        (void)printf("    %6.3f  %g/%g  ",
                     match->similarities[it->index * match->candidate_count + column],
                     skill->level.value, skill->level.max);
        print_text(skill->name);
        (void)putchar('\n');
    }
}

static void print_table(const gap *gaps, size_t count, const competency_match *match,
                        const competency_record *candidate, const competency_run *run)
{
    if (candidate->identity.id != NULL) {
        print_text(candidate->identity.id);
        (void)fputs(": ", stdout);
    }
    (void)printf("score %.3f, %zu of %zu requirements not met\n\n", match->overall_score, count,
                 match->required_count);
    for (size_t i = 0; i < count; i++) {
        print_gap(&gaps[i], match, candidate, run);
    }
    (void)printf("%s* must-have; below each requirement the closest skills: similarity, level\n\n",
                 count == 0 ? "" : "\n");
}

static json_t *level_json(const competency_level *level)
{
    return json_pack("{s:f, s:f}", "value", level->value, "max", level->max);
}

static json_t *gap_json(const gap *it, const competency_match *match,
                        const competency_record *candidate, const competency_run *run)
{
    const competency_skill *const need = &run->role->profile.skills[it->index];
    json_t *const closest = json_array();
    for (size_t k = 0; k < it->closest_count; k++) {
        const size_t column = it->closest[k];
        const competency_skill *const skill = &candidate->profile.skills[match->columns[column]];
        (void)json_array_append_new(
            closest, json_pack("{s:s, s:o, s:f}", "name", skill->name, "level",
                               level_json(&skill->level), "similarity",
                               match->similarities[it->index * match->candidate_count + column]));
    }
    return json_pack("{s:s, s:o, s:f, s:b, s:s, s:f, s:f, s:o}", "name", need->name, "level",
                     level_json(&need->level), "weight", need->weight, "must_have",
                     it->is_must_have, "status", competency_requirement_status_name(it->status),
                     "score", match->scores[it->index].probability, "shortfall", it->shortfall,
                     "closest", closest);
}

static cli_exit print_json(const gap *gaps, size_t count, const competency_match *match,
                           const competency_record *candidate, const competency_run *run)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, gap_json(&gaps[i], match, candidate, run));
    }
    json_t *const model = run->model_name == NULL
                              ? json_null()
                              : json_pack("{s:s, s:s, s:s}", "name", run->model_name, "sha256",
                                          run->model_sha256, "precision", run->model_precision);
    json_t *const root = json_pack(
        "{s:s?, s:f, s:i, s:o, s:{s:s, s:s}, s:o}", "id", candidate->identity.id, "score",
        match->overall_score, "requirements", (int)match->required_count, "gaps", list, "scoring",
        "model", "classic", "strategy", competency_strategy_name(run->strategy), "model", model);
    const bool is_done = root != NULL && json_dumpf(root, stdout, JSON_COMPACT) == 0;
    (void)putchar('\n');
    json_decref(root);
    return is_done ? CLI_EXIT_OK : CLI_EXIT_NO_MEMORY;
}

static cli_exit show_gaps(cli_session *session, cli_worker *worker,
                          const competency_record *candidate)
{
    const competency_match *match = NULL;
    bool needs_model = false;
    competency_error err = {0};
    const cli_exit status =
        cli_worker_match(worker, &match, candidate, COMPETENCY_WITH_MATRICES, &needs_model, &err);
    if (status != CLI_EXIT_OK) {
        cli_complain("candidate %s: %s",
                     candidate->identity.id != NULL ? candidate->identity.id : "", err.message);
        return status;
    }
    const competency_run *const run =
        needs_model ? &session->engine.run_of_model : &session->engine.run;
    gap *const gaps = calloc(match->required_count, sizeof(*gaps));
    if (gaps == NULL) {
        cli_complain("out of memory");
        return CLI_EXIT_NO_MEMORY;
    }
    const size_t count = find_gaps(gaps, match, candidate, run);
    cli_exit shown = CLI_EXIT_OK;
    if (session->options.format == COMPETENCY_FORMAT_JSON) {
        shown = print_json(gaps, count, match, candidate, run);
    } else {
        print_table(gaps, count, match, candidate, run);
    }
    free(gaps);
    return shown;
}

static cli_exit run_gap(cli_session *session)
{
    cli_worker worker = {.engine = &session->engine};
    cli_exit status = CLI_EXIT_OK;
    bool has_failed = false;
    while (status == CLI_EXIT_OK) {
        cli_candidate candidate;
        competency_error err = {0};
        status = cli_candidates_next(&session->candidates, &candidate, &err);
        if (status != CLI_EXIT_OK || candidate.is_last) {
            break;
        }
        status = show_gaps(session, &worker, candidate.record);
        has_failed = has_failed || status == CLI_EXIT_PARTIAL;
        status = status == CLI_EXIT_PARTIAL ? CLI_EXIT_OK : status;
        competency_document_destroy(candidate.owned);
    }
    cli_worker_release(&worker);
    return status == CLI_EXIT_OK && has_failed ? CLI_EXIT_PARTIAL : status;
}

int cli_cmd_gap(int argc, char **argv)
{
    cli_session session;
    cli_exit status = cli_session_open(&session, &traits, argc, argv);
    if (session.options.is_help_wanted) {
        (void)fputs(traits.usage, stdout);
    } else if (status == CLI_EXIT_OK) {
        status = run_gap(&session);
    }
    cli_session_close(&session);
    return (int)status;
}
