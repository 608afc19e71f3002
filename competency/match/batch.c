// SPDX-License-Identifier: MIT
// Many pairs at once: check all, embed each distinct name once, then match (R107-R111).
//
// A single match is a batch of one, so the two cannot disagree.
#include <stdint.h>
#include <stdlib.h>

#include "base/checked.h"
#include "base/error.h"
#include "match/matcher.h"
#include "match/name_table.h"
#include "match/pair_check.h"
#include "match/pair_match.h"
#include "match/similarity.h"

// One call of a public function.
typedef struct match_call {
    const competency_matcher *matcher;
    const competency_pair *pairs;
    size_t count;
    bool is_batch;       // messages name the pair
    size_t *dimensions;  // (count)
    competency__name_table names;
    float *vectors;  // (names.wanted_count, dimension of the embedder)
} match_call;

static competency_status check_pairs(const match_call *call, competency_error *err)
{
    for (size_t i = 0; i < call->count; i++) {
        const competency__place place = {.is_batch = call->is_batch, .pair = i};
        const competency_status status = competency__pair_check(call->matcher, &call->pairs[i],
                                                                place, &call->dimensions[i], err);
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    return COMPETENCY_OK;
}

static competency_status add_names(match_call *call, const competency_profile *profile,
                                   competency__place place, competency_error *err)
{
    for (size_t i = 0; i < profile->count; i++) {
        const competency_skill *const skill = &profile->skills[i];
        if (!competency__skill_takes_part(skill)) {
            continue;
        }
        const competency_status status =
            competency__name_table_add(&call->names, skill->name, skill->embedding == NULL);
        if (status == COMPETENCY_EINVAL) {
            place.index = i;
            return competency__fail_at(err, status, &place, "its name is not UTF-8");
        }
        if (status != COMPETENCY_OK) {
            return competency__fail(err, status, "no memory for the names of the skills");
        }
    }
    return COMPETENCY_OK;
}

static competency_status collect_names(match_call *call, competency_error *err)
{
    for (size_t i = 0; i < call->count; i++) {
        competency__place place = {.is_batch = call->is_batch, .pair = i, .side = "candidate"};
        competency_status status = add_names(call, &call->pairs[i].candidate, place, err);
        if (status == COMPETENCY_OK) {
            place.side = "required";
            status = add_names(call, &call->pairs[i].required, place, err);
        }
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    return COMPETENCY_OK;
}

static competency_status embed_names(match_call *call, competency_error *err)
{
    const size_t count = call->names.wanted_count;
    if (count == 0) {
        return COMPETENCY_OK;
    }
    const competency_embedder *const embedder = call->matcher->embedder;
    const size_t dimension = embedder->dimension(embedder->self);
    size_t numbers = 0;
    size_t bytes = 0;
    if (dimension == 0) {
        return competency__fail(err, COMPETENCY_EINVAL, "the embedder's vectors have no numbers");
    }
    if (competency__mul(&numbers, count, dimension) &&
        competency__mul(&bytes, numbers, sizeof(float))) {
        call->vectors = malloc(bytes);
    }
    if (call->vectors == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu vectors of %zu numbers",
                                count, dimension);
    }
    const competency_status status =
        embedder->embed(embedder->self, call->vectors, call->names.wanted, count, err);
    if (status != COMPETENCY_OK) {
        // An embedder that did not say why must not leave the message of an earlier call.
        return err == NULL || err->status == status
                   ? status
                   : competency__fail(err, status, "embedder: %s", competency_status_text(status));
    }
    if (!competency__vector_is_finite(call->vectors, numbers)) {
        return competency__fail(err, COMPETENCY_EINVAL,
                                "the embedder gave a number that is not finite");
    }
    return COMPETENCY_OK;
}

static competency_status match_pairs(competency_match *out, const match_call *call,
                                     competency_error *err)
{
    competency__match_context context = {
        .matcher = call->matcher,
        .names = &call->names,
        .vectors = call->vectors,
    };
    competency_status status = COMPETENCY_OK;
    for (size_t i = 0; i < call->count && status == COMPETENCY_OK; i++) {
        status =
            competency__pair_match(&out[i], &context, &call->pairs[i], call->dimensions[i], err);
    }
    free(context.scratch);
    return status;
}

static competency_status run_call(competency_match *out, match_call *call, competency_error *err)
{
    for (size_t i = 0; i < call->count; i++) {
        out[i] = (competency_match){0};
    }
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
    competency__name_table_deinit(&call->names);
    free(call->vectors);
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
        .dimensions = calloc(count, sizeof(size_t)),
    };
    if (call.dimensions == NULL) {
        for (size_t i = 0; i < count; i++) {
            out[i] = (competency_match){0};
        }
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu pairs", count);
    }
    const competency_status status = run_call(out, &call, err);
    free(call.dimensions);
    return status;
}
