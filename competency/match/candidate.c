// SPDX-License-Identifier: MIT
// A candidate made ready to be scored: checked, its levels, names and similarities found.
#include <math.h>
#include <stdio.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/phase.h"
#include "match/matcher.h"
#include "match/scorer.h"
#include "match/similarity.h"

static size_t count_own_vectors(const competency_profile *profile)
{
    size_t count = 0;
    for (size_t i = 0; i < profile->count; i++) {
        count += profile->skills[i].embedding != NULL;
    }
    return count;
}

static void place_candidate(competency__candidate *out, competency__arena *arena, size_t count,
                            size_t own_count, size_t requirement_count)
{
    size_t row_bytes = SIZE_MAX;  // too large a one overflows the arena below
    (void)competency__mul(&row_bytes, requirement_count, sizeof(double));
    competency__skill_set_place(&out->set, arena, count);
    out->columns = competency__arena_take(arena, count, sizeof(out->columns[0]));
    out->own_of = competency__arena_take(arena, count, sizeof(out->own_of[0]));
    out->vectors = competency__arena_take(arena, count, sizeof(out->vectors[0]));
    out->wanted = competency__arena_take(arena, count, sizeof(out->wanted[0]));
    out->numbers = competency__arena_take(arena, count, sizeof(out->numbers[0]));
    out->own_rows = competency__arena_take(arena, own_count, row_bytes);
    out->similarities = competency__arena_take(arena, count, row_bytes);
    out->weights = competency__arena_take(arena, count, sizeof(out->weights[0]));
    out->group_weights = competency__arena_take(arena, count, sizeof(out->group_weights[0]));
    out->group_values = competency__arena_take(arena, count, sizeof(out->group_values[0]));
}

static competency_status reserve_candidate(competency__candidate *out, competency_scorer *scorer,
                                           const competency_profile *profile, size_t count,
                                           competency_error *err)
{
    *out = (competency__candidate){0};
    const size_t own_count = count_own_vectors(profile);
    competency__arena arena = {0};
    place_candidate(out, &arena, count, own_count, scorer->required.count);
    // All names of a first candidate are new; how many of a later one are is not known yet.
    const size_t new_names = scorer->lexicon.exact.count == 0 ? count : 0;
    if (arena.is_overflown || !competency__lexicon_reserve(&scorer->lexicon, new_names) ||
        !competency__reserve(&scorer->memory, &scorer->scratch, &scorer->scratch_bytes, arena.used,
                             1)) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory to match %zu with %zu skills",
                                scorer->required.count, count);
    }
    arena = (competency__arena){.base = scorer->scratch};
    place_candidate(out, &arena, count, own_count, scorer->required.count);
    return COMPETENCY_OK;
}

// Find the number of a skill's name, and list it if it is to be embedded.
static competency_status take_name(competency__candidate *out, competency_scorer *scorer, size_t at,
                                   const competency_skill *skill, const competency__place *place,
                                   competency_error *err)
{
    size_t number = 0;
    const competency_status status =
        competency__lexicon_number(&number, &scorer->lexicon, skill->name);
    if (status == COMPETENCY_EINVAL) {
        competency__place unnamed = *place;
        unnamed.name = NULL;
        return competency__fail_at(err, status, &unnamed, "its name is not UTF-8");
    }
    if (status != COMPETENCY_OK) {
        return competency__fail(err, status, "no memory for the names of the skills");
    }
    competency__name *const name = &scorer->lexicon.names[number];
    out->set.exact[at] = number;
    out->set.same[at] = name->same;
    out->set.domains[at] = name->domain;
    out->own_of[at] = SIZE_MAX;
    if (skill->embedding != NULL) {
        out->own_of[at] = out->own_count++;
    } else if (!name->is_compared && !name->is_wanted) {
        name->is_wanted = true;
        out->numbers[out->wanted_count] = number;
        out->wanted[out->wanted_count++] = skill->name;
    }
    return COMPETENCY_OK;
}

static competency_status take_skill(competency__candidate *out, competency_scorer *scorer,
                                    size_t at, const competency_skill *skill, bool wants_panels,
                                    const competency__place *place, competency_error *err)
{
    if (skill->name == NULL) {
        return competency__fail_at(err, COMPETENCY_EINVAL, place, "it has no name");
    }
    competency__level *level = NULL;
    competency_status status =
        competency__check_level(&level, &scorer->levels, &scorer->matcher->config.distribution,
                                &skill->level, wants_panels, place, err);
    if (status == COMPETENCY_OK) {
        status = competency__check_vector(
            skill, scorer->embedder != NULL ? &scorer->embedder_dimension : NULL, scorer->dimension,
            place, err);
    }
    if (status != COMPETENCY_OK) {
        return status;
    }
    competency__skill_set_level(&out->set, at, level);
    return take_name(out, scorer, at, skill, place, err);
}

static competency_status take_skills(competency__candidate *out, competency_scorer *scorer,
                                     const competency_profile *profile, bool wants_panels,
                                     competency__place place, competency_error *err)
{
    size_t at = 0;
    for (size_t i = 0; i < profile->count; i++) {
        const competency_skill *const skill = &profile->skills[i];
        if (!competency__skill_takes_part(skill)) {
            continue;
        }
        place.index = i;
        place.name = skill->name;
        const competency_status status =
            take_skill(out, scorer, at, skill, wants_panels, &place, err);
        if (status != COMPETENCY_OK) {
            return status;
        }
        out->columns[at++] = i;
    }
    return COMPETENCY_OK;
}

// The vectors of new names, which the embedder is asked for.
static competency_status embed_new_names(competency__candidate *out, competency_scorer *scorer,
                                         competency_error *err)
{
    void *fresh = scorer->fresh_vectors;
    const size_t vector_bytes = scorer->dimension * sizeof(float);  // the role has such vectors
    if (!competency__reserve(&scorer->memory, &fresh, &scorer->fresh_capacity, out->wanted_count,
                             vector_bytes)) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu vectors of %zu numbers",
                                out->wanted_count, scorer->dimension);
    }
    scorer->fresh_vectors = fresh;
    const competency_status status =
        competency__embedder_ask(scorer->embedder, scorer->fresh_vectors, out->wanted,
                                 out->wanted_count, scorer->dimension, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    for (size_t k = 0; k < out->wanted_count; k++) {
        out->vectors[k] = scorer->fresh_vectors + k * scorer->dimension;
    }
    return COMPETENCY_OK;
}

// The vectors to compare with the requirements: those of new names, then the skills' own.
static competency_status list_vectors(competency__candidate *out, competency_scorer *scorer,
                                      const competency_profile *profile, competency_error *err)
{
    if (scorer->known != NULL) {
        for (size_t k = 0; k < out->wanted_count; k++) {
            out->vectors[k] = competency__known_vector(scorer->known, out->wanted[k]);
        }
    } else {
        const competency_status status = embed_new_names(out, scorer, err);
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    for (size_t j = 0; j < out->set.count; j++) {
        if (out->own_of[j] != SIZE_MAX) {
            out->vectors[out->wanted_count + out->own_of[j]] =
                profile->skills[out->columns[j]].embedding;
        }
    }
    return COMPETENCY_OK;
}

// Where the similarities of vector `k` with the requirements go: what depends on a name alone is
// kept with the name.
static double *row_of_vector(const competency__candidate *candidate,
                             const competency_scorer *scorer, size_t k)
{
    return k < candidate->wanted_count
               ? competency__lexicon_row(&scorer->lexicon, candidate->numbers[k])
               : candidate->own_rows + (k - candidate->wanted_count) * scorer->required.count;
}

// The caller's own similarity gives a matrix with the requirements as rows: ours are columns.
// `similarities` is free at this point, and as large.
static competency_status compare_by_caller(const competency__candidate *candidate,
                                           const competency_scorer *scorer, size_t count,
                                           competency_error *err)
{
    const size_t requirement_count = scorer->required.count;
    const competency_similarity *const similarity = &scorer->matcher->similarity;
    double *const matrix = candidate->similarities;
    const competency_status status =
        similarity->fill(similarity->self, matrix, scorer->role_rows, requirement_count,
                         candidate->vectors, count, scorer->dimension);
    if (status != COMPETENCY_OK) {
        return competency__fail(err, status, "similarities: %s", competency_status_text(status));
    }
    for (size_t i = 0; i < requirement_count; i++) {
        for (size_t k = 0; k < count; k++) {
            const double value = matrix[i * count + k];
            if (!isfinite(value)) {
                return competency__fail(err, COMPETENCY_EINVAL, "similarity %g is not finite",
                                        value);
            }
            row_of_vector(candidate, scorer, k)[i] = value;
        }
    }
    return COMPETENCY_OK;
}

static competency_status compare(const competency__candidate *candidate,
                                 const competency_scorer *scorer, competency_error *err)
{
    const size_t count = candidate->wanted_count + candidate->own_count;
    if (count == 0) {
        return COMPETENCY_OK;
    }
    if (scorer->matcher->similarity.fill != NULL) {
        return compare_by_caller(candidate, scorer, count, err);
    }
    for (size_t k = 0; k < count; k++) {
        competency__cosine_row(scorer->matcher->kernels, row_of_vector(candidate, scorer, k),
                               candidate->vectors[k], scorer->role_wide, scorer->role_squares,
                               scorer->required.count, scorer->dimension);
    }
    return COMPETENCY_OK;
}

static void remember_new_names(const competency__candidate *candidate, competency_scorer *scorer)
{
    for (size_t k = 0; k < candidate->wanted_count; k++) {
        scorer->lexicon.names[candidate->numbers[k]].is_compared = true;
    }
}

static void fill_matrix(const competency__candidate *candidate, const competency_scorer *scorer)
{
    const size_t requirement_count = scorer->required.count;
    const size_t count = candidate->set.count;
    for (size_t j = 0; j < count; j++) {
        const size_t own = candidate->own_of[j];
        const double *const row =
            own == SIZE_MAX ? competency__lexicon_row(&scorer->lexicon, candidate->set.exact[j])
                            : candidate->own_rows + own * requirement_count;
        for (size_t i = 0; i < requirement_count; i++) {
            candidate->similarities[i * count + j] = row[i];
        }
    }
}

competency_status competency__candidate_prepare(competency__candidate *out,
                                                competency_scorer *scorer,
                                                const competency_profile *profile,
                                                bool wants_panels, competency__place place,
                                                competency_error *err)
{
    place.side = "candidate";
    const size_t count = competency__participant_count(profile);
    competency_status status =
        competency__check_not_empty(profile, count, scorer->required.count, &place, err);
    if (status == COMPETENCY_OK) {
        status = reserve_candidate(out, scorer, profile, count, err);
    }
    if (status != COMPETENCY_OK) {
        return status;
    }
    status = take_skills(out, scorer, profile, wants_panels, place, err);
    if (status == COMPETENCY_OK) {
        status = list_vectors(out, scorer, profile, err);
    }
    if (status == COMPETENCY_OK) {
        COMPETENCY__PHASE_BEGIN("similarity");
        status = compare(out, scorer, err);
        COMPETENCY__PHASE_END();
    }
    for (size_t k = 0; k < out->wanted_count; k++) {
        scorer->lexicon.names[out->numbers[k]].is_wanted = false;
    }
    if (status == COMPETENCY_OK) {
        remember_new_names(out, scorer);
        fill_matrix(out, scorer);
    }
    return status;
}
