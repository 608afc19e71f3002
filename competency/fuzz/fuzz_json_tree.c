// SPDX-License-Identifier: MIT
// The tree that is built from events against a general parser: both refuse a text, or both read the same from it.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "io/json_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void compare(const competency__json *ours, const json_t *theirs);

static void compare_scalars(const competency__json *ours, const json_t *theirs)
{
    switch (json_typeof(theirs)) {
    case JSON_NULL: require(ours->kind == COMPETENCY__JSON_NULL); break;
    case JSON_TRUE: require(ours->kind == COMPETENCY__JSON_TRUE); break;
    case JSON_FALSE: require(ours->kind == COMPETENCY__JSON_FALSE); break;
    case JSON_INTEGER:
        require(ours->kind == COMPETENCY__JSON_INTEGER);
        require(ours->value.integer == json_integer_value(theirs));
        break;
    case JSON_REAL:
        require(ours->kind == COMPETENCY__JSON_REAL);
        require(ours->value.real == json_real_value(theirs));
        require(signbit(ours->value.real) == signbit(json_real_value(theirs)));
        break;
    case JSON_STRING:
        require(ours->kind == COMPETENCY__JSON_STRING);
        require(ours->count == json_string_length(theirs));
        require(memcmp(ours->value.string, json_string_value(theirs), ours->count + 1) == 0);
        break;
    case JSON_ARRAY:
    case JSON_OBJECT: require(false); break;
    }
}

static void compare_arrays(const competency__json *ours, const json_t *theirs)
{
    require(ours->count == json_array_size(theirs));
    const competency__json *value = competency__json_first(ours);
    for (size_t i = 0; i < ours->count; i++) {
        compare(value, json_array_get(theirs, i));
        value = competency__json_next(value);
    }
    require(value == ours + ours->span);
}

static void compare_objects(const competency__json *ours, const json_t *theirs)
{
    require(ours->count == json_object_size(theirs));
    const competency__json *value = competency__json_first(ours);
    for (size_t i = 0; i < ours->count; i++) {
        const json_t *const member = json_object_get(theirs, value->key);
        require(member != NULL && competency__json_get(ours, value->key) == value);
        compare(value, member);
        value = competency__json_next(value);
    }
    require(value == ours + ours->span);
}

static void compare(const competency__json *ours, const json_t *theirs)
{
    if (json_is_array(theirs)) {
        require(ours->kind == COMPETENCY__JSON_ARRAY);
        compare_arrays(ours, theirs);
    } else if (json_is_object(theirs)) {
        require(ours->kind == COMPETENCY__JSON_OBJECT);
        compare_objects(ours, theirs);
    } else {
        compare_scalars(ours, theirs);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static competency__json_tree tree;  // of all inputs: what one leaves must not change the next
    const char *const text = (const char *)data;
    const competency__json *ours = NULL;
    competency_error err = {0};
    const competency_status status = competency__json_load(&tree, &ours, text, size, false, &err);
    if (size > 0 && memchr(data, 0, size) != NULL) {
        require(status != COMPETENCY_OK);  // the other one swallows it behind a number or a word
        return 0;
    }
    json_t *const theirs = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    require((status == COMPETENCY_OK) == (theirs != NULL));
    if (theirs != NULL) {
        compare(ours, theirs);
    } else {
        require(err.message[0] != '\0');
    }
    json_decref(theirs);
    return 0;
}
