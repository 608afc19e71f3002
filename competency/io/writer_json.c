// SPDX-License-Identifier: MIT
// Results as JSON and JSONL: docs/format/results.md. Keys have a fixed order.
#include "io/config_fields.h"
#include "io/writer.h"

#include <string.h>

enum { RESULTS_VERSION = 1 };  // of the shape described in docs/format/results.md

static void write_key(competency__output *output, const char *key)
{
    competency__output_text(output, ",\"");
    competency__output_text(output, key);
    competency__output_text(output, "\":");
}

static void write_number_member(competency__output *output, const char *key, double value)
{
    write_key(output, key);
    competency__output_number(output, value);
}

static void write_count_member(competency__output *output, const char *key, uint64_t value)
{
    write_key(output, key);
    competency__output_count(output, value);
}

static void write_text_member(competency__output *output, const char *key, const char *text)
{
    write_key(output, key);
    competency__output_json_text(output, text);
}

static void write_given_text(competency__output *output, const char *key, const char *text)
{
    if (text != NULL) {
        write_text_member(output, key, text);
    }
}

static void write_level(competency__output *output, const competency_level *level)
{
    competency__output_text(output, "{\"value\":");
    competency__output_number(output, level->value);
    write_number_member(output, "max", level->max);
    competency__output_text(output, "}");
}

static void write_config(competency__output *output, const competency_classic_config *config)
{
    const char *group = NULL;
    for (size_t i = 0; i < competency__config_field_count; i++) {
        const competency__config_field *const field = &competency__config_fields[i];
        double value = 0;
        memcpy(&value, (const char *)config + field->offset, sizeof(value));
        if (group == NULL || strcmp(group, field->group) != 0) {
            competency__output_text(output, group == NULL ? "" : "}");
            group = field->group;
            write_key(output, group);
            competency__output_text(output, "{\"");
        } else {
            competency__output_text(output, ",\"");
        }
        competency__output_text(output, field->name);
        competency__output_text(output, "\":");
        competency__output_number(output, value);
    }
    competency__output_text(output, "}");
}

static void write_run_object(competency__output *output, const competency_run *run)
{
    const competency_identity *const role = &run->role->identity;
    competency__output_text(output, "{\"version\":");
    competency__output_count(output, RESULTS_VERSION);
    write_key(output, "role");
    competency__output_text(output, "{\"id\":");
    competency__output_json_text(output, role->id);
    write_given_text(output, "title", role->title);
    write_given_text(output, "uri", role->uri);
    write_count_member(output, "skills", run->role->profile.count);
    competency__output_text(output, "}");

    write_key(output, "scoring");
    competency__output_text(output, "{\"model\":\"classic\"");
    write_text_member(output, "strategy", competency_strategy_name(run->strategy));
    write_config(output, run->config);
    competency__output_text(output, "}");

    write_key(output, "model");
    if (run->model_name == NULL) {
        competency__output_text(output, "null}");
        return;
    }
    competency__output_text(output, "{\"name\":");
    competency__output_json_text(output, run->model_name);
    write_text_member(output, "sha256", run->model_sha256);
    write_text_member(output, "precision", run->model_precision);
    competency__output_text(output, "}}");
}

static void write_best(competency__output *output, const competency_record *candidate, size_t index)
{
    const competency_skill *const skill = &candidate->profile.skills[index];
    competency__output_text(output, "{\"name\":");
    competency__output_json_text(output, skill->name);
    write_given_text(output, "id", candidate->skills[index].id);
    write_given_text(output, "uri", candidate->skills[index].uri);
    write_key(output, "level");
    write_level(output, &skill->level);
    competency__output_text(output, "}");
}

static void write_requirement(competency_writer *writer, const competency_result *result,
                              size_t index)
{
    competency__output *const output = &writer->output;
    const competency_record *const role = writer->run->role;
    const competency_skill *const required = &role->profile.skills[index];
    const competency_skill_score *const score = &result->match->scores[index];
    const competency_requirement_status status = competency_requirement_judge(
        result->match, result->candidate, role, writer->run->config, index);

    competency__output_text(output, "{\"name\":");
    competency__output_json_text(output, required->name);
    write_given_text(output, "id", role->skills[index].id);
    write_given_text(output, "uri", role->skills[index].uri);
    write_key(output, "level");
    write_level(output, &required->level);
    write_number_member(output, "weight", required->weight);
    write_key(output, "must_have");
    competency__output_text(output, required->is_must_have ? "true" : "false");
    write_text_member(output, "status", competency_requirement_status_name(status));
    write_number_member(output, "score", score->probability);
    write_key(output, "interval");
    competency__output_text(output, "{\"lower\":");
    competency__output_number(output, score->interval.lower);
    write_number_member(output, "upper", score->interval.upper);
    competency__output_text(output, "}");
    write_number_member(output, "contribution", competency__contribution(result->match, index));
    write_number_member(output, "similarity", score->best_similarity);
    write_key(output, "best");
    write_best(output, result->candidate, score->best);
    competency__output_text(output, "}");
}

static void write_summary(competency__output *output, const competency_summary *summary)
{
    write_number_member(output, "score", summary->score);
    write_number_member(output, "weighted_score", summary->weighted_score);
    write_key(output, "must_haves");
    competency__output_text(output, "{\"met\":");
    competency__output_count(output, summary->must_haves_met);
    write_count_member(output, "of", summary->must_haves);
    competency__output_text(output, "}");
    write_number_member(output, "evidence", summary->evidence);
    write_key(output, "requirements");
    for (int i = 0; i < COMPETENCY_REQUIREMENT_STATUS_COUNT; i++) {
        competency__output_text(output, i == 0 ? "{\"" : ",\"");
        competency__output_text(
            output, competency_requirement_status_name((competency_requirement_status)i));
        competency__output_text(output, "\":");
        competency__output_count(output, summary->statuses[i]);
    }
    competency__output_text(output, "}");
}

static void write_result_object(competency_writer *writer, const competency_result *result)
{
    competency__output *const output = &writer->output;
    competency__output_text(output, "{\"id\":");
    competency__output_json_text(output, result->identity.id);
    write_count_member(output, "record", result->number);
    write_given_text(output, "title", result->identity.title);
    write_given_text(output, "uri", result->identity.uri);
    if (result->rank > 0) {
        write_count_member(output, "rank", result->rank);
    }
    write_summary(output, &result->summary);
    if (result->match != NULL) {
        write_key(output, "skills");
        for (size_t i = 0; i < result->match->required_count; i++) {
            competency__output_text(output, i == 0 ? "[" : ",");
            write_requirement(writer, result, i);
        }
        competency__output_text(output, "]");
    }
    competency__output_text(output, "}");
}

static void write_error_object(competency__output *output, const char *id, uint64_t number,
                               const char *message)
{
    competency__output_text(output, "{\"id\":");
    competency__output_json_text(output, id);
    write_count_member(output, "record", number);
    write_text_member(output, "error", message);
    competency__output_text(output, "}");
}

// JSONL: the run, then one line for each candidate.

static void write_run_line(competency_writer *writer)
{
    competency__output_text(&writer->output, "{\"run\":");
    write_run_object(&writer->output, writer->run);
    competency__output_text(&writer->output, "}\n");
}

static void write_result_line(competency_writer *writer, const competency_result *result)
{
    write_result_object(writer, result);
    competency__output_text(&writer->output, "\n");
}

static void write_error_line(competency_writer *writer, const char *id, uint64_t number,
                             const char *message)
{
    write_error_object(&writer->output, id, number, message);
    competency__output_text(&writer->output, "\n");
}

const competency__writer_form competency__form_jsonl = {
    .run = write_run_line,
    .result = write_result_line,
    .error = write_error_line,
};

// JSON: the run comes last, because only then is it known whether a model was needed.

static void write_separator(competency_writer *writer)
{
    competency__output_text(&writer->output,
                            writer->written_count == 0 ? "{\"results\":[\n" : ",\n");
}

static void write_error_element(competency_writer *writer, const char *id, uint64_t number,
                                const char *message)
{
    write_error_object(&writer->output, id, number, message);
}

static void write_document_end(competency_writer *writer)
{
    competency__output_text(&writer->output, writer->written_count == 0
                                                 ? "{\"results\":[],\n\"run\":"
                                                 : "],\n\"run\":");
    write_run_object(&writer->output, writer->run);
    competency__output_text(&writer->output, "}\n");
}

const competency__writer_form competency__form_json = {
    .before = write_separator,
    .result = write_result_object,
    .error = write_error_element,
    .end = write_document_end,
};
