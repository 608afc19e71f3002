// SPDX-License-Identifier: MIT
#include "model/fields.h"

#include "base/error.h"

json_t *competency__fields_parse(competency__fields *fields, const char *bytes, size_t size)
{
    json_error_t problem;
    json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL && json_error_code(&problem) == json_error_numeric_overflow) {
        // Where a tokenizer has no limit, transformers writes 1e30 without an exponent.
        root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &problem);
    }
    if (root == NULL) {
        const bool is_memory = json_error_code(&problem) == json_error_out_of_memory;
        fields->status =
            competency__fail(fields->err, is_memory ? COMPETENCY_ENOMEM : COMPETENCY_EFORMAT,
                             "%s: %s at line %d", fields->file, problem.text, problem.line);
    }
    fields->object = root;
    return root;
}

void competency__fields_fail(competency__fields *fields, competency_status status, const char *key,
                             const char *detail)
{
    if (fields->status == COMPETENCY_OK) {
        fields->status =
            competency__fail(fields->err, status, "%s: %s %s", fields->file, key, detail);
    }
}

void competency__fields_u32(competency__fields *fields, uint32_t *out, const char *key,
                            uint32_t min, uint32_t max)
{
    const json_t *const value = json_object_get(fields->object, key);
    if (fields->status != COMPETENCY_OK) {
        return;
    }
    if (json_real_value(value) >= 0x1p63) {
        competency__fields_fail(fields, COMPETENCY_EFORMAT, key, "is too big");
        return;
    }
    if (!json_is_integer(value)) {
        competency__fields_fail(fields, COMPETENCY_EFORMAT, key,
                                value == NULL ? "is missing" : "is not an integer");
        return;
    }
    const json_int_t number = json_integer_value(value);
    if (number < (json_int_t)min || number > (json_int_t)max) {
        fields->status =
            competency__fail(fields->err, COMPETENCY_EFORMAT, "%s: %s is %lld, limits %u and %u",
                             fields->file, key, (long long)number, (unsigned)min, (unsigned)max);
        return;
    }
    *out = (uint32_t)number;
}

void competency__fields_bool(competency__fields *fields, bool *out, const char *key)
{
    const json_t *const value = json_object_get(fields->object, key);
    if (fields->status != COMPETENCY_OK || value == NULL || json_is_null(value)) {
        return;
    }
    if (!json_is_boolean(value)) {
        competency__fields_fail(fields, COMPETENCY_EFORMAT, key, "is not a boolean");
        return;
    }
    *out = json_is_true(value);
}

const char *competency__fields_string(competency__fields *fields, const char *key,
                                      const char *otherwise)
{
    const json_t *const value = json_object_get(fields->object, key);
    if (fields->status != COMPETENCY_OK || value == NULL || json_is_null(value)) {
        return otherwise;
    }
    if (!json_is_string(value)) {
        competency__fields_fail(fields, COMPETENCY_EFORMAT, key, "is not a string");
        return otherwise;
    }
    return json_string_value(value);
}
