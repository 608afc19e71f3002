// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_JSON_TEXT_H
#define HEAPLENS_BENCH_JSON_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * @file
 * Writes JSON for people and programs: keys in the order of the calls, one a line, lists of numbers
 * on one line, numbers as the shortest text that is read back as the same number.
 *
 * A key is NULL inside a list and for the outermost value. Errors stick to the stream: ask ferror().
 */

enum { HEAPLENS_JSON_DEPTH_MAX = 32 };

typedef struct heaplens_json {
    FILE *file;
    int depth;
    bool is_first;  // nothing is in the innermost object or list yet
    char closers[HEAPLENS_JSON_DEPTH_MAX];
    bool is_flat[HEAPLENS_JSON_DEPTH_MAX];  // on one line
} heaplens_json;

void heaplens__json_open(heaplens_json *json, const char *key);       // an object
void heaplens__json_open_line(heaplens_json *json, const char *key);  // an object on one line
void heaplens__json_open_list(heaplens_json *json, const char *key);
void heaplens__json_open_numbers(heaplens_json *json, const char *key);  // a list on one line
void heaplens__json_close(heaplens_json *json);  // the innermost of the above

/** A text in UTF-8; bytes that are not become U+FFFD. NULL is null. */
void heaplens__json_text(heaplens_json *json, const char *key, const char *text);
void heaplens__json_bool(heaplens_json *json, const char *key, bool value);
void heaplens__json_unsigned(heaplens_json *json, const char *key, uint64_t value);
void heaplens__json_signed(heaplens_json *json, const char *key, int64_t value);

/** null for what is not finite, because JSON has no word for it. */
void heaplens__json_number(heaplens_json *json, const char *key, double value);
void heaplens__json_null(heaplens_json *json, const char *key);

#endif
