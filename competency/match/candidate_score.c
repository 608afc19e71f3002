// SPDX-License-Identifier: MIT
// A prepared candidate's result: score, aggregate, maps (R89-R106).
#include <string.h>

#include "base/checked.h"
#include "base/phase.h"
#include "match/classic.h"
#include "match/coherence.h"
#include "match/matcher.h"
#include "match/pairwise.h"
#include "match/scorer.h"

// The arrays of a result, while they are written.
typedef struct result_arrays {
    competency_skill_score *scores;
    double *similarities;  // NULL: not wanted
    double *pairwise;      // NULL: not wanted
    size_t *columns;
} result_arrays;

static void place_result(result_arrays *result, competency__arena *arena, size_t required_count,
                         size_t candidate_count, unsigned parts)
{
    size_t row_bytes = SIZE_MAX;  // too large a one overflows the arena below
    (void)competency__mul(&row_bytes, candidate_count, sizeof(double));
    result->scores = competency__arena_take(arena, required_count, sizeof(result->scores[0]));
    result->columns = competency__arena_take(arena, candidate_count, sizeof(result->columns[0]));
    result->similarities = NULL;
    result->pairwise = NULL;
    if ((parts & COMPETENCY_WITH_MATRICES) != 0) {
        result->similarities = competency__arena_take(arena, required_count, row_bytes);
        result->pairwise = competency__arena_take(arena, required_count, row_bytes);
    }
}

size_t competency__result_bytes(size_t required_count, size_t candidate_count, unsigned parts)
{
    competency__arena arena = {0};
    result_arrays ignored;
    place_result(&ignored, &arena, required_count, candidate_count, parts);
    return arena.is_overflown ? SIZE_MAX : arena.used;
}

// Score every requirement; the mean of the largest similarities is what R103 calls the average.
static double score_requirements(const result_arrays *result, const competency_scorer *scorer,
                                 const competency__candidate *candidate, bool wants_interval)
{
    const competency_strategy_table *const strategy = &scorer->matcher->strategy;
    const size_t columns = candidate->set.count;
    double sum = 0;
    COMPETENCY__PHASE_BEGIN("score");
    for (size_t i = 0; i < scorer->required.count; i++) {
        const competency__classic_input input = {
            .config = &scorer->matcher->config,
            .required = &scorer->required,
            .requirement = i,
            .candidate = &candidate->set,
            .similarities = candidate->similarities + i * columns,
            .weights = candidate->weights,
            .group_weights = candidate->group_weights,
            .group_values = candidate->group_values,
            .wants_interval = wants_interval,
        };
        competency_skill_score *const score = &result->scores[i];
        *score = competency__classic_score(&input);
        score->best = candidate->columns[score->best];
        sum += score->best_similarity;
        strategy->adjust(strategy->self, score);
    }
    COMPETENCY__PHASE_END();
    return sum / (double)scorer->required.count;
}

// R95-R97: what the result shows differs from what was scored where names are identical.
static void fill_maps(const result_arrays *result, const competency_scorer *scorer,
                      const competency__candidate *candidate)
{
    const competency__skill_set *const required = &scorer->required;
    const competency__skill_set *const offered = &candidate->set;
    for (size_t i = 0; i < required->count; i++) {
        for (size_t j = 0; j < offered->count; j++) {
            const size_t at = i * offered->count + j;
            const bool is_identical = required->exact[i] == offered->exact[j];
            result->similarities[at] = is_identical ? 1 : candidate->similarities[at];
            result->pairwise[at] = competency__pairwise(result->similarities[at],
                                                        offered->ratios[j], required->ratios[i]);
        }
    }
}

static double overall_score(const result_arrays *result, const competency_scorer *scorer,
                            const competency__candidate *candidate, double average)
{
    const competency_strategy_table *const strategy = &scorer->matcher->strategy;
    const competency__skill_set *const required = &scorer->required;
    const competency__skill_set *const offered = &candidate->set;
    const double base = strategy->aggregate(strategy->self, result->scores, required->count);
    if (required->count < 3 || offered->count < 3) {  // R102
        return base;
    }
    const double coherence =
        competency__coherence(required->domains, required->count, offered->domains, offered->count);
    return competency__coherence_bonus(base, average, coherence);
}

competency_match competency__candidate_score(const competency_scorer *scorer,
                                             const competency__candidate *candidate, unsigned parts,
                                             void *block)
{
    const size_t required_count = scorer->required.count;
    const size_t candidate_count = candidate->set.count;
    competency__arena arena = {.base = block};
    result_arrays result;
    place_result(&result, &arena, required_count, candidate_count, parts);
    memcpy(result.columns, candidate->columns, candidate_count * sizeof(result.columns[0]));
    const double average =
        score_requirements(&result, scorer, candidate, (parts & COMPETENCY_WITH_INTERVALS) != 0);
    if (result.similarities != NULL) {
        fill_maps(&result, scorer, candidate);
    }
    return (competency_match){
        .overall_score = overall_score(&result, scorer, candidate, average),
        .required_count = required_count,
        .candidate_count = candidate_count,
        .scores = result.scores,
        .similarities = result.similarities,
        .pairwise = result.pairwise,
        .columns = result.columns,
    };
}
