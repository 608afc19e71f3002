// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_RECORD_H
#define COMPETENCY_IO_RECORD_H

#include <competency/io.h>

#include "io/json_reader.h"

/** What a record is read as: a role has requirements, which must state their levels. */
typedef enum competency__record_kind {
    COMPETENCY__RECORD_ROLE = 0,
    COMPETENCY__RECORD_CANDIDATE = 1,
} competency__record_kind;

/**
 * Read a role or a candidate from `object`, at the reader's place.
 *
 * @param[out] out   borrows from the reader's pool; unspecified on failure
 * @param      list  the member that holds the skills: "skills", or what the older form calls it
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT; COMPETENCY_EEMPTY; COMPETENCY_ENOMEM
 */
competency_status competency__record_read(competency_record *out, competency__record_kind kind,
                                          competency__json_reader *reader,
                                          const competency__json *object, const char *list);

/**
 * Read a level: {"value": 4, "max": 5}, a number whose maximum is `max_level`, "4/5", or null for
 * one that is not disclosed.
 *
 * @param value      what the file has; NULL if it has nothing, which is refused
 * @param max_level  the maximum for a bare number; 0: none was given
 */
competency_status competency__level_read(competency_level *out, competency__json_reader *reader,
                                         const competency__json *value, double max_level);

/** *out = the number `max_level` of `object`, above 0; unchanged if it is absent. */
competency_status competency__max_level_read(double *out, competency__json_reader *reader,
                                             const competency__json *object);

/** *out = the number `value`, which must be above 0; at the reader's place. */
competency_status competency__max_level_take(double *out, const competency__json_reader *reader,
                                             const competency__json *value);

#endif
