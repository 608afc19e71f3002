// SPDX-License-Identifier: MIT
// The three strategies: how a score is adjusted, and how many become one (R89-R92).
#include "match/strategy.h"

#include <math.h>
#include <string.h>

static double mean_probability(const competency_skill_score *scores, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += scores[i].probability;
    }
    return sum / (double)count;
}

static void adjust_nothing(void *self, competency_skill_score *score)
{
    (void)self;
    (void)score;
}

static double aggregate_mean(void *self, const competency_skill_score *scores, size_t count)
{
    (void)self;
    return mean_probability(scores, count);
}

// Doubt about the candidate's level counts against the candidate.
static void discount_variance(void *self, competency_skill_score *score)
{
    (void)self;
    score->probability *= 1 - 0.5 * score->variance;
}

static double aggregate_towards_weakest(void *self, const competency_skill_score *scores,
                                        size_t count)
{
    (void)self;
    double minimum = HUGE_VAL;
    for (size_t i = 0; i < count; i++) {
        minimum = fmin(minimum, scores[i].probability);
    }
    return 0.7 * mean_probability(scores, count) + 0.3 * minimum;
}

// Somebody who knows something similar is expected to learn the rest.
static void reward_similarity(void *self, competency_skill_score *score)
{
    (void)self;
    if (score->best_similarity > 0.2) {
        const double factor = 1 + 0.3 * (score->best_similarity - 0.2);
        score->probability = fmin(1, score->probability * factor);
    }
}

static double aggregate_towards_strongest(void *self, const competency_skill_score *scores,
                                          size_t count)
{
    (void)self;
    double maximum = 0;
    for (size_t i = 0; i < count; i++) {
        maximum = fmax(maximum, scores[i].probability);
    }
    return 0.6 * mean_probability(scores, count) + 0.4 * maximum;
}

typedef struct named_strategy {
    const char *name;
    competency_strategy_table table;
} named_strategy;

// Indexed by competency_strategy.
static const named_strategy strategies[] = {
    [COMPETENCY_STRATEGY_DEFAULT] = {"default",
                                     {.adjust = adjust_nothing, .aggregate = aggregate_mean}},
    [COMPETENCY_STRATEGY_CONSERVATIVE] = {"conservative",
                                          {.adjust = discount_variance,
                                           .aggregate = aggregate_towards_weakest}},
    [COMPETENCY_STRATEGY_AGGRESSIVE] = {"aggressive",
                                        {.adjust = reward_similarity,
                                         .aggregate = aggregate_towards_strongest}},
};

enum { STRATEGY_COUNT = sizeof(strategies) / sizeof(strategies[0]) };

const competency_strategy_table *competency__strategy_table(competency_strategy strategy)
{
    return (size_t)strategy < STRATEGY_COUNT ? &strategies[strategy].table : NULL;
}

competency_status competency_strategy_parse(competency_strategy *out, const char *name)
{
    if (out == NULL || name == NULL) {
        return COMPETENCY_EINVAL;
    }
    for (size_t i = 0; i < STRATEGY_COUNT; i++) {
        if (strcmp(strategies[i].name, name) == 0) {
            *out = (competency_strategy)i;
            return COMPETENCY_OK;
        }
    }
    return COMPETENCY_EINVAL;
}

const char *competency_strategy_name(competency_strategy strategy)
{
    return (size_t)strategy < STRATEGY_COUNT ? strategies[strategy].name : "";
}
