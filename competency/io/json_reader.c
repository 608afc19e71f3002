// SPDX-License-Identifier: MIT
#include "io/json_reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "io/number_text.h"

competency_status competency__json_load(json_t **out, const char *text, size_t size, bool is_line,
                                        competency_error *err)
{
    json_error_t why;
    *out = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    if (*out != NULL) {
        return COMPETENCY_OK;
    }
    if (json_error_code(&why) == json_error_out_of_memory) {
        return competency__fail(err, COMPETENCY_ENOMEM, "out of memory");
    }
    if (is_line) {
        return competency__fail(err, COMPETENCY_EFORMAT, "not JSON: %s (column %d)", why.text,
                                why.column);
    }
    return competency__fail(err, COMPETENCY_EFORMAT, "not JSON: %s (line %d, column %d)", why.text,
                            why.line, why.column);
}

size_t competency__json_enter(competency__json_reader *reader, const char *key)
{
    const size_t mark = strlen(reader->pointer);
    (void)snprintf(reader->pointer + mark, sizeof(reader->pointer) - mark, "/%s", key);
    return mark;
}

size_t competency__json_enter_index(competency__json_reader *reader, size_t index)
{
    const size_t mark = strlen(reader->pointer);
    (void)snprintf(reader->pointer + mark, sizeof(reader->pointer) - mark, "/%zu", index);
    return mark;
}

void competency__json_leave(competency__json_reader *reader, size_t mark)
{
    reader->pointer[mark] = '\0';
}

competency_status competency__json_refuse(const competency__json_reader *reader,
                                          competency_status status, const char *format, ...)
{
    char reason[COMPETENCY_ERROR_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);

    const char *const separator = reader->pointer[0] == '\0' ? "" : ": ";
    return competency__fail(reader->err, status, "%s%s%s%s", reader->label, reader->pointer,
                            separator, reason);
}

// What a value is, for a message: its type, and itself where that is short.
static void describe(const json_t *value, char *out, size_t cap)
{
    char number[COMPETENCY__NUMBER_TEXT_BYTES];
    if (value == NULL) {
        (void)snprintf(out, cap, "missing");
    } else if (json_is_string(value)) {
        (void)snprintf(out, cap, "the string \"%.40s\"", json_string_value(value));
    } else if (json_is_number(value)) {
        (void)competency__number_text(number, json_number_value(value));
        (void)snprintf(out, cap, "the number %s", number);
    } else if (json_is_boolean(value)) {
        (void)snprintf(out, cap, "%s", json_is_true(value) ? "true" : "false");
    } else if (json_is_null(value)) {
        (void)snprintf(out, cap, "null");
    } else {
        (void)snprintf(out, cap, "%s", json_is_array(value) ? "an array" : "an object");
    }
}

competency_status competency__json_mistyped(const competency__json_reader *reader,
                                            const json_t *value, const char *expected)
{
    char found[80];
    describe(value, found, sizeof(found));
    return competency__json_refuse(reader, COMPETENCY_EFORMAT, "is %s, expected %s", found,
                                   expected);
}

competency_status competency__json_number(const competency__json_reader *reader,
                                          const json_t *value, double *out)
{
    if (!json_is_number(value)) {
        return competency__json_mistyped(reader, value, "a number");
    }
    *out = json_number_value(value);
    return COMPETENCY_OK;
}

static competency_status copy_text(const competency__json_reader *reader, const char *text,
                                   size_t size, const char **out)
{
    const char *const copy = competency__pool_text(reader->pool, text, size);
    if (copy == NULL) {
        return competency__json_refuse(reader, COMPETENCY_ENOMEM, "out of memory");
    }
    *out = copy;
    return COMPETENCY_OK;
}

competency_status competency__json_text(competency__json_reader *reader, const json_t *object,
                                        const char *key, const char **out)
{
    const json_t *const value = json_object_get(object, key);
    if (value == NULL || json_is_null(value)) {
        return COMPETENCY_OK;
    }
    const size_t mark = competency__json_enter(reader, key);
    const competency_status status =
        json_is_string(value)
            ? copy_text(reader, json_string_value(value), json_string_length(value), out)
            : competency__json_mistyped(reader, value, "a string");
    competency__json_leave(reader, mark);
    return status;
}

const char *competency__json_id_text(const json_t *value, char *buffer, size_t cap)
{
    if (json_is_string(value)) {
        return json_string_value(value);
    }
    if (!json_is_integer(value)) {
        return NULL;
    }
    (void)snprintf(buffer, cap, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return buffer;
}

competency_status competency__json_id(competency__json_reader *reader, const json_t *object,
                                      const char **out)
{
    const json_t *const value = json_object_get(object, "id");
    if (value == NULL || json_is_null(value)) {
        return COMPETENCY_OK;
    }
    char buffer[COMPETENCY__ID_TEXT_BYTES];
    const char *const text = competency__json_id_text(value, buffer, sizeof(buffer));
    const size_t mark = competency__json_enter(reader, "id");
    const competency_status status =
        text != NULL ? copy_text(reader, text, strlen(text), out)
                     : competency__json_mistyped(reader, value, "a string or an integer");
    competency__json_leave(reader, mark);
    return status;
}
