// SPDX-License-Identifier: MIT
// A role or a candidate: its identity, its skills, their vectors.
#include "io/record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/number_text.h"

static competency_status read_identity(competency_identity *out, competency__json_reader *reader,
                                       const competency__json *object)
{
    *out = (competency_identity){0};
    competency_status status = competency__json_id(reader, object, &out->id);
    if (status == COMPETENCY_OK) {
        status = competency__json_text(reader, object, "title", &out->title);
    }
    if (status == COMPETENCY_OK) {
        status = competency__json_text(reader, object, "uri", &out->uri);
    }
    return status;
}

static competency_status read_component(float *out, competency__json_reader *reader,
                                        const competency__json *element, size_t index)
{
    double number = 0;
    const size_t mark = competency__json_enter_index(reader, index);
    competency_status status = competency__json_number(reader, element, &number);
    *out = (float)number;
    if (status == COMPETENCY_OK && !isfinite(*out)) {
        char text[COMPETENCY__NUMBER_TEXT_BYTES];
        (void)competency__number_text(text, number);
        status = competency__json_refuse(reader, COMPETENCY_EFORMAT,
                                         "%s is beyond the largest float, 3.4e38", text);
    }
    competency__json_leave(reader, mark);
    return status;
}

// Every vector of a document has the length of the first one.
static competency_status check_dimension(competency__json_reader *reader,
                                         const competency__json *array)
{
    if (!competency__json_is(array, COMPETENCY__JSON_ARRAY)) {
        return competency__json_mistyped(reader, array, "an array of numbers");
    }
    const size_t length = array->count;
    if (length == 0) {
        return competency__json_refuse(reader, COMPETENCY_EFORMAT, "has no numbers");
    }
    if (reader->dimension != 0 && length != reader->dimension) {
        return competency__json_refuse(reader, COMPETENCY_EFORMAT,
                                       "has %zu numbers, the ones before it have %zu", length,
                                       reader->dimension);
    }
    reader->dimension = length;
    return COMPETENCY_OK;
}

static competency_status read_components(competency_skill *skill, competency__json_reader *reader,
                                         const competency__json *array)
{
    competency_status status = check_dimension(reader, array);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const size_t length = array->count;
    float *const vector = competency__pool_take(reader->pool, length, sizeof(*vector));
    if (vector == NULL) {
        return competency__json_refuse(reader, COMPETENCY_ENOMEM, "out of memory");
    }
    const competency__json *element = competency__json_first(array);
    for (size_t i = 0; i < length && status == COMPETENCY_OK; i++) {
        status = read_component(&vector[i], reader, element, i);
        element = competency__json_next(element);
    }
    skill->embedding = vector;
    skill->embedding_size = length;
    return status;
}

static competency_status read_embedding(competency_skill *skill, competency__json_reader *reader,
                                        const competency__json *object)
{
    const competency__json *const array = competency__json_get(object, "embedding");
    if (array == NULL || competency__json_is(array, COMPETENCY__JSON_NULL)) {
        return COMPETENCY_OK;
    }
    const size_t mark = competency__json_enter(reader, "embedding");
    const competency_status status = read_components(skill, reader, array);
    competency__json_leave(reader, mark);
    return status;
}

static competency_status read_weight(competency_skill *skill, competency__json_reader *reader,
                                     const competency__json *object)
{
    skill->weight = 1;
    const competency__json *const value = competency__json_get(object, "weight");
    if (value == NULL) {
        return COMPETENCY_OK;
    }
    const size_t mark = competency__json_enter(reader, "weight");
    competency_status status = competency__json_number(reader, value, &skill->weight);
    if (status == COMPETENCY_OK && !(skill->weight > 0)) {
        char text[COMPETENCY__NUMBER_TEXT_BYTES];
        (void)competency__number_text(text, skill->weight);
        status = competency__json_refuse(reader, COMPETENCY_EFORMAT, "%s must be above 0", text);
    }
    competency__json_leave(reader, mark);
    return status;
}

static competency_status read_must_have(competency_skill *skill, competency__json_reader *reader,
                                        const competency__json *object)
{
    const competency__json *const value = competency__json_get(object, "must_have");
    skill->is_must_have = competency__json_is(value, COMPETENCY__JSON_TRUE);
    if (value != NULL && !skill->is_must_have &&
        !competency__json_is(value, COMPETENCY__JSON_FALSE)) {
        const size_t mark = competency__json_enter(reader, "must_have");
        const competency_status status = competency__json_mistyped(reader, value, "true or false");
        competency__json_leave(reader, mark);
        return status;
    }
    return COMPETENCY_OK;
}

static competency_status read_level(competency_skill *skill, competency__record_kind kind,
                                    competency__json_reader *reader, const competency__json *object,
                                    double max_level)
{
    competency_status status = competency__max_level_read(&max_level, reader, object);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const size_t mark = competency__json_enter(reader, "level");
    status = competency__level_read(&skill->level, reader, competency__json_get(object, "level"),
                                    max_level);
    if (status == COMPETENCY_OK && kind == COMPETENCY__RECORD_ROLE && !skill->level.is_disclosed) {
        status = competency__json_refuse(reader, COMPETENCY_EFORMAT,
                                         "is null: a requirement must state its level");
    }
    competency__json_leave(reader, mark);
    return status;
}

static competency_status read_name(competency_skill *skill, competency__json_reader *reader,
                                   const competency__json *object)
{
    const competency__json *const value = competency__json_get(object, "name");
    if (competency__json_is(value, COMPETENCY__JSON_STRING)) {
        return competency__json_text(reader, object, "name", &skill->name);
    }
    const size_t mark = competency__json_enter(reader, "name");
    const competency_status status = competency__json_mistyped(reader, value, "a string");
    competency__json_leave(reader, mark);
    return status;
}

static competency_status read_one_skill(competency_skill *skill, competency__record_kind kind,
                                        competency__json_reader *reader,
                                        const competency__json *object, double max_level)
{
    if (!competency__json_is(object, COMPETENCY__JSON_OBJECT)) {
        return competency__json_mistyped(reader, object, "an object with \"name\" and \"level\"");
    }
    competency_status status = read_name(skill, reader, object);
    if (status == COMPETENCY_OK) {
        status = read_level(skill, kind, reader, object, max_level);
    }
    if (status == COMPETENCY_OK) {
        status = read_embedding(skill, reader, object);
    }
    if (status == COMPETENCY_OK) {
        status = read_weight(skill, reader, object);
    }
    if (status == COMPETENCY_OK) {
        status = read_must_have(skill, reader, object);
    }
    return status;
}

static competency_status read_skills(competency_record *out, competency__record_kind kind,
                                     competency__json_reader *reader, const competency__json *array,
                                     double max_level)
{
    if (!competency__json_is(array, COMPETENCY__JSON_ARRAY)) {
        return competency__json_mistyped(reader, array, "an array of skills");
    }
    const size_t count = array->count;
    if (count == 0) {
        return competency__json_refuse(reader, COMPETENCY_EEMPTY, "has no skills");
    }
    competency_skill *const skills = competency__pool_take(reader->pool, count, sizeof(*skills));
    competency_identity *const identities =
        competency__pool_take(reader->pool, count, sizeof(*identities));
    if (skills == NULL || identities == NULL) {
        return competency__json_refuse(reader, COMPETENCY_ENOMEM, "out of memory");
    }
    const competency__json *object = competency__json_first(array);
    for (size_t i = 0; i < count; i++, object = competency__json_next(object)) {
        const size_t mark = competency__json_enter_index(reader, i);
        competency_status status = read_one_skill(&skills[i], kind, reader, object, max_level);
        if (status == COMPETENCY_OK) {
            status = read_identity(&identities[i], reader, object);
        }
        competency__json_leave(reader, mark);
        if (status != COMPETENCY_OK) {
            return status;
        }
        out->disclosed_count += skills[i].level.is_disclosed ? 1 : 0;
    }
    out->profile = (competency_profile){.skills = skills, .count = count};
    out->skills = identities;
    return COMPETENCY_OK;
}

competency_status competency__record_read(competency_record *out, competency__record_kind kind,
                                          competency__json_reader *reader,
                                          const competency__json *object, const char *list)
{
    *out = (competency_record){0};
    if (!competency__json_is(object, COMPETENCY__JSON_OBJECT)) {
        return competency__json_mistyped(reader, object, "an object with skills");
    }
    competency_status status = read_identity(&out->identity, reader, object);
    if (status == COMPETENCY_OK && out->identity.id != NULL) {
        (void)snprintf(reader->label, sizeof(reader->label),
                       "%s %.32s: ", kind == COMPETENCY__RECORD_ROLE ? "role" : "candidate",
                       out->identity.id);
    }
    double max_level = 0;
    if (status == COMPETENCY_OK) {
        status = competency__max_level_read(&max_level, reader, object);
    }
    if (status == COMPETENCY_OK) {
        const size_t mark = competency__json_enter(reader, list);
        status = read_skills(out, kind, reader, competency__json_get(object, list), max_level);
        competency__json_leave(reader, mark);
    }
    reader->label[0] = '\0';
    return status;
}
