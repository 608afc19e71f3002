// SPDX-License-Identifier: MIT
#include "io/json_reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "io/number_text.h"

// Not snprintf(): every value of every skill is entered, and few are ever refused.
static size_t append_step(competency__json_reader *reader, const char *step, size_t length)
{
    const size_t mark = strlen(reader->pointer);
    const size_t room = sizeof(reader->pointer) - mark - 1;
    if (room > 0) {
        length = length < room ? length : room - 1;
        reader->pointer[mark] = '/';
        memcpy(reader->pointer + mark + 1, step, length);
        reader->pointer[mark + 1 + length] = '\0';
    }
    return mark;
}

size_t competency__json_enter(competency__json_reader *reader, const char *key)
{
    return append_step(reader, key, strlen(key));
}

size_t competency__json_enter_index(competency__json_reader *reader, size_t index)
{
    char digits[24];
    size_t first = sizeof(digits);
    do {
        digits[--first] = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0);
    return append_step(reader, digits + first, sizeof(digits) - first);
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
static void describe(const competency__json *value, char *out, size_t cap)
{
    char number[COMPETENCY__NUMBER_TEXT_BYTES];
    if (value == NULL) {
        (void)snprintf(out, cap, "missing");
    } else if (competency__json_is(value, COMPETENCY__JSON_STRING)) {
        (void)snprintf(out, cap, "the string \"%.40s\"", value->value.string);
    } else if (competency__json_is_number(value)) {
        (void)competency__number_text(number, competency__json_value(value));
        (void)snprintf(out, cap, "the number %s", number);
    } else {
        static const char *const others[] = {
            [COMPETENCY__JSON_NULL] = "null",        [COMPETENCY__JSON_FALSE] = "false",
            [COMPETENCY__JSON_TRUE] = "true",        [COMPETENCY__JSON_ARRAY] = "an array",
            [COMPETENCY__JSON_OBJECT] = "an object",
        };
        (void)snprintf(out, cap, "%s", others[value->kind]);
    }
}

competency_status competency__json_mistyped(const competency__json_reader *reader,
                                            const competency__json *value, const char *expected)
{
    char found[80];
    describe(value, found, sizeof(found));
    return competency__json_refuse(reader, COMPETENCY_EFORMAT, "is %s, expected %s", found,
                                   expected);
}

competency_status competency__json_number(const competency__json_reader *reader,
                                          const competency__json *value, double *out)
{
    if (!competency__json_is_number(value)) {
        return competency__json_mistyped(reader, value, "a number");
    }
    *out = competency__json_value(value);
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

competency_status competency__json_text(competency__json_reader *reader,
                                        const competency__json *object, const char *key,
                                        const char **out)
{
    const competency__json *const value = competency__json_get(object, key);
    if (value == NULL || value->kind == COMPETENCY__JSON_NULL) {
        return COMPETENCY_OK;
    }
    const size_t mark = competency__json_enter(reader, key);
    const competency_status status = competency__json_is(value, COMPETENCY__JSON_STRING)
                                         ? copy_text(reader, value->value.string, value->count, out)
                                         : competency__json_mistyped(reader, value, "a string");
    competency__json_leave(reader, mark);
    return status;
}

const char *competency__json_id_text(const competency__json *value, char *buffer, size_t cap)
{
    if (competency__json_is(value, COMPETENCY__JSON_STRING)) {
        return value->value.string;
    }
    if (!competency__json_is(value, COMPETENCY__JSON_INTEGER)) {
        return NULL;
    }
    (void)snprintf(buffer, cap, "%" PRId64, value->value.integer);
    return buffer;
}

competency_status competency__json_id(competency__json_reader *reader,
                                      const competency__json *object, const char **out)
{
    const competency__json *const value = competency__json_get(object, "id");
    if (value == NULL || value->kind == COMPETENCY__JSON_NULL) {
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
