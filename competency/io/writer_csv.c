// SPDX-License-Identifier: MIT
// Results as CSV (RFC 4180, lines that end in LF): of a ranking a row for each candidate, of a
// match a row for each requirement. A record that failed is a row with its error.
#include <string.h>

#include "io/writer.h"

// A text as a field; NULL is empty.
static void write_text(competency__output *output, const char *text)
{
    if (text == NULL) {
        return;
    }
    if (text[0] == '\0' || strpbrk(text, ",\"\r\n") == NULL) {
        competency__output_text(output, text);
        return;
    }
    competency__output_text(output, "\"");
    for (const char *quote = strchr(text, '"'); quote != NULL; quote = strchr(text, '"')) {
        competency__output_bytes(output, text, (size_t)(quote - text));
        competency__output_text(output, "\"\"");
        text = quote + 1;
    }
    competency__output_text(output, text);
    competency__output_text(output, "\"");
}

static void next_field(competency__output *output)
{
    competency__output_text(output, ",");
}

static void write_next_text(competency__output *output, const char *text)
{
    next_field(output);
    write_text(output, text);
}

static void write_next_number(competency__output *output, double value)
{
    next_field(output);
    competency__output_number(output, value);
}

static void write_next_count(competency__output *output, uint64_t value)
{
    next_field(output);
    competency__output_count(output, value);
}

static void write_head(competency_writer *writer)
{
    if (writer->written_count > 0) {
        return;
    }
    competency__output_text(
        &writer->output,
        writer->options.is_ranking
            ? "id,record,error,rank,score,must_haves_met,must_haves,evidence,met,partial,low,"
              "missing,title,uri\n"
            : "id,record,error,score,requirement,level,max_level,weight,must_have,status,"
              "requirement_score,lower,upper,contribution,similarity,skill,skill_level,"
              "skill_max_level\n");
}

static void write_start(competency__output *output, const char *id, uint64_t number,
                        const char *error)
{
    write_text(output, id);
    write_next_count(output, number);
    write_next_text(output, error);
}

static void write_ranked(competency__output *output, const competency_result *result)
{
    const competency_summary *const summary = &result->summary;
    write_start(output, result->identity.id, result->number, NULL);
    write_next_count(output, result->rank);
    write_next_number(output, summary->score);
    write_next_count(output, summary->must_haves_met);
    write_next_count(output, summary->must_haves);
    write_next_number(output, summary->evidence);
    for (size_t i = 0; i < COMPETENCY_REQUIREMENT_STATUS_COUNT; i++) {
        write_next_count(output, summary->statuses[i]);
    }
    write_next_text(output, result->identity.title);
    write_next_text(output, result->identity.uri);
    competency__output_text(output, "\n");
}

static void write_level(competency__output *output, const competency_level *level)
{
    write_next_number(output, level->value);
    write_next_number(output, level->max);
}

static void write_requirement(competency_writer *writer, const competency_result *result,
                              size_t index)
{
    competency__output *const output = &writer->output;
    const competency_record *const role = writer->run->role;
    const competency_skill *const required = &role->profile.skills[index];
    const competency_skill_score *const score = &result->match->scores[index];
    const competency_skill *const best = &result->candidate->profile.skills[score->best];
    write_start(output, result->identity.id, result->number, NULL);
    write_next_number(output, result->summary.score);
    write_next_text(output, required->name);
    write_level(output, &required->level);
    write_next_number(output, required->weight);
    write_next_text(output, required->is_must_have ? "true" : "false");
    write_next_text(output,
                    competency_requirement_status_name(competency_requirement_judge(
                        result->match, result->candidate, role, writer->run->config, index)));
    write_next_number(output, score->probability);
    write_next_number(output, score->interval.lower);
    write_next_number(output, score->interval.upper);
    write_next_number(output, competency__contribution(result->match, index));
    write_next_number(output, score->best_similarity);
    write_next_text(output, best->name);
    write_level(output, &best->level);
    competency__output_text(output, "\n");
}

static void write_result(competency_writer *writer, const competency_result *result)
{
    if (writer->options.is_ranking) {
        write_ranked(&writer->output, result);
        return;
    }
    for (size_t i = 0; i < result->match->required_count; i++) {
        write_requirement(writer, result, i);
    }
}

static void write_error(competency_writer *writer, const char *id, uint64_t number,
                        const char *message)
{
    competency__output *const output = &writer->output;
    write_start(output, id, number, message);
    const size_t rest = writer->options.is_ranking ? 11 : 15;
    for (size_t i = 0; i < rest; i++) {
        next_field(output);
    }
    competency__output_text(output, "\n");
}

const competency__writer_form competency__form_csv = {
    .before = write_head,
    .result = write_result,
    .error = write_error,
    .end = write_head,
};
