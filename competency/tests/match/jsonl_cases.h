// SPDX-License-Identifier: MIT
#ifndef TESTS_MATCH_JSONL_CASES_H
#define TESTS_MATCH_JSONL_CASES_H

#include <stddef.h>

#include <jansson.h>

#include <competency/scoring.h>
#include <competency/skill.h>

/**
 * Call `check` for every line of a file of one JSON object a line, whose member `key` is `value`;
 * with `key` NULL for every line. The test fails if a line is malformed.
 *
 * @return how many lines were checked
 */
size_t jsonl_cases_each(const char *path, const char *key, const char *value,
                        void (*check)(const json_t *line));

/** A number, at a path of one key; the test fails if it is missing. */
double jsonl_number(const json_t *object, const char *key);

/** A string likewise. */
const char *jsonl_string(const json_t *object, const char *key);

/** The defaults, overwritten by the groups and fields of `object`, which may be NULL. */
competency_classic_config jsonl_config(const json_t *object);

/**
 * The skills of an array of {"name", "value", "max", "embedding"?}; all weights 1.
 *
 * Owned by the caller: jsonl_profile_free(). Names are borrowed from the array.
 */
competency_profile jsonl_profile(const json_t *array);
void jsonl_profile_free(competency_profile *profile);

#endif
