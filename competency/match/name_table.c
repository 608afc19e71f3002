// SPDX-License-Identifier: MIT
// Everything that depends on a skill's name alone, found once for each distinct name.
#include "match/name_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "match/name_normalise.h"

// Room for one more item in an array that doubles; false, with the array unchanged, if there is none.
static bool reserve_one(void **items, size_t *capacity, size_t count, size_t item_bytes)
{
    if (count < *capacity) {
        return true;
    }
    size_t wanted = 16;
    size_t bytes = 0;
    if ((*capacity != 0 && !competency__mul(&wanted, *capacity, 2)) ||
        !competency__mul(&bytes, wanted, item_bytes)) {
        return false;
    }
    void *const moved = realloc(*items, bytes);
    if (moved == NULL) {
        return false;
    }
    *items = moved;
    *capacity = wanted;
    return true;
}

static competency_status add_normalised(competency__name_table *table, const char *name,
                                        size_t *number)
{
    size_t bytes = 0;
    char *const text =
        competency__name_normalise_bytes(&bytes, strlen(name)) ? malloc(bytes) : NULL;
    if (text == NULL) {
        return COMPETENCY_ENOMEM;
    }
    if (!competency__name_normalise(text, name)) {
        free(text);
        return COMPETENCY_EINVAL;
    }
    *number = competency__string_set_find(&table->normalised, text);
    if (*number != COMPETENCY__STRING_NONE) {
        free(text);
        return COMPETENCY_OK;
    }
    *number = table->normalised.count;
    const competency_status status = competency__string_set_add(&table->normalised, text);
    if (status != COMPETENCY_OK) {
        free(text);
    }
    return status;
}

static competency_status add_new(competency__name_table *table, const char *name)
{
    void *items = table->names;
    if (!reserve_one(&items, &table->capacity, table->exact.count, sizeof(table->names[0]))) {
        return COMPETENCY_ENOMEM;
    }
    table->names = items;
    size_t same = 0;
    const competency_status status = add_normalised(table, name, &same);
    if (status != COMPETENCY_OK) {
        return status;
    }
    table->names[table->exact.count] = (competency__name){
        .domain = competency_domain_classify(name),
        .same = same,
        .row = COMPETENCY__STRING_NONE,
    };
    return competency__string_set_add(&table->exact, name);
}

static competency_status want_vector(competency__name_table *table, size_t number)
{
    void *items = (void *)table->wanted;
    if (!reserve_one(&items, &table->wanted_capacity, table->wanted_count,
                     sizeof(table->wanted[0]))) {
        return COMPETENCY_ENOMEM;
    }
    table->wanted = items;
    table->wanted[table->wanted_count] = table->exact.strings[number];
    table->names[number].row = table->wanted_count++;
    return COMPETENCY_OK;
}

competency_status competency__name_table_add(competency__name_table *table, const char *name,
                                             bool wants_vector)
{
    size_t number = competency__string_set_find(&table->exact, name);
    if (number == COMPETENCY__STRING_NONE) {
        number = table->exact.count;
        const competency_status status = add_new(table, name);
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    const bool is_new_want = wants_vector && table->names[number].row == COMPETENCY__STRING_NONE;
    return is_new_want ? want_vector(table, number) : COMPETENCY_OK;
}

size_t competency__name_table_number(const competency__name_table *table, const char *name)
{
    return competency__string_set_find(&table->exact, name);
}

// The set has its strings as constants; these are our own, and the cast is the way back.
static void free_strings(const competency__string_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        union {
            const char *borrowed;
            char *owned;
        } string = {.borrowed = set->strings[i]};
        free(string.owned);
    }
}

void competency__name_table_deinit(competency__name_table *table)
{
    free_strings(&table->normalised);
    competency__string_set_deinit(&table->normalised);
    competency__string_set_deinit(&table->exact);
    free(table->names);
    free(table->wanted);
    *table = (competency__name_table){0};
}
