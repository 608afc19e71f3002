// SPDX-License-Identifier: MIT
// Results for people: a block of requirements for each candidate, or a ranking of one line each.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/number_text.h"
#include "io/writer.h"

enum {
    NAME_COLUMNS_MAX = 40,  // longer skill names are cut
    LEVEL_COLUMNS = 9,
    HASH_COLUMNS = 14,  // of the model's hash: 12 digits and ".."
};

typedef enum paint {
    PAINT_PLAIN = 0,
    PAINT_BOLD = 1,
    PAINT_GOOD = 2,
    PAINT_FAIR = 3,
    PAINT_POOR = 4,
    PAINT_FAINT = 5,
} paint;

static void set_paint(competency_writer *writer, paint colour)
{
    static const char *const codes[] = {
        [PAINT_PLAIN] = "\033[0m", [PAINT_BOLD] = "\033[1m",  [PAINT_GOOD] = "\033[32m",
        [PAINT_FAIR] = "\033[33m", [PAINT_POOR] = "\033[31m", [PAINT_FAINT] = "\033[2m",
    };
    if (writer->options.is_coloured) {
        competency__output_text(&writer->output, codes[colour]);
    }
}

static paint paint_of(competency_requirement_status status)
{
    switch (status) {
    case COMPETENCY_REQUIREMENT_MET: return PAINT_GOOD;
    case COMPETENCY_REQUIREMENT_PARTIAL: return PAINT_FAIR;
    case COMPETENCY_REQUIREMENT_LOW:
    case COMPETENCY_REQUIREMENT_MISSING: return PAINT_POOR;
    }
    return PAINT_PLAIN;
}

static void write_whole(competency__output *output, const char *text)
{
    competency__output_column(output, text, competency__display_columns(text));
}

// "C01", or "record 7" for a candidate without an id.
static void label_of(const competency_result *result, char *buffer, size_t cap, const char **out)
{
    *out = result->identity.id;
    if (*out == NULL) {
        (void)snprintf(buffer, cap, "record %llu", (unsigned long long)result->number);
        *out = buffer;
    }
}

static void write_level_column(competency__output *output, const competency_level *level)
{
    char text[2 * COMPETENCY__NUMBER_TEXT_BYTES];
    size_t length = competency__number_text(text, level->value);
    text[length++] = '/';
    (void)competency__number_text(text + length, level->max);
    competency__output_column(output, text, LEVEL_COLUMNS);
}

static void write_percent(competency__output *output, double share, size_t columns)
{
    char text[16];
    (void)snprintf(text, sizeof(text), "%lld %%", llround(share * 100));
    competency__output_right(output, text, columns);
}

static void write_count_column(competency__output *output, size_t value, size_t columns)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%zu", value);
    competency__output_right(output, text, columns);
}

// "2/3", or "-" for a role without must-haves.
static void write_must_haves(competency__output *output, const competency_summary *summary,
                             size_t columns)
{
    char text[48] = "-";
    if (summary->must_haves > 0) {
        (void)snprintf(text, sizeof(text), "%zu/%zu", summary->must_haves_met, summary->must_haves);
    }
    competency__output_right(output, text, columns);
}

static void write_role(competency_writer *writer)
{
    competency__output *const output = &writer->output;
    const competency_record *const role = writer->run->role;
    const competency_identity *const identity = &role->identity;
    set_paint(writer, PAINT_BOLD);
    competency__output_text(output, "Role");
    if (identity->title != NULL || identity->id != NULL) {
        competency__output_text(output, ": ");
        write_whole(output, identity->title != NULL ? identity->title : identity->id);
    }
    set_paint(writer, PAINT_PLAIN);
    if (identity->title != NULL && identity->id != NULL) {
        competency__output_text(output, " (");
        write_whole(output, identity->id);
        competency__output_text(output, ")");
    }
    competency__output_text(output, ", requirements: ");
    competency__output_count(output, role->profile.count);
    competency__output_text(output, "\n");
}

// A ranking: one line a candidate.

static void write_ranking_head(competency_writer *writer)
{
    competency__output *const output = &writer->output;
    competency__output_text(output, "\n");
    set_paint(writer, PAINT_BOLD);
    competency__output_text(
        output, "  rank  score  must-haves  met  partial  low  missing  evidence  candidate");
    set_paint(writer, PAINT_PLAIN);
    competency__output_text(output, "\n");
}

static void write_ranking_line(competency_writer *writer, const competency_result *result)
{
    competency__output *const output = &writer->output;
    const competency_summary *const summary = &result->summary;
    const char *label = NULL;
    char buffer[40];
    label_of(result, buffer, sizeof(buffer), &label);

    write_count_column(output, result->rank, 6);
    set_paint(writer, PAINT_BOLD);
    competency__output_fixed(output, summary->score, 7);
    set_paint(writer, PAINT_PLAIN);
    write_must_haves(output, summary, 12);
    write_count_column(output, summary->statuses[COMPETENCY_REQUIREMENT_MET], 5);
    write_count_column(output, summary->statuses[COMPETENCY_REQUIREMENT_PARTIAL], 9);
    write_count_column(output, summary->statuses[COMPETENCY_REQUIREMENT_LOW], 5);
    write_count_column(output, summary->statuses[COMPETENCY_REQUIREMENT_MISSING], 9);
    write_percent(output, summary->evidence, 10);
    competency__output_text(output, "  ");
    write_whole(output, label);
    if (result->identity.title != NULL) {
        competency__output_text(output, "  ");
        write_whole(output, result->identity.title);
    }
    competency__output_text(output, "\n");
}

// A match: one block a candidate.

static size_t widest_name(const competency_profile *profile, const char *head)
{
    size_t widest = strlen(head);
    for (size_t i = 0; i < profile->count; i++) {
        const size_t columns = competency__display_columns(profile->skills[i].name);
        widest = columns > widest ? columns : widest;
    }
    return widest < NAME_COLUMNS_MAX ? widest : NAME_COLUMNS_MAX;
}

static void write_block_head(competency_writer *writer, const competency_result *result)
{
    competency__output *const output = &writer->output;
    const competency_summary *const summary = &result->summary;
    const char *label = NULL;
    char buffer[40];
    label_of(result, buffer, sizeof(buffer), &label);

    competency__output_text(output, "\n");
    set_paint(writer, PAINT_BOLD);
    write_whole(output, label);
    competency__output_fixed(output, summary->score, 7);
    set_paint(writer, PAINT_PLAIN);
    if (result->identity.title != NULL) {
        competency__output_text(output, "  ");
        write_whole(output, result->identity.title);
    }
    competency__output_text(output, "\n  must-haves met ");
    write_must_haves(output, summary, 0);
    competency__output_text(output, ", evidence ");
    write_percent(output, summary->evidence, 0);
    competency__output_text(output, "\n\n");
}

static void write_requirement_head(competency_writer *writer, size_t required_columns,
                                   size_t best_columns)
{
    competency__output *const output = &writer->output;
    set_paint(writer, PAINT_FAINT);
    competency__output_text(output, "  ");
    competency__output_column(output, "requirement", required_columns);
    competency__output_text(output, "  ");
    competency__output_column(output, "level", LEVEL_COLUMNS);
    competency__output_text(output, "     ");
    competency__output_column(output, "closest skill", best_columns);
    competency__output_text(output, "  ");
    competency__output_column(output, "level", LEVEL_COLUMNS);
    competency__output_text(output, "  similar  score  interval     status");
    set_paint(writer, PAINT_PLAIN);
    competency__output_text(output, "\n");
}

static void write_requirement_line(competency_writer *writer, const competency_result *result,
                                   size_t index, size_t required_columns, size_t best_columns)
{
    competency__output *const output = &writer->output;
    const competency_record *const role = writer->run->role;
    const competency_skill *const required = &role->profile.skills[index];
    const competency_skill_score *const score = &result->match->scores[index];
    const competency_skill *const best = &result->candidate->profile.skills[score->best];
    const competency_requirement_status status = competency_requirement_judge(
        result->match, result->candidate, role, writer->run->config, index);

    competency__output_text(output, "  ");
    competency__output_column(output, required->name, required_columns);
    competency__output_text(output, "  ");
    write_level_column(output, &required->level);
    competency__output_text(output, required->is_must_have ? "  *  " : "     ");
    competency__output_column(output, best->name, best_columns);
    competency__output_text(output, "  ");
    write_level_column(output, &best->level);
    competency__output_fixed(output, score->best_similarity, 9);
    competency__output_fixed(output, score->probability, 7);
    competency__output_fixed(output, score->interval.lower, 7);
    competency__output_text(output, "-");
    competency__output_fixed(output, score->interval.upper, 0);
    competency__output_text(output, "  ");
    set_paint(writer, paint_of(status));
    competency__output_text(output, competency_requirement_status_name(status));
    set_paint(writer, PAINT_PLAIN);
    competency__output_text(output, "\n");
}

static void write_block(competency_writer *writer, const competency_result *result)
{
    const size_t required_columns = widest_name(&writer->run->role->profile, "requirement");
    const size_t best_columns = widest_name(&result->candidate->profile, "closest skill");
    write_block_head(writer, result);
    write_requirement_head(writer, required_columns, best_columns);
    for (size_t i = 0; i < result->match->required_count; i++) {
        write_requirement_line(writer, result, i, required_columns, best_columns);
    }
}

static void write_table_run(competency_writer *writer)
{
    if (writer->written_count > 0) {
        return;  // only the model changed, which the last lines of the table name
    }
    write_role(writer);
    if (writer->options.is_ranking) {
        write_ranking_head(writer);
    }
}

static void write_table_result(competency_writer *writer, const competency_result *result)
{
    if (writer->options.is_ranking) {
        write_ranking_line(writer, result);
    } else {
        write_block(writer, result);
    }
}

static void write_table_end(competency_writer *writer)
{
    competency__output *const output = &writer->output;
    const competency_run *const run = writer->run;
    competency__output_text(output, "\n");
    set_paint(writer, PAINT_FAINT);
    if (!writer->options.is_ranking) {
        competency__output_text(output, "* must-have. ");
    }
    competency__output_text(output, "Classic scoring, strategy ");
    competency__output_text(output, competency_strategy_name(run->strategy));
    if (run->model_name == NULL) {
        competency__output_text(output, ", the vectors of the input.");
    } else {
        competency__output_text(output, ", model ");
        write_whole(output, run->model_name);
        if (run->model_sha256 != NULL) {
            competency__output_text(output, " (SHA-256 ");
            competency__output_column(output, run->model_sha256, HASH_COLUMNS);
            competency__output_text(output, ")");
        }
        if (run->model_precision != NULL && strcmp(run->model_precision, "f32") != 0) {
            competency__output_text(output, " in ");
            competency__output_text(output, run->model_precision);
        }
        competency__output_text(output, ".");
    }
    set_paint(writer, PAINT_PLAIN);
    competency__output_text(output, "\n");
}

const competency__writer_form competency__form_table = {
    .run = write_table_run,
    .result = write_table_result,
    .end = write_table_end,
};
