// SPDX-License-Identifier: MIT
// The result of the published package (R113-R116): one JSON object a candidate, one a line.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/writer.h"

// Both maps are keyed by name: of skills with the same name the last one counts (R99). It stands
// where the first one stood, as in any map that keeps the order of insertion.
typedef struct named_index {
    const char *name;
    size_t index;
} named_index;

static int compare_names(const void *a, const void *b)
{
    const named_index *const x = a;
    const named_index *const y = b;
    const int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

/** Of one side: for the first skill of each name the place of the last one, for others SIZE_MAX. */
typedef struct key_map {
    const competency_allocator *memory;  // borrowed
    named_index *sorted;                 // (count)
    size_t *last;                        // (count)
    size_t count;
} key_map;

static void release_keys(key_map *keys)
{
    competency__release(keys->memory, keys->sorted);
    competency__release(keys->memory, keys->last);
    *keys = (key_map){0};
}

// `columns` says which skill of the profile each key is; NULL: key i is skill i.
static bool make_keys(key_map *keys, const competency_allocator *memory,
                      const competency_profile *profile, const size_t *columns, size_t count)
{
    // The arrays of the profile are larger than these: the products do not overflow.
    *keys = (key_map){.memory = memory,
                      .sorted = competency__allocate(memory, (count + 1) * sizeof(*keys->sorted)),
                      .last = competency__allocate(memory, (count + 1) * sizeof(*keys->last)),
                      .count = count};
    if (keys->sorted == NULL || keys->last == NULL) {
        release_keys(keys);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t skill = columns == NULL ? i : columns[i];
        keys->sorted[i] = (named_index){.name = profile->skills[skill].name, .index = i};
    }
    qsort(keys->sorted, count, sizeof(*keys->sorted), compare_names);
    for (size_t begin = 0, end = 0; begin < count; begin = end) {
        for (end = begin;
             end < count && strcmp(keys->sorted[end].name, keys->sorted[begin].name) == 0; end++) {
            keys->last[keys->sorted[end].index] = SIZE_MAX;
        }
        keys->last[keys->sorted[begin].index] = keys->sorted[end - 1].index;
    }
    return true;
}

static void write_row(competency__output *output, const key_map *candidate,
                      const competency_match *match, const competency_profile *profile,
                      const double *row)
{
    const char *separator = "{";
    for (size_t j = 0; j < candidate->count; j++) {
        if (candidate->last[j] == SIZE_MAX) {
            continue;
        }
        competency__output_text(output, separator);
        competency__output_json_text(output, profile->skills[match->columns[j]].name);
        competency__output_text(output, ":");
        competency__output_number(output, row[candidate->last[j]]);
        separator = ",";
    }
    competency__output_text(output, "}");
}

static void write_map(competency_writer *writer, const competency_result *result,
                      const key_map keys[2], const double *matrix)
{
    competency__output *const output = &writer->output;
    const competency_profile *const required = &writer->run->role->profile;
    const competency_match *const match = result->match;
    const char *separator = "{";
    for (size_t i = 0; i < match->required_count; i++) {
        if (keys[0].last[i] == SIZE_MAX) {
            continue;
        }
        competency__output_text(output, separator);
        competency__output_json_text(output, required->skills[i].name);
        competency__output_text(output, ":");
        write_row(output, &keys[1], match, &result->candidate->profile,
                  matrix + keys[0].last[i] * match->candidate_count);
        separator = ",";
    }
    competency__output_text(output, "}");
}

static void write_skill_score(competency__output *output, const char *name,
                              const competency_skill_score *score)
{
    competency__output_text(output, "{\"skill_name\":");
    competency__output_json_text(output, name);
    competency__output_text(output, ",\"probability\":");
    competency__output_number(output, score->probability);
    competency__output_text(output, ",\"confidence_interval\":{\"lower\":");
    competency__output_number(output, score->interval.lower);
    competency__output_text(output, ",\"upper\":");
    competency__output_number(output, score->interval.upper);
    competency__output_text(output, "},\"mean\":");
    competency__output_number(output, score->mean);
    competency__output_text(output, ",\"variance\":");
    competency__output_number(output, score->variance);
    competency__output_text(output, "}");
}

static void write_classic_object(competency_writer *writer, const competency_result *result,
                                 const key_map keys[2])
{
    competency__output *const output = &writer->output;
    const competency_match *const match = result->match;
    competency__output_text(output, "{\"overall_score\":");
    competency__output_number(output, match->overall_score);
    competency__output_text(output, ",\"skill_scores\":[");
    for (size_t i = 0; i < match->required_count; i++) {
        competency__output_text(output, i == 0 ? "" : ",");
        write_skill_score(output, writer->run->role->profile.skills[i].name, &match->scores[i]);
    }
    competency__output_text(output, "],\"skill_similarities\":");
    write_map(writer, result, keys, match->similarities);
    competency__output_text(output, ",\"pairwise_scores\":");
    write_map(writer, result, keys, match->pairwise);
    competency__output_text(output, "}\n");
}

static void write_classic_result(competency_writer *writer, const competency_result *result)
{
    const competency_match *const match = result->match;
    key_map keys[2] = {{0}};
    if (make_keys(&keys[0], &writer->memory, &writer->run->role->profile, NULL,
                  match->required_count) &&
        make_keys(&keys[1], &writer->memory, &result->candidate->profile, match->columns,
                  match->candidate_count)) {
        write_classic_object(writer, result, keys);
        release_keys(&keys[1]);
    } else if (writer->output.status == COMPETENCY_OK) {
        writer->output.status = COMPETENCY_ENOMEM;
    }
    release_keys(&keys[0]);
}

const competency__writer_form competency__form_classic = {.result = write_classic_result};
