// SPDX-License-Identifier: MIT
#include "model/vocabulary_json.h"

#include <stdbool.h>
#include <string.h>

#include <jansson.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/fields.h"

// What the tokenizer takes for granted.
static void check_model(competency__fields *fields)
{
    static const char *const wanted[][2] = {
        {"type", "WordPiece"},
        {"continuing_subword_prefix", "##"},
        {"unk_token", "[UNK]"},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        const char *const is = competency__fields_string(fields, wanted[i][0], wanted[i][1]);
        if (strcmp(is, wanted[i][1]) != 0) {
            competency__fields_fail(fields, COMPETENCY_EUNSUPPORTED, wanted[i][0], is);
        }
    }
    const json_t *const longest = json_object_get(fields->object, "max_input_chars_per_word");
    if (longest != NULL && json_integer_value(longest) != 100) {
        competency__fields_fail(fields, COMPETENCY_EUNSUPPORTED, "max_input_chars_per_word",
                                "is not 100");
    }
}

// Each entry to the place of its id. @return false if an id is none of 0..count-1, or is there
// twice, or an entry cannot be a line
static bool place_entries(const char **entries, size_t count, json_t *vocabulary)
{
    const char *entry = NULL;
    json_t *id = NULL;
    json_object_foreach(vocabulary, entry, id)
    {
        const json_int_t place = json_is_integer(id) ? json_integer_value(id) : -1;
        if (place < 0 || (size_t)place >= count || entries[place] != NULL ||
            strpbrk(entry, "\r\n") != NULL) {
            return false;
        }
        entries[place] = entry;
    }
    return true;
}

// Lines in the order of the ids.
static competency_status write_lines(char **text, const competency_allocator *memory, size_t *size,
                                     const char *const *entries, size_t count,
                                     competency_error *err)
{
    size_t needed = 1;
    for (size_t i = 0; i < count; i++) {
        // place_entries() has set every one: `count` ids below `count`, none of them twice.
        needed += strlen(entries[i]) + 1;  // NOLINT(clang-analyzer-core.NonNullParamChecker)
    }
    *text = competency__allocate(memory, needed);
    if (*text == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a vocabulary");
    }
    *size = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(entries[i]);
        memcpy(*text + *size, entries[i], length);
        (*text)[*size + length] = '\n';
        *size += length + 1;
    }
    return COMPETENCY_OK;
}

static competency_status write_vocabulary(char **text, const competency_allocator *memory,
                                          size_t *size, json_t *vocabulary, competency_error *err)
{
    const size_t count = json_object_size(vocabulary);
    const char **const entries = competency__allocate_zeroed(memory, count + 1, sizeof(*entries));
    if (entries == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a vocabulary");
    }
    const competency_status status =
        place_entries(entries, count, vocabulary)
            ? write_lines(text, memory, size, entries, count, err)
            : competency__fail(err, COMPETENCY_EFORMAT,
                               "tokenizer.json: the ids of vocab are not 0 to %zu, each once",
                               count);
    competency__release(memory, (void *)entries);
    return status;
}

competency_status competency__vocabulary_json_read(char **text, const competency_allocator *memory,
                                                   size_t *size, const char *bytes,
                                                   size_t bytes_size, competency_error *err)
{
    *text = NULL;
    competency__fields fields = {.file = "tokenizer.json", .err = err};
    json_t *const root = competency__fields_parse(&fields, bytes, bytes_size);
    if (root == NULL) {
        return fields.status;
    }
    fields.object = json_object_get(root, "model");
    json_t *const vocabulary = json_object_get(fields.object, "vocab");
    if (!json_is_object(vocabulary)) {
        competency__fields_fail(&fields, COMPETENCY_EFORMAT, "vocab", "is not an object");
    }
    check_model(&fields);
    competency_status status = fields.status;
    if (status == COMPETENCY_OK) {
        status = write_vocabulary(text, memory, size, vocabulary, err);
    }
    json_decref(root);
    return status;
}
