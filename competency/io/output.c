// SPDX-License-Identifier: MIT
#include "io/output.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "io/number_text.h"

void competency__output_init(competency__output *output, const competency_sink *sink)
{
    output->sink = *sink;
    output->status = COMPETENCY_OK;
    output->used = 0;
}

competency_status competency__output_flush(competency__output *output)
{
    if (output->status == COMPETENCY_OK && output->used > 0) {
        output->status = output->sink.write(output->sink.self, output->buffer, output->used);
    }
    output->used = 0;
    return output->status;
}

void competency__output_bytes(competency__output *output, const char *data, size_t size)
{
    while (size > 0) {
        const size_t room = sizeof(output->buffer) - output->used;
        const size_t piece = size < room ? size : room;
        memcpy(output->buffer + output->used, data, piece);
        output->used += piece;
        data += piece;
        size -= piece;
        if (output->used == sizeof(output->buffer)) {
            (void)competency__output_flush(output);
        }
    }
}

void competency__output_text(competency__output *output, const char *text)
{
    competency__output_bytes(output, text, strlen(text));
}

void competency__output_number(competency__output *output, double value)
{
    char text[COMPETENCY__NUMBER_TEXT_BYTES];
    competency__output_bytes(output, text, competency__number_text(text, value));
}

void competency__output_count(competency__output *output, uint64_t value)
{
    char text[24];
    const int length = snprintf(text, sizeof(text), "%" PRIu64, value);
    competency__output_bytes(output, text, (size_t)length);
}

// One code point of `text`; sets *size to its bytes, at least 1. A negative result is not UTF-8.
static utf8proc_int32_t next_code_point(const char *text, size_t left, size_t *size)
{
    utf8proc_int32_t code_point = -1;
    const utf8proc_ssize_t used =
        utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)left, &code_point);
    *size = used > 0 ? (size_t)used : 1;
    return used > 0 ? code_point : -1;
}

static void write_escaped(competency__output *output, utf8proc_int32_t code_point)
{
    static const char letters[] = "btn\0fr";  // of U+0008 to U+000D, but for U+000B
    char escape[8];
    if (code_point >= 8 && code_point <= 13 && letters[code_point - 8] != '\0') {
        (void)snprintf(escape, sizeof(escape), "\\%c", letters[code_point - 8]);
    } else {
        (void)snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)code_point & 0xFFFFU);
    }
    competency__output_text(output, escape);
}

void competency__output_json_text(competency__output *output, const char *text)
{
    if (text == NULL) {
        competency__output_text(output, "null");
        return;
    }
    competency__output_text(output, "\"");
    size_t left = strlen(text);
    for (size_t size = 0; left > 0; text += size, left -= size) {
        const utf8proc_int32_t code_point = next_code_point(text, left, &size);
        if (code_point < 0) {
            competency__output_text(output, "\\ufffd");
        } else if (code_point == '"' || code_point == '\\') {
            competency__output_text(output, code_point == '"' ? "\\\"" : "\\\\");
        } else if (code_point < 0x20) {
            write_escaped(output, code_point);
        } else {
            competency__output_bytes(output, text, size);
        }
    }
    competency__output_text(output, "\"");
}

// Names come from files: none of them may move the cursor, or turn the direction of a line.
static bool is_printable(utf8proc_int32_t code_point)
{
    return code_point >= 0x20 && !(code_point >= 0x7F && code_point < 0xA0) &&
           !(code_point >= 0x2028 && code_point <= 0x202E) &&
           !(code_point >= 0x2066 && code_point <= 0x2069);
}

static size_t columns_of(utf8proc_int32_t code_point)
{
    return is_printable(code_point) ? (size_t)utf8proc_charwidth(code_point) : 1;
}

size_t competency__display_columns(const char *text)
{
    size_t columns = 0;
    size_t left = strlen(text);
    for (size_t size = 0; left > 0; text += size, left -= size) {
        columns += columns_of(next_code_point(text, left, &size));
    }
    return columns;
}

static void write_spaces(competency__output *output, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        competency__output_bytes(output, " ", 1);
    }
}

void competency__output_column(competency__output *output, const char *text, size_t columns)
{
    const bool is_cut = competency__display_columns(text) > columns && columns > 2;
    const size_t limit = is_cut ? columns - 2 : columns;
    size_t used = 0;
    size_t left = strlen(text);
    for (size_t size = 0; left > 0; text += size, left -= size) {
        const utf8proc_int32_t code_point = next_code_point(text, left, &size);
        if (used + columns_of(code_point) > limit) {
            break;
        }
        used += columns_of(code_point);
        competency__output_bytes(output, is_printable(code_point) ? text : "?",
                                 is_printable(code_point) ? size : 1);
    }
    if (is_cut) {
        competency__output_text(output, "..");
        used += 2;
    }
    write_spaces(output, columns - used);
}

void competency__output_right(competency__output *output, const char *text, size_t columns)
{
    const size_t length = strlen(text);
    write_spaces(output, length < columns ? columns - length : 0);
    competency__output_bytes(output, text, length);
}

void competency__output_fixed(competency__output *output, double value, size_t columns)
{
    // Not "%.3f": its decimal point depends on the locale. Scores and similarities are small; what
    // is not can only come from a hostile configuration, and is shown as it is.
    char text[COMPETENCY__NUMBER_TEXT_BYTES];
    if (!(fabs(value) < 1e6)) {
        (void)competency__number_text(text, value);
    } else {
        const long long thousandths = llround(value * 1000);
        const long long size = thousandths < 0 ? -thousandths : thousandths;
        (void)snprintf(text, sizeof(text), "%s%lld.%03lld", thousandths < 0 ? "-" : "", size / 1000,
                       size % 1000);
    }
    competency__output_right(output, text, columns);
}
