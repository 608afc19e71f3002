// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_FIELDS_H
#define COMPETENCY_MODEL_FIELDS_H

/**
 * @file
 * Typed reading of the fields of a JSON object. The first failure sticks and later reads do
 * nothing, so that a reader checks once, at its end.
 */
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include <competency/status.h>

/** An object that is being read; `err` holds the first failure. */
typedef struct competency__fields {
    const json_t *object;
    const char *file;  // for messages
    competency_status status;
    competency_error *err;
} competency__fields;

/** Parse `bytes`; NULL, with fields->status set, if they are not JSON. json_decref() it. */
json_t *competency__fields_parse(competency__fields *fields, const char *bytes, size_t size);

/** Fail with a message of `file: key detail`, unless a failure stands already. */
void competency__fields_fail(competency__fields *fields, competency_status status, const char *key,
                             const char *detail);

/** An integer in min..max; a missing one is a failure. */
void competency__fields_u32(competency__fields *fields, uint32_t *out, const char *key,
                            uint32_t min, uint32_t max);

/** A boolean; a missing one, and null, leave *out as it is. */
void competency__fields_bool(competency__fields *fields, bool *out, const char *key);

/** A string; `otherwise` if it is missing or null. Borrows from the object. */
const char *competency__fields_string(competency__fields *fields, const char *key,
                                      const char *otherwise);

#endif
