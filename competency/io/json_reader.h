// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_JSON_READER_H
#define COMPETENCY_IO_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/status.h>

#include "io/json_tree.h"
#include "io/pool.h"

/**
 * @file
 * Typed access to a JSON tree whose every failure names the place, the value and the limit.
 *
 * A *reader* knows the JSON pointer (RFC 6901) of the value that is being read. Its functions
 * take a value and say what is wrong with it at that place.
 */

enum {
    COMPETENCY__POINTER_BYTES =
        128,  // the deepest place that is read: /candidates/N/skills/N/level/max
    COMPETENCY__LABEL_BYTES = 48,  // enough of an id to recognise it
};

typedef struct competency__json_reader {
    competency__pool *pool;                   // takes strings and vectors; borrowed
    competency_error *err;                    // may be NULL
    char pointer[COMPETENCY__POINTER_BYTES];  // of the current value; "" for the whole text
    char label[COMPETENCY__LABEL_BYTES];      // "candidate C01: " once an id is known, else ""
    size_t dimension;                         // of the vectors seen so far; 0: none seen
} competency__json_reader;

/** Go to member `key`. @return what competency__json_leave() takes to come back */
size_t competency__json_enter(competency__json_reader *reader, const char *key);

/** Go to element `index`. @return what competency__json_leave() takes to come back */
size_t competency__json_enter_index(competency__json_reader *reader, size_t index);

/** Come back to where competency__json_enter() was called. */
void competency__json_leave(competency__json_reader *reader, size_t mark);

/** Fail at the current place with a message of its own. @return `status` */
COMPETENCY_PRINTF(3, 4)
competency_status competency__json_refuse(const competency__json_reader *reader,
                                          competency_status status, const char *format, ...);

/** Fail because `value` is not `expected`: "is a string ("x"), expected a number". */
competency_status competency__json_mistyped(const competency__json_reader *reader,
                                            const competency__json *value, const char *expected);

/** *out = the number `value`, or a failure. */
competency_status competency__json_number(const competency__json_reader *reader,
                                          const competency__json *value, double *out);

/** *out = a pooled copy of member `key` of `object`; unchanged if it is absent or null. */
competency_status competency__json_text(competency__json_reader *reader,
                                        const competency__json *object, const char *key,
                                        const char **out);

/** The same for an id: a string, or an integer, which is taken as its decimal text. */
competency_status competency__json_id(competency__json_reader *reader,
                                      const competency__json *object, const char **out);

enum { COMPETENCY__ID_TEXT_BYTES = 24 };  // the longest 64-bit integer, its sign, and NUL

/** Text of the id `value`, in itself or in `buffer`; NULL if it is neither string nor integer. */
const char *competency__json_id_text(const competency__json *value, char *buffer, size_t cap);

#endif
