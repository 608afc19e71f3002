// SPDX-License-Identifier: MIT
// One candidate against one role: prepare, compare, score, aggregate (R95-R106).
#include "match/pair_match.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/phase.h"
#include "match/beta.h"
#include "match/classic.h"
#include "match/coherence.h"
#include "match/pair_check.h"
#include "match/pairwise.h"
#include "match/skill_set.h"

// What a pair needs while it is matched, in the context's scratch block.
typedef struct pair_scratch {
    competency__skill_set required;
    competency__skill_set candidate;
    double *weights;  // (candidate.count)
} pair_scratch;

// The arrays of a result, while they are written.
typedef struct pair_result {
    competency_skill_score *scores;
    double *similarities;
    double *pairwise;
    size_t *columns;
} pair_result;

static void place_scratch(pair_scratch *scratch, competency__arena *arena, size_t required_count,
                          size_t candidate_count)
{
    competency__skill_set_place(&scratch->required, arena, required_count);
    competency__skill_set_place(&scratch->candidate, arena, candidate_count);
    scratch->weights = competency__arena_take(arena, candidate_count, sizeof(scratch->weights[0]));
}

static void place_result(pair_result *result, competency__arena *arena, size_t required_count,
                         size_t candidate_count)
{
    const size_t row = sizeof(double);
    size_t row_bytes = SIZE_MAX;  // too large a row overflows the arena below
    if (candidate_count <= SIZE_MAX / row) {
        row_bytes = candidate_count * row;
    }
    result->scores = competency__arena_take(arena, required_count, sizeof(result->scores[0]));
    result->similarities = competency__arena_take(arena, required_count, row_bytes);
    result->pairwise = competency__arena_take(arena, required_count, row_bytes);
    result->columns = competency__arena_take(arena, candidate_count, sizeof(result->columns[0]));
}

static competency_status reserve_scratch(competency__match_context *context, pair_scratch *scratch,
                                         size_t required_count, size_t candidate_count)
{
    competency__arena arena = {0};
    place_scratch(scratch, &arena, required_count, candidate_count);
    if (arena.is_overflown) {
        return COMPETENCY_ENOMEM;
    }
    if (arena.used > context->scratch_bytes) {
        free(context->scratch);  // its contents are not needed any more
        context->scratch = malloc(arena.used);
        context->scratch_bytes = context->scratch == NULL ? 0 : arena.used;
    }
    if (context->scratch == NULL) {
        return COMPETENCY_ENOMEM;
    }
    arena = (competency__arena){.base = context->scratch};
    place_scratch(scratch, &arena, required_count, candidate_count);
    return COMPETENCY_OK;
}

static competency_status create_result(pair_result *result, void **storage, size_t required_count,
                                       size_t candidate_count)
{
    competency__arena arena = {0};
    place_result(result, &arena, required_count, candidate_count);
    *storage = arena.is_overflown ? NULL : malloc(arena.used);
    if (*storage == NULL) {
        return COMPETENCY_ENOMEM;
    }
    arena = (competency__arena){.base = *storage};
    place_result(result, &arena, required_count, candidate_count);
    return COMPETENCY_OK;
}

static void prepare_skill(competency__skill_set *set, size_t at, const competency_skill *skill,
                          const competency__match_context *context, size_t dimension)
{
    const size_t number = competency__name_table_number(context->names, skill->name);
    const competency__name *const name = &context->names->names[number];
    set->exact[at] = number;
    set->same[at] = name->same;
    set->domains[at] = name->domain;
    set->vectors[at] =
        skill->embedding != NULL ? skill->embedding : context->vectors + name->row * dimension;
    set->ratios[at] = competency_level_ratio(&skill->level);
}

// `columns` (set->count) receives where each skill stands in the profile; NULL: not wanted.
static competency_status prepare_side(competency__skill_set *set, size_t *columns,
                                      const competency_profile *profile,
                                      const competency__match_context *context, size_t dimension)
{
    size_t at = 0;
    for (size_t i = 0; i < profile->count; i++) {
        const competency_skill *const skill = &profile->skills[i];
        if (!competency__skill_takes_part(skill)) {
            continue;
        }
        prepare_skill(set, at, skill, context, dimension);
        // It passed the check of the pair, and does again.
        const competency_status status = competency__beta_from_ratio(
            &set->betas[at], set->ratios[at], &context->matcher->config.distribution, NULL);
        if (status != COMPETENCY_OK) {
            return status;
        }
        if (columns != NULL) {
            columns[at] = i;
        }
        at++;
    }
    return COMPETENCY_OK;
}

static competency_status fill_similarities(double *out, const competency_similarity *similarity,
                                           const pair_scratch *scratch, size_t dimension,
                                           competency_error *err)
{
    const competency__skill_set *const required = &scratch->required;
    const competency__skill_set *const candidate = &scratch->candidate;
    COMPETENCY__PHASE_BEGIN("similarity");
    const competency_status status =
        similarity->fill(similarity->self, out, required->vectors, required->count,
                         candidate->vectors, candidate->count, dimension);
    COMPETENCY__PHASE_END();
    if (status != COMPETENCY_OK) {
        return competency__fail(err, status, "similarities: %s", competency_status_text(status));
    }
    for (size_t k = 0; k < required->count * candidate->count; k++) {
        if (!isfinite(out[k])) {
            return competency__fail(err, COMPETENCY_EINVAL, "similarity %g is not finite", out[k]);
        }
    }
    return COMPETENCY_OK;
}

// Score every requirement; the mean of the largest similarities is what R103 calls the average.
static double score_requirements(const pair_result *result, const competency_matcher *matcher,
                                 const pair_scratch *scratch)
{
    const size_t columns = scratch->candidate.count;
    double sum = 0;
    COMPETENCY__PHASE_BEGIN("score");
    for (size_t i = 0; i < scratch->required.count; i++) {
        const competency__classic_input input = {
            .config = &matcher->config,
            .required = &scratch->required,
            .requirement = i,
            .candidate = &scratch->candidate,
            .similarities = result->similarities + i * columns,
            .weights = scratch->weights,
        };
        competency_skill_score *const score = &result->scores[i];
        *score = competency__classic_score(&input);
        score->best = result->columns[score->best];
        sum += score->best_similarity;
        matcher->strategy.adjust(matcher->strategy.self, score);
    }
    COMPETENCY__PHASE_END();
    return sum / (double)scratch->required.count;
}

// R95-R97: what the result shows differs from what was scored where names are identical.
static void fill_maps(const pair_result *result, const pair_scratch *scratch)
{
    const competency__skill_set *const required = &scratch->required;
    const competency__skill_set *const candidate = &scratch->candidate;
    for (size_t i = 0; i < required->count; i++) {
        for (size_t j = 0; j < candidate->count; j++) {
            const size_t at = i * candidate->count + j;
            if (required->exact[i] == candidate->exact[j]) {
                result->similarities[at] = 1;
            }
            result->pairwise[at] = competency__pairwise(result->similarities[at],
                                                        candidate->ratios[j], required->ratios[i]);
        }
    }
}

static double overall_score(const pair_result *result, const competency_matcher *matcher,
                            const pair_scratch *scratch, double average)
{
    const competency__skill_set *const required = &scratch->required;
    const competency__skill_set *const candidate = &scratch->candidate;
    const double base =
        matcher->strategy.aggregate(matcher->strategy.self, result->scores, required->count);
    if (required->count < 3 || candidate->count < 3) {  // R102
        return base;
    }
    const double coherence = competency__coherence(required->domains, required->count,
                                                   candidate->domains, candidate->count);
    return competency__coherence_bonus(base, average, coherence);
}

competency_status competency__pair_match(competency_match *out, competency__match_context *context,
                                         const competency_pair *pair, size_t dimension,
                                         competency_error *err)
{
    const competency_matcher *const matcher = context->matcher;
    const size_t required_count = pair->required.count;
    const size_t candidate_count = competency__participant_count(&pair->candidate);
    pair_scratch scratch;
    pair_result result;
    void *storage = NULL;
    competency_status status = reserve_scratch(context, &scratch, required_count, candidate_count);
    if (status == COMPETENCY_OK) {
        status = create_result(&result, &storage, required_count, candidate_count);
    }
    if (status != COMPETENCY_OK) {
        return competency__fail(err, status, "no memory to match %zu with %zu skills",
                                required_count, candidate_count);
    }

    status = prepare_side(&scratch.candidate, result.columns, &pair->candidate, context, dimension);
    if (status == COMPETENCY_OK) {
        status = prepare_side(&scratch.required, NULL, &pair->required, context, dimension);
    }
    if (status == COMPETENCY_OK) {
        status =
            fill_similarities(result.similarities, &matcher->similarity, &scratch, dimension, err);
    }
    if (status != COMPETENCY_OK) {
        free(storage);
        return status;
    }

    const double average = score_requirements(&result, matcher, &scratch);
    fill_maps(&result, &scratch);
    *out = (competency_match){
        .overall_score = overall_score(&result, matcher, &scratch, average),
        .required_count = required_count,
        .candidate_count = candidate_count,
        .scores = result.scores,
        .similarities = result.similarities,
        .pairwise = result.pairwise,
        .columns = result.columns,
        .storage = storage,
    };
    return COMPETENCY_OK;
}

void competency_match_destroy(competency_match *match)
{
    if (match != NULL) {
        free(match->storage);
        *match = (competency_match){0};
    }
}
