// SPDX-License-Identifier: MIT
#include "bench/json_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_flat(const heaplens_json *json)
{
    return json->depth > 0 && json->is_flat[json->depth - 1];
}

static void write_escape(FILE *file, unsigned char c)
{
    if (c == '"' || c == '\\') {
        (void)fprintf(file, "\\%c", c);
    } else if (c == '\n') {
        (void)fprintf(file, "\\n");
    } else {
        (void)fprintf(file, "\\u%04x", c);
    }
}

// How long a sequence says that it is by its first byte; 0 if none begins so.
static size_t length_of(unsigned char first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xc2 || first > 0xf4) {
        return 0;
    }
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

// Second bytes that would make a sequence too long, a surrogate, or more than U+10FFFF.
static bool is_second(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xe0: return second >= 0xa0;
    case 0xed: return second <= 0x9f;
    case 0xf0: return second >= 0x90;
    case 0xf4: return second <= 0x8f;
    default: return true;
    }
}

// Bytes of the well-formed UTF-8 sequence at `text`; 0 if it is none (Unicode 15, table 3-7).
static size_t sequence_at(const unsigned char *text)
{
    const size_t length = length_of(text[0]);
    for (size_t i = 1; i < length; i++) {
        if (text[i] < 0x80 || text[i] > 0xbf) {
            return 0;
        }
    }
    return length < 2 || is_second(text[0], text[1]) ? length : 0;
}

static void write_string(FILE *file, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    (void)fprintf(file, "\"");
    while (*at != '\0') {
        const size_t length = sequence_at(at);
        if (length == 0) {
            (void)fprintf(file, "\xef\xbf\xbd");
        } else if (length == 1 && (*at < 0x20 || *at == '"' || *at == '\\' || *at == 0x7f)) {
            write_escape(file, *at);
        } else {
            (void)fwrite(at, 1, length, file);
        }
        at += length == 0 ? 1 : length;
    }
    (void)fprintf(file, "\"");
}

static void break_line(const heaplens_json *json)
{
    (void)fprintf(json->file, "\n%*s", 2 * json->depth, "");
}

// What comes before a value: a comma, a line break, the key.
static void begin_value(heaplens_json *json, const char *key)
{
    if (json->depth > 0) {
        (void)fprintf(json->file, "%s", json->is_first ? "" : ",");
        if (!is_flat(json)) {
            break_line(json);
        } else if (!json->is_first) {
            (void)fprintf(json->file, " ");
        }
    }
    if (key != NULL) {
        write_string(json->file, key);
        (void)fprintf(json->file, ": ");
    }
    json->is_first = false;
}

static void open_with(heaplens_json *json, const char *key, const char *brackets, bool flat)
{
    begin_value(json, key);
    (void)fprintf(json->file, "%c", brackets[0]);
    json->closers[json->depth] = brackets[1];
    json->is_flat[json->depth] = flat || is_flat(json);
    json->depth++;
    json->is_first = true;
}

void heaplens__json_open(heaplens_json *json, const char *key)
{
    open_with(json, key, "{}", false);
}

void heaplens__json_open_line(heaplens_json *json, const char *key)
{
    open_with(json, key, "{}", true);
}

void heaplens__json_open_list(heaplens_json *json, const char *key)
{
    open_with(json, key, "[]", false);
}

void heaplens__json_open_numbers(heaplens_json *json, const char *key)
{
    open_with(json, key, "[]", true);
}

void heaplens__json_close(heaplens_json *json)
{
    const bool was_empty = json->is_first;
    const bool was_flat = is_flat(json);
    json->depth--;
    if (!was_empty && !was_flat) {
        break_line(json);
    }
    (void)fprintf(json->file, "%c", json->closers[json->depth]);
    json->is_first = false;
    if (json->depth == 0) {
        (void)fprintf(json->file, "\n");
    }
}

void heaplens__json_text(heaplens_json *json, const char *key, const char *text)
{
    if (text == NULL) {
        heaplens__json_null(json, key);
        return;
    }
    begin_value(json, key);
    write_string(json->file, text);
}

void heaplens__json_bool(heaplens_json *json, const char *key, bool value)
{
    begin_value(json, key);
    (void)fprintf(json->file, "%s", value ? "true" : "false");
}

void heaplens__json_unsigned(heaplens_json *json, const char *key, uint64_t value)
{
    begin_value(json, key);
    (void)fprintf(json->file, "%" PRIu64, value);
}

void heaplens__json_signed(heaplens_json *json, const char *key, int64_t value)
{
    begin_value(json, key);
    (void)fprintf(json->file, "%" PRId64, value);
}

void heaplens__json_number(heaplens_json *json, const char *key, double value)
{
    if (!isfinite(value)) {
        heaplens__json_null(json, key);
        return;
    }
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    char *const comma = strchr(text, ',');  // the decimal point of some locales
    if (comma != NULL) {
        *comma = '.';
    }
    begin_value(json, key);
    (void)fprintf(json->file, "%s", text);
}

void heaplens__json_null(heaplens_json *json, const char *key)
{
    begin_value(json, key);
    (void)fprintf(json->file, "null");
}
