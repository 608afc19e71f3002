// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_NAME_TABLE_H
#define COMPETENCY_MATCH_NAME_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <competency/domain.h>

#include "match/string_set.h"

/** What is known of a name, whatever skill bears it. */
typedef struct competency__name {
    competency_domain domain;
    size_t same;  // number of its normalised form: equal for names of the same skill (R76)
    size_t row;   // of its vector, among those asked for; COMPETENCY__STRING_NONE if none was
} competency__name;

/** The distinct names of a call. Zero-initialise it; borrows the names. */
typedef struct competency__name_table {
    competency__string_set exact;
    competency__name *names;            // (exact.count)
    size_t capacity;                    // of `names`
    competency__string_set normalised;  // owns its strings
    const char **wanted;                // (wanted_count) names that want a vector, in order of rows
    size_t wanted_count;
    size_t wanted_capacity;
} competency__name_table;

/**
 * Add a name, or note that one in the table wants a vector.
 *
 * @return COMPETENCY_OK; COMPETENCY_EINVAL if the name is not UTF-8; COMPETENCY_ENOMEM
 */
competency_status competency__name_table_add(competency__name_table *table, const char *name,
                                             bool wants_vector);

/** The number of a name that was added; its record is `names[number]`. */
size_t competency__name_table_number(const competency__name_table *table, const char *name);

void competency__name_table_deinit(competency__name_table *table);

#endif
