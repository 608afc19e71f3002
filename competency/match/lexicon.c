// SPDX-License-Identifier: MIT
// Everything that depends on a skill's name alone, found once for each distinct name.
#include "match/lexicon.h"

#include <string.h>

#include "base/checked.h"
#include "base/memory.h"
#include "match/name_normalise.h"

void competency__lexicon_init(competency__lexicon *lexicon, const competency_allocator *memory,
                              size_t requirement_count)
{
    *lexicon = (competency__lexicon){
        .memory = memory,
        .requirement_count = requirement_count,
        .exact = {.memory = memory},
        .normalised = {.memory = memory},
    };
}

bool competency__lexicon_reserve(competency__lexicon *lexicon, size_t more)
{
    size_t wanted = 0;
    if (!competency__add(&wanted, lexicon->exact.count, more)) {
        return false;
    }
    void *names = lexicon->names;
    if (!competency__reserve(lexicon->memory, &names, &lexicon->name_capacity, wanted,
                             sizeof(lexicon->names[0]))) {
        return false;
    }
    lexicon->names = names;
    size_t row_bytes = 0;
    void *rows = lexicon->similarities;
    if (!competency__mul(&row_bytes, lexicon->requirement_count, sizeof(double)) ||
        !competency__reserve(lexicon->memory, &rows, &lexicon->similarity_capacity, wanted,
                             row_bytes)) {
        return false;
    }
    lexicon->similarities = rows;
    return true;
}

// One block: the name, then its normalised form. *status tells why there is none.
static char *create_block(const competency_allocator *memory, const char *name,
                          competency_status *status)
{
    const size_t length = strlen(name);
    size_t bytes = 0;
    char *block = NULL;
    *status = COMPETENCY_ENOMEM;
    if (competency__name_normalise_bytes(&bytes, length) &&
        competency__add(&bytes, bytes, length + 1)) {
        block = competency__allocate(memory, bytes);
    }
    if (block == NULL) {
        return NULL;
    }
    memcpy(block, name, length + 1);
    if (!competency__name_normalise(block + length + 1, name)) {
        competency__release(memory, block);
        *status = COMPETENCY_EINVAL;
        return NULL;
    }
    *status = COMPETENCY_OK;
    return block;
}

static size_t number_normalised(competency__lexicon *lexicon, const char *text)
{
    const size_t number = competency__string_set_find(&lexicon->normalised, text);
    return number != COMPETENCY__STRING_NONE
               ? number
               : competency__string_set_insert(&lexicon->normalised, text);
}

// Everything that can fail comes first, so that a name is in all tables or in none.
static competency_status add_name(competency__lexicon *lexicon, const char *name)
{
    if (!competency__lexicon_reserve(lexicon, 1) ||
        competency__string_set_reserve(&lexicon->exact) != COMPETENCY_OK ||
        competency__string_set_reserve(&lexicon->normalised) != COMPETENCY_OK) {
        return COMPETENCY_ENOMEM;
    }
    competency_status status = COMPETENCY_OK;
    char *const block = create_block(lexicon->memory, name, &status);
    if (block == NULL) {
        return status;
    }
    const size_t number = competency__string_set_insert(&lexicon->exact, block);
    lexicon->names[number] = (competency__name){
        .domain = competency_domain_classify(name),
        .same = number_normalised(lexicon, block + strlen(block) + 1),
    };
    return status;
}

competency_status competency__lexicon_number(size_t *out, competency__lexicon *lexicon,
                                             const char *name)
{
    *out = competency__string_set_find(&lexicon->exact, name);
    if (*out != COMPETENCY__STRING_NONE) {
        return COMPETENCY_OK;
    }
    *out = lexicon->exact.count;
    return add_name(lexicon, name);
}

double *competency__lexicon_row(const competency__lexicon *lexicon, size_t number)
{
    return lexicon->similarities + number * lexicon->requirement_count;
}

void competency__lexicon_clear(competency__lexicon *lexicon)
{
    for (size_t i = 0; i < lexicon->exact.count; i++) {
        // The set has its strings as constants; these are our own, and the union is the way back.
        union {
            const char *borrowed;
            char *owned;
        } block = {.borrowed = lexicon->exact.strings[i]};
        competency__release(lexicon->memory, block.owned);
    }
    competency__string_set_clear(&lexicon->exact);
    competency__string_set_clear(&lexicon->normalised);
}

void competency__lexicon_deinit(competency__lexicon *lexicon)
{
    competency__lexicon_clear(lexicon);
    competency__string_set_deinit(&lexicon->exact);
    competency__string_set_deinit(&lexicon->normalised);
    competency__release(lexicon->memory, lexicon->names);
    competency__release(lexicon->memory, lexicon->similarities);
}
