// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_LEXICON_H
#define COMPETENCY_MATCH_LEXICON_H

#include <stdbool.h>
#include <stddef.h>

#include <competency/domain.h>

#include "match/string_set.h"

/** What is known of a name, whatever skill bears it. */
typedef struct competency__name {
    competency_domain domain;
    size_t same;       // number of its normalised form: equal for names of the same skill (R76)
    bool is_compared;  // its similarities are known
    bool is_wanted;    // scratch of whoever collects the names that are to be embedded
} competency__name;

/**
 * The distinct names of one role's candidates, with the similarity of each to every requirement.
 * Owns its strings. Zero-initialise it, then competency__lexicon_init().
 */
typedef struct competency__lexicon {
    const competency_allocator *memory;  // borrowed
    size_t requirement_count;            // at least 1
    competency__string_set exact;        // owns its strings
    competency__string_set normalised;   // strings inside the blocks of `exact`
    competency__name *names;             // (exact.count)
    size_t name_capacity;
    double *similarities;  // (exact.count, requirement_count) valid where `is_compared`
    size_t similarity_capacity;
} competency__lexicon;

void competency__lexicon_init(competency__lexicon *lexicon, const competency_allocator *memory,
                              size_t requirement_count);

/** Make room for `more` names. @return false, and nothing has changed, if there is no memory */
bool competency__lexicon_reserve(competency__lexicon *lexicon, size_t more);

/**
 * The number of a name, which is added if it is new.
 *
 * @param[in] name  copied if it is new
 * @return COMPETENCY_OK; COMPETENCY_EINVAL if the name is not UTF-8; COMPETENCY_ENOMEM
 */
competency_status competency__lexicon_number(size_t *out, competency__lexicon *lexicon,
                                             const char *name);

/** Similarities of name `number` to the requirements. */
double *competency__lexicon_row(const competency__lexicon *lexicon, size_t number);

/** Forget all names, keeping the room for them. */
void competency__lexicon_clear(competency__lexicon *lexicon);

void competency__lexicon_deinit(competency__lexicon *lexicon);

#endif
