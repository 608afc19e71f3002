// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_SCORER_H
#define COMPETENCY_MATCH_SCORER_H

#include <competency/scorer.h>

#include "match/known_vectors.h"
#include "match/lexicon.h"
#include "match/pair_check.h"
#include "match/skill_set.h"

/** What one candidate needs while it is matched. Lies in the scorer's scratch block. */
typedef struct competency__candidate {
    competency__skill_set set;
    size_t *columns;        // (set.count) indices into the profile
    size_t *own_of;         // (set.count) number of the skill's own vector; SIZE_MAX: it has none
    const float **vectors;  // (set.count) those to be compared: first of new names, then own ones
    const char **wanted;    // (set.count) new names
    size_t *numbers;        // (set.count) of the new names
    size_t wanted_count;
    size_t own_count;
    double *own_rows;       // (own_count, requirements) similarities of own vectors
    double *similarities;   // (requirements, set.count)
    double *weights;        // (set.count)
    double *group_weights;  // (set.count)
    double *group_values;   // (set.count)
} competency__candidate;

struct competency_scorer {
    competency_allocator memory;
    const competency_matcher *matcher;       // borrowed
    const competency_embedder *embedder;     // borrowed, of the matcher; may be NULL
    const competency__known_vectors *known;  // borrowed; in place of asking `embedder`; may be NULL
    size_t embedder_dimension;               // of its vectors
    size_t dimension;                        // of every vector; a role may bring its own
    size_t names_max;
    competency__lexicon lexicon;
    competency__level_table levels;
    competency__skill_set required;
    void *role_block;         // owned: the arrays of `required` and the next five
    double *role_wide;        // (required.count, dimension); NULL: the caller compares
    double *role_squares;     // (required.count) squared norms; NULL as role_wide
    float *role_vectors;      // (required.count, dimension); NULL: we compare
    const float **role_rows;  // (required.count) into role_vectors; NULL as role_vectors
    const char **role_names;  // (required.count)
    char *role_text;          // owned: the texts of role_names
    float *fresh_vectors;     // owned: (fresh_capacity, dimension) of new names, unless `known`
    size_t fresh_capacity;
    void *scratch;  // owned
    size_t scratch_bytes;
    void *result;  // owned: the arrays of `match`
    size_t result_bytes;
    competency_match match;  // what was returned last
};

/**
 * competency_scorer_create() for vectors of a given length.
 *
 * @param[in] known  vectors of all names of the role and of the candidates to come, borrowed until
 *                   the scorer is destroyed; NULL: the matcher's embedder is asked
 * @param[in] place  of the pair, for messages
 */
competency_status competency__scorer_create(competency_scorer **out,
                                            const competency_matcher *matcher,
                                            const competency__known_vectors *known,
                                            const competency_profile *role, size_t dimension,
                                            competency__place place, competency_error *err);

/**
 * Match one candidate, into a result of its own.
 *
 * @param[out] out  written only on success; released by competency_match_destroy()
 */
competency_status competency__scorer_match_owned(competency_scorer *scorer, competency_match *out,
                                                 const competency_profile *candidate,
                                                 competency__place place, competency_error *err);

/**
 * Check a candidate and find its levels, names and similarities.
 *
 * Order of failures: nothing that takes part, then each skill's name, level and vector (R118).
 *
 * @param[out] out  valid until the scorer's next candidate
 */
competency_status competency__candidate_prepare(competency__candidate *out,
                                                competency_scorer *scorer,
                                                const competency_profile *profile,
                                                bool wants_panels, competency__place place,
                                                competency_error *err);

/** Ask the embedder for (count) names. @param[out] out (count, dimension), all finite */
competency_status competency__embedder_ask(const competency_embedder *embedder, float *out,
                                           const char *const *names, size_t count, size_t dimension,
                                           competency_error *err);

/** Bytes of the arrays of a result. SIZE_MAX: more than there can be. */
size_t competency__result_bytes(size_t required_count, size_t candidate_count, unsigned parts);

/** Score a prepared candidate into `block` of competency__result_bytes(). */
competency_match competency__candidate_score(const competency_scorer *scorer,
                                             const competency__candidate *candidate, unsigned parts,
                                             void *block);

#endif
