// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_KNOWN_VECTORS_H
#define COMPETENCY_MATCH_KNOWN_VECTORS_H

#include <stddef.h>

#include "match/string_set.h"

/** Names and their vectors, found before they are needed. */
typedef struct competency__known_vectors {
    competency__string_set names;  // strings are borrowed
    float *vectors;                // (names.count, dimension), all finite
    size_t dimension;
} competency__known_vectors;

/** The vector of a name that is in `known`. Borrows. */
static inline const float *competency__known_vector(const competency__known_vectors *known,
                                                    const char *name)
{
    return known->vectors + competency__string_set_find(&known->names, name) * known->dimension;
}

#endif
