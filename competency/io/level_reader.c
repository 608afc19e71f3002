// SPDX-License-Identifier: MIT
// The forms of a level.
#include <string.h>

#include "io/number_text.h"
#include "io/record.h"

static competency_status refuse_number(const competency__json_reader *reader, double value,
                                       const char *limit)
{
    char text[COMPETENCY__NUMBER_TEXT_BYTES];
    (void)competency__number_text(text, value);
    return competency__json_refuse(reader, COMPETENCY_EFORMAT, "%s is %s", text, limit);
}

static competency_status check_max(const competency__json_reader *reader, double max)
{
    return max > 0 ? COMPETENCY_OK : refuse_number(reader, max, "no maximum: it must be above 0");
}

static competency_status check_value(const competency__json_reader *reader, double value,
                                     double max)
{
    if (value < 0) {
        return refuse_number(reader, value, "below the minimum 0");
    }
    if (value > max) {
        char value_text[COMPETENCY__NUMBER_TEXT_BYTES];
        char max_text[COMPETENCY__NUMBER_TEXT_BYTES];
        (void)competency__number_text(value_text, value);
        (void)competency__number_text(max_text, max);
        return competency__json_refuse(reader, COMPETENCY_EFORMAT, "%s is above the maximum %s",
                                       value_text, max_text);
    }
    return COMPETENCY_OK;
}

static competency_status make_level(competency_level *out, const competency__json_reader *reader,
                                    double value, double max)
{
    const competency_status status = check_value(reader, value, max);
    if (status == COMPETENCY_OK) {
        *out = (competency_level){.value = value, .max = max, .is_disclosed = true};
    }
    return status;
}

competency_status competency__max_level_take(double *out, const competency__json_reader *reader,
                                             const competency__json *value)
{
    const competency_status status = competency__json_number(reader, value, out);
    return status == COMPETENCY_OK ? check_max(reader, *out) : status;
}

static competency_status read_max_member(double *out, competency__json_reader *reader,
                                         const competency__json *value, const char *key)
{
    const size_t mark = competency__json_enter(reader, key);
    const competency_status status = competency__max_level_take(out, reader, value);
    competency__json_leave(reader, mark);
    return status;
}

competency_status competency__max_level_read(double *out, competency__json_reader *reader,
                                             const competency__json *object)
{
    const competency__json *const value = competency__json_get(object, "max_level");
    return value == NULL ? COMPETENCY_OK : read_max_member(out, reader, value, "max_level");
}

// {"value": 4, "max": 5}; a value of null is not disclosed.
static competency_status read_pair(competency_level *out, competency__json_reader *reader,
                                   const competency__json *object)
{
    double max = 0;
    competency_status status =
        read_max_member(&max, reader, competency__json_get(object, "max"), "max");
    if (status != COMPETENCY_OK) {
        return status;
    }
    const competency__json *const number = competency__json_get(object, "value");
    const size_t mark = competency__json_enter(reader, "value");
    if (competency__json_is(number, COMPETENCY__JSON_NULL)) {
        *out = (competency_level){.max = max};
    } else {
        double value = 0;
        status = competency__json_number(reader, number, &value);
        if (status == COMPETENCY_OK) {
            status = make_level(out, reader, value, max);
        }
    }
    competency__json_leave(reader, mark);
    return status;
}

// "4/5"
static competency_status read_fraction(competency_level *out, const competency__json_reader *reader,
                                       const competency__json *string)
{
    const char *const text = string->value.string;
    const char *const slash = strchr(text, '/');
    double value = 0;
    double max = 0;
    if (slash == NULL || !competency__json_parse_number(&value, text, (size_t)(slash - text)) ||
        !competency__json_parse_number(&max, slash + 1, strlen(slash + 1))) {
        return competency__json_mistyped(reader, string, "a level such as \"4/5\"");
    }
    const competency_status status = check_max(reader, max);
    return status != COMPETENCY_OK ? status : make_level(out, reader, value, max);
}

static competency_status read_bare(competency_level *out, const competency__json_reader *reader,
                                   const competency__json *number, double max_level)
{
    if (max_level == 0) {
        return competency__json_refuse(
            reader, COMPETENCY_EFORMAT,
            "a bare number needs a \"max_level\" on the skill or around it");
    }
    return make_level(out, reader, competency__json_value(number), max_level);
}

competency_status competency__level_read(competency_level *out, competency__json_reader *reader,
                                         const competency__json *value, double max_level)
{
    *out = (competency_level){0};
    if (competency__json_is(value, COMPETENCY__JSON_NULL)) {
        return COMPETENCY_OK;
    }
    if (competency__json_is_number(value)) {
        return read_bare(out, reader, value, max_level);
    }
    if (competency__json_is(value, COMPETENCY__JSON_STRING)) {
        return read_fraction(out, reader, value);
    }
    if (competency__json_is(value, COMPETENCY__JSON_OBJECT)) {
        return read_pair(out, reader, value);
    }
    return competency__json_mistyped(
        reader, value,
        "{\"value\", \"max\"}, a number, \"4/5\", or null for a level not disclosed");
}
