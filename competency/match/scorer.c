// SPDX-License-Identifier: MIT
// A role made ready: what does not depend on the candidate, found once.
#include "match/scorer.h"

#include <string.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "match/matcher.h"
#include "match/similarity.h"

enum {
    NAMES_MAX_DEFAULT = 65536,  // of 12 requirements: 13 MB
    LEVELS_MAX = 256,           // 1.5 MB; a scale of 100 has 101
};

static competency_status no_memory(competency_error *err, size_t count)
{
    return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a role of %zu skills", count);
}

static void place_role(competency_scorer *scorer, competency__arena *arena, size_t count)
{
    size_t float_bytes = SIZE_MAX;  // too large a one overflows the arena below
    size_t double_bytes = SIZE_MAX;
    (void)competency__mul(&float_bytes, scorer->dimension, sizeof(float));
    (void)competency__mul(&double_bytes, scorer->dimension, sizeof(double));
    competency__skill_set_place(&scorer->required, arena, count);
    if (scorer->matcher->similarity.fill == NULL) {
        scorer->role_wide = competency__arena_take(arena, count, double_bytes);
        scorer->role_squares =
            competency__arena_take(arena, count, sizeof(scorer->role_squares[0]));
    } else {
        scorer->role_vectors = competency__arena_take(arena, count, float_bytes);
        scorer->role_rows = competency__arena_take(arena, count, sizeof(scorer->role_rows[0]));
    }
    scorer->role_names = competency__arena_take(arena, count, sizeof(scorer->role_names[0]));
}

static competency_status reserve_role(competency_scorer *scorer, size_t count,
                                      competency_error *err)
{
    competency__arena arena = {0};
    place_role(scorer, &arena, count);
    if (!arena.is_overflown) {
        scorer->role_block = competency__allocate(&scorer->memory, arena.used);
    }
    if (scorer->role_block == NULL) {
        return no_memory(err, count);
    }
    arena = (competency__arena){.base = scorer->role_block};
    place_role(scorer, &arena, count);
    return COMPETENCY_OK;
}

static competency_status copy_names(competency_scorer *scorer, const competency_profile *role,
                                    competency_error *err)
{
    size_t bytes = 0;
    for (size_t i = 0; i < role->count; i++) {
        bytes += strlen(role->skills[i].name) + 1;  // they are all in memory: no overflow
    }
    scorer->role_text = competency__allocate(&scorer->memory, bytes);
    if (scorer->role_text == NULL) {
        return no_memory(err, role->count);
    }
    char *at = scorer->role_text;
    for (size_t i = 0; i < role->count; i++) {
        const size_t size = strlen(role->skills[i].name) + 1;
        memcpy(at, role->skills[i].name, size);
        scorer->role_names[i] = at;
        at += size;
    }
    return COMPETENCY_OK;
}

// The requirements' names come first in the lexicon, also after it was cleared.
static competency_status add_role_names(competency_scorer *scorer, competency__place place,
                                        competency_error *err)
{
    competency__skill_set *const set = &scorer->required;
    for (size_t i = 0; i < set->count; i++) {
        const competency_status status =
            competency__lexicon_number(&set->exact[i], &scorer->lexicon, scorer->role_names[i]);
        if (status == COMPETENCY_EINVAL) {
            place.index = i;
            return competency__fail_at(err, status, &place, "its name is not UTF-8");
        }
        if (status != COMPETENCY_OK) {
            return no_memory(err, set->count);
        }
        const competency__name *const name = &scorer->lexicon.names[set->exact[i]];
        set->same[i] = name->same;
        set->domains[i] = name->domain;
    }
    return COMPETENCY_OK;
}

// The vector of requirement `i`: widened for the cosine, or as it is for the caller's similarity.
static void take_vector(competency_scorer *scorer, size_t i, const float *vector)
{
    const size_t dimension = scorer->dimension;
    if (scorer->role_wide != NULL) {
        competency__widen(scorer->role_wide + i * dimension, vector, dimension);
        scorer->role_squares[i] = competency__dot(vector, vector, dimension);
    } else {
        float *const row = scorer->role_vectors + i * dimension;
        memcpy(row, vector, dimension * sizeof(float));
        scorer->role_rows[i] = row;
    }
}

// Ask for the names whose vector the role does not bring, each once.
static competency_status ask_for_names(competency_scorer *scorer, const competency_profile *role,
                                       const char **wanted, float *fresh, competency_error *err)
{
    size_t wanted_count = 0;
    for (size_t i = 0; i < role->count; i++) {
        competency__name *const name = &scorer->lexicon.names[scorer->required.exact[i]];
        if (role->skills[i].embedding == NULL && !name->is_wanted) {
            name->is_wanted = true;
            wanted[wanted_count++] = scorer->role_names[i];
        }
    }
    return competency__embedder_ask(scorer->embedder, fresh, wanted, wanted_count,
                                    scorer->dimension, err);
}

// Hand out what was asked for, in the same order, to all requirements of a name.
static void take_fresh_vectors(competency_scorer *scorer, const competency_profile *role,
                               const float *fresh)
{
    const size_t *const exact = scorer->required.exact;
    for (size_t i = 0; i < role->count; i++) {
        competency__name *const name = &scorer->lexicon.names[exact[i]];
        if (role->skills[i].embedding != NULL || !name->is_wanted) {
            continue;
        }
        name->is_wanted = false;
        for (size_t k = i; k < role->count; k++) {
            if (role->skills[k].embedding == NULL && exact[k] == exact[i]) {
                take_vector(scorer, k, fresh);
            }
        }
        fresh += scorer->dimension;
    }
}

static competency_status embed_role(competency_scorer *scorer, const competency_profile *role,
                                    competency_error *err)
{
    size_t numbers = 0;
    size_t bytes = 0;
    if (!competency__mul(&numbers, role->count, scorer->dimension) ||
        !competency__mul(&bytes, numbers, sizeof(float)) ||
        !competency__add(&bytes, bytes, role->count * sizeof(char *))) {
        return no_memory(err, role->count);
    }
    const char **const wanted = competency__allocate(&scorer->memory, bytes);
    if (wanted == NULL) {
        return no_memory(err, role->count);
    }
    float *const fresh = (float *)(void *)(wanted + role->count);
    const competency_status status = ask_for_names(scorer, role, wanted, fresh, err);
    if (status == COMPETENCY_OK) {
        take_fresh_vectors(scorer, role, fresh);
    }
    competency__release(&scorer->memory, (void *)wanted);
    return status;
}

// The role's vectors: its own ones, the others known or from the embedder.
static competency_status take_vectors(competency_scorer *scorer, const competency_profile *role,
                                      competency_error *err)
{
    bool is_complete = true;
    for (size_t i = 0; i < role->count; i++) {
        const float *vector = role->skills[i].embedding;
        if (vector == NULL && scorer->known != NULL) {
            vector = competency__known_vector(scorer->known, scorer->role_names[i]);
        }
        if (vector != NULL) {
            take_vector(scorer, i, vector);
        }
        is_complete = is_complete && vector != NULL;
    }
    return is_complete ? COMPETENCY_OK : embed_role(scorer, role, err);
}

static competency_status fill_role(competency_scorer *scorer, const competency_profile *role,
                                   competency__place place, competency_error *err)
{
    place.side = "required";
    competency_status status = reserve_role(scorer, role->count, err);
    if (status == COMPETENCY_OK) {
        status = copy_names(scorer, role, err);
    }
    if (status == COMPETENCY_OK) {
        status = add_role_names(scorer, place, err);
    }
    if (status != COMPETENCY_OK) {
        return status;
    }
    for (size_t i = 0; i < role->count; i++) {
        scorer->required.ratios[i] = competency_level_ratio(&role->skills[i].level);
    }
    return take_vectors(scorer, role, err);
}

competency_status competency__scorer_create(competency_scorer **out,
                                            const competency_matcher *matcher,
                                            const competency__known_vectors *known,
                                            const competency_profile *role, size_t dimension,
                                            competency__place place, competency_error *err)
{
    *out = NULL;
    const competency_embedder *const embedder = matcher->embedder;
    competency_scorer *const scorer = competency__allocate(&matcher->memory, sizeof(*scorer));
    if (scorer == NULL) {
        return no_memory(err, role->count);
    }
    *scorer = (competency_scorer){
        .memory = matcher->memory,
        .matcher = matcher,
        .embedder = embedder,
        .known = known,
        .embedder_dimension = embedder == NULL ? 0 : embedder->dimension(embedder->self),
        .dimension = dimension,
        .names_max = NAMES_MAX_DEFAULT,
        .levels = {.threshold_count = role->count},
    };
    scorer->levels.memory = &scorer->memory;
    competency__lexicon_init(&scorer->lexicon, &scorer->memory, role->count);
    const competency_status status = fill_role(scorer, role, place, err);
    if (status != COMPETENCY_OK) {
        competency_scorer_destroy(scorer);
        return status;
    }
    *out = scorer;
    return COMPETENCY_OK;
}

competency_status competency_scorer_create(competency_scorer **out,
                                           const competency_matcher *matcher,
                                           const competency_profile *role,
                                           const competency_scorer_options *options,
                                           competency_error *err)
{
    *out = NULL;
    if (options != NULL && options->size != sizeof(*options)) {
        return competency__fail(err, COMPETENCY_EINVAL, "options of %u bytes, expected %zu",
                                (unsigned)options->size, sizeof(*options));
    }
    const competency__place place = {.side = "required"};
    size_t dimension = 0;
    competency_status status = competency__role_check(matcher, role, place, &dimension, err);
    if (status == COMPETENCY_OK) {
        status = competency__scorer_create(out, matcher, NULL, role, dimension, place, err);
    }
    if (*out != NULL && options != NULL && options->names_max != 0) {
        (*out)->names_max = options->names_max;
    }
    return status;
}

void competency_scorer_destroy(competency_scorer *scorer)
{
    if (scorer == NULL) {
        return;
    }
    const competency_allocator memory = scorer->memory;
    competency__lexicon_deinit(&scorer->lexicon);
    competency__level_table_deinit(&scorer->levels);
    competency__release(&memory, scorer->role_block);
    competency__release(&memory, scorer->role_text);
    competency__release(&memory, scorer->fresh_vectors);
    competency__release(&memory, scorer->scratch);
    competency__release(&memory, scorer->result);
    competency__release(&memory, scorer);
}

competency_status competency__embedder_ask(const competency_embedder *embedder, float *out,
                                           const char *const *names, size_t count, size_t dimension,
                                           competency_error *err)
{
    if (count == 0) {
        return COMPETENCY_OK;
    }
    const competency_status status = embedder->embed(embedder->self, out, names, count, err);
    if (status != COMPETENCY_OK) {
        // An embedder that did not say why must not leave the message of an earlier call.
        return err == NULL || err->status == status
                   ? status
                   : competency__fail(err, status, "embedder: %s", competency_status_text(status));
    }
    if (!competency__vector_is_finite(out, count * dimension)) {
        return competency__fail(err, COMPETENCY_EINVAL,
                                "the embedder gave a number that is not finite");
    }
    return COMPETENCY_OK;
}

// Names and levels of a stream may never repeat: what is remembered is bounded.
static competency_status forget_if_full(competency_scorer *scorer, competency_error *err)
{
    if (scorer->levels.count > LEVELS_MAX) {
        competency__level_table_clear(&scorer->levels);
    }
    if (scorer->lexicon.exact.count <= scorer->names_max + scorer->required.count) {
        return COMPETENCY_OK;
    }
    competency__lexicon_clear(&scorer->lexicon);
    return add_role_names(scorer, (competency__place){.side = "required"}, err);
}

static competency_status prepare(competency__candidate *out, competency_scorer *scorer,
                                 const competency_profile *profile, unsigned parts,
                                 competency__place place, competency_error *err)
{
    const competency_status status = forget_if_full(scorer, err);
    return status != COMPETENCY_OK
               ? status
               : competency__candidate_prepare(
                     out, scorer, profile, (parts & COMPETENCY_WITH_INTERVALS) != 0, place, err);
}

static competency_status no_memory_for_result(competency_error *err, size_t required_count,
                                              size_t candidate_count)
{
    return competency__fail(err, COMPETENCY_ENOMEM, "no memory to match %zu with %zu skills",
                            required_count, candidate_count);
}

competency_status competency_scorer_match(competency_scorer *scorer, const competency_match **out,
                                          const competency_profile *candidate, unsigned parts,
                                          competency_error *err)
{
    *out = NULL;
    if (scorer->matcher->has_custom_strategy) {
        parts |= COMPETENCY_WITH_INTERVALS;
    }
    competency__candidate ready;
    const competency__place place = {.side = "candidate"};
    const competency_status status = prepare(&ready, scorer, candidate, parts, place, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const size_t required_count = scorer->required.count;
    const size_t bytes = competency__result_bytes(required_count, ready.set.count, parts);
    if (!competency__reserve(&scorer->memory, &scorer->result, &scorer->result_bytes, bytes, 1)) {
        return no_memory_for_result(err, required_count, ready.set.count);
    }
    scorer->match = competency__candidate_score(scorer, &ready, parts, scorer->result);
    *out = &scorer->match;
    return COMPETENCY_OK;
}

// A result of its own begins with the allocator that takes it back.
typedef union result_head {
    competency_allocator memory;
    max_align_t alignment;
} result_head;

competency_status competency__scorer_match_owned(competency_scorer *scorer, competency_match *out,
                                                 const competency_profile *candidate,
                                                 competency__place place, competency_error *err)
{
    const unsigned parts = COMPETENCY_WITH_INTERVALS | COMPETENCY_WITH_MATRICES;
    competency__candidate ready;
    const competency_status status = prepare(&ready, scorer, candidate, parts, place, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const size_t required_count = scorer->required.count;
    size_t bytes = competency__result_bytes(required_count, ready.set.count, parts);
    result_head *const head = competency__add(&bytes, bytes, sizeof(*head))
                                  ? competency__allocate(&scorer->memory, bytes)
                                  : NULL;
    if (head == NULL) {
        return no_memory_for_result(err, required_count, ready.set.count);
    }
    head->memory = scorer->memory;
    *out = competency__candidate_score(scorer, &ready, parts, head + 1);
    out->storage = head;
    return COMPETENCY_OK;
}

void competency_match_destroy(competency_match *match)
{
    if (match != NULL) {
        if (match->storage != NULL) {
            const competency_allocator memory = ((const result_head *)match->storage)->memory;
            competency__release(&memory, match->storage);
        }
        *match = (competency_match){0};
    }
}
