// SPDX-License-Identifier: MIT
// Many pairs at once: check all, embed each distinct name once, then score (R107-R111).
//
// A single match is a batch of one, and every pair goes through a scorer: none of the three can
// disagree with the others.
#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "match/matcher.h"
#include "match/scorer.h"

// One call of a public function.
typedef struct match_call {
    const competency_matcher *matcher;
    const competency_pair *pairs;
    size_t count;
    bool is_batch;                    // messages name the pair
    size_t *dimensions;               // (count)
    competency__known_vectors known;  // of the names of all pairs
} match_call;

static competency_status check_pairs(const match_call *call, competency_error *err)
{
    competency__level_table levels = {.memory = &call->matcher->memory};
    competency_status status = COMPETENCY_OK;
    for (size_t i = 0; i < call->count && status == COMPETENCY_OK; i++) {
        const competency__place place = {.is_batch = call->is_batch, .pair = i};
        status = competency__pair_check(call->matcher, &levels, &call->pairs[i], place,
                                        &call->dimensions[i], err);
    }
    competency__level_table_deinit(&levels);
    return status;
}

static competency_status add_names(match_call *call, const competency_profile *profile)
{
    competency__string_set *const names = &call->known.names;
    for (size_t i = 0; i < profile->count; i++) {
        const competency_skill *const skill = &profile->skills[i];
        if (!competency__skill_takes_part(skill) || skill->embedding != NULL ||
            competency__string_set_find(names, skill->name) != COMPETENCY__STRING_NONE) {
            continue;
        }
        const competency_status status = competency__string_set_reserve(names);
        if (status != COMPETENCY_OK) {
            return status;
        }
        (void)competency__string_set_insert(names, skill->name);
    }
    return COMPETENCY_OK;
}

static competency_status collect_names(match_call *call, competency_error *err)
{
    for (size_t i = 0; i < call->count; i++) {
        competency_status status = add_names(call, &call->pairs[i].candidate);
        if (status == COMPETENCY_OK) {
            status = add_names(call, &call->pairs[i].required);
        }
        if (status != COMPETENCY_OK) {
            return competency__fail(err, status, "no memory for the names of the skills");
        }
    }
    return COMPETENCY_OK;
}

static competency_status embed_names(match_call *call, competency_error *err)
{
    competency__known_vectors *const known = &call->known;
    const size_t count = known->names.count;
    if (count == 0) {
        return COMPETENCY_OK;
    }
    const competency_embedder *const embedder = call->matcher->embedder;
    known->dimension = embedder->dimension(embedder->self);
    size_t bytes = 0;
    if (competency__mul(&bytes, count, known->dimension) &&
        competency__mul(&bytes, bytes, sizeof(float))) {
        known->vectors = competency__allocate(&call->matcher->memory, bytes);
    }
    if (known->vectors == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu vectors of %zu numbers",
                                count, known->dimension);
    }
    return competency__embedder_ask(embedder, known->vectors, known->names.strings, count,
                                    known->dimension, err);
}

static bool is_same_role(const competency_pair *a, const competency_pair *b)
{
    return a->required.skills == b->required.skills && a->required.count == b->required.count;
}

// Pairs that follow each other and share a role share a scorer.
static competency_status match_pairs(competency_match *out, match_call *call, competency_error *err)
{
    competency_scorer *scorer = NULL;
    competency_status status = COMPETENCY_OK;
    for (size_t i = 0; i < call->count && status == COMPETENCY_OK; i++) {
        const competency_pair *const pair = &call->pairs[i];
        const competency__place place = {.is_batch = call->is_batch, .pair = i};
        if (i == 0 || !is_same_role(pair, pair - 1) ||
            call->dimensions[i] != call->dimensions[i - 1]) {
            competency_scorer_destroy(scorer);
            status = competency__scorer_create(&scorer, call->matcher, &call->known,
                                               &pair->required, call->dimensions[i], place, err);
        }
        if (status == COMPETENCY_OK) {
            status = competency__scorer_match_owned(scorer, &out[i], &pair->candidate, place, err);
        }
    }
    competency_scorer_destroy(scorer);
    return status;
}

static competency_status run_call(competency_match *out, match_call *call, competency_error *err)
{
    for (size_t i = 0; i < call->count; i++) {
        out[i] = (competency_match){0};
    }
    call->known.names.memory = &call->matcher->memory;
    competency_status status = check_pairs(call, err);
    if (status == COMPETENCY_OK) {
        status = collect_names(call, err);
    }
    if (status == COMPETENCY_OK) {
        status = embed_names(call, err);
    }
    if (status == COMPETENCY_OK) {
        status = match_pairs(out, call, err);
    }
    if (status != COMPETENCY_OK) {
        for (size_t i = 0; i < call->count; i++) {
            competency_match_destroy(&out[i]);
        }
    }
    competency__string_set_deinit(&call->known.names);
    competency__release(&call->matcher->memory, call->known.vectors);
    return status;
}

competency_status competency_match_run(competency_match *out, const competency_matcher *matcher,
                                       const competency_profile *candidate,
                                       const competency_profile *required, competency_error *err)
{
    const competency_pair pair = {.candidate = *candidate, .required = *required};
    size_t dimension = 0;
    match_call call = {
        .matcher = matcher,
        .pairs = &pair,
        .count = 1,
        .dimensions = &dimension,
    };
    return run_call(out, &call, err);
}

competency_status competency_match_batch(competency_match *out, const competency_matcher *matcher,
                                         const competency_pair *pairs, size_t count,
                                         competency_error *err)
{
    if (count == 0) {
        return COMPETENCY_OK;
    }
    match_call call = {
        .matcher = matcher,
        .pairs = pairs,
        .count = count,
        .is_batch = true,
    };
    size_t bytes = 0;
    if (competency__mul(&bytes, count, sizeof(size_t))) {
        call.dimensions = competency__allocate(&matcher->memory, bytes);
    }
    if (call.dimensions == NULL) {
        for (size_t i = 0; i < count; i++) {
            out[i] = (competency_match){0};
        }
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu pairs", count);
    }
    const competency_status status = run_call(out, &call, err);
    competency__release(&matcher->memory, call.dimensions);
    return status;
}
