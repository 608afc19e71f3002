// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_SCORING_H
#define COMPETENCY_SCORING_H

#include <stddef.h>

#include <competency/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * Parameters of the classic scoring model, with the names and groups of its JSON form.
 *
 * The rules (Rnn) are those of docs/scoring-classic.md.
 *
 * @code
 * competency_error err = {0};
 * competency_classic_config config = competency_classic_config_default();
 * config.penalty.severe_threshold = 1.5;
 * if (competency_classic_config_check(&config, &err) != COMPETENCY_OK) {
 *     printf("%s\n", err.message);  // prints: severe_threshold must be between 0.0 and 1.0
 * }
 * @endcode
 */

/** How a requirement is scored when nothing of the candidate is similar to it (R71). */
typedef struct competency_penalty_config {
    double similarity_threshold;  // [0, 1]; below it the penalty score replaces normal scoring
    double severe_threshold;      // [0, 1]; below it the severe penalty applies
    double moderate_penalty;      // [0, 1]
    double severe_penalty;        // [0, 1]
} competency_penalty_config;

/** Weights of the ordinary score (R80). The last three fields are read and written, not used. */
typedef struct competency_scoring_config {
    double ratio_weight_meets;        // [0, 1]
    double ratio_weight_below;        // [0, 1]
    double max_confidence_weight;     // cap of the ratio weight
    double very_similar_boost;        // unused by the published model
    double moderately_similar_boost;  // unused by the published model
    double high_score_dampening;      // unused by the published model
} competency_scoring_config;

/** From a level to a Beta distribution (R52-R60). */
typedef struct competency_distribution_config {
    double desired_variance;           // >= 0
    double max_variance_factor;        // [0, 1]
    double zero_proficiency_alpha;     // > 0
    double zero_proficiency_beta;      // > 0
    double perfect_proficiency_alpha;  // > 0
    double perfect_proficiency_beta;   // > 0
} competency_distribution_config;

typedef struct competency_classic_config {
    competency_penalty_config penalty;
    competency_scoring_config scoring;
    competency_distribution_config distribution;
} competency_classic_config;

/** An interval around a score; `lower` <= `upper`. The classic penalty path may exceed 1 (R72). */
typedef struct competency_interval {
    double lower;
    double upper;
} competency_interval;

/** How one required skill was met. */
typedef struct competency_skill_score {
    double probability;            // the score of this requirement
    competency_interval interval;  // 95 % interval of the mixture (R65, R72)
    double mean;                   // of the mixture
    double variance;               // of the mixture
    size_t best;                   // the most similar skill, as an index into the candidate profile
    double best_similarity;        // its similarity as scored, in [-1, 1]
} competency_skill_score;

/** How the scores of the required skills become one (R89-R92). */
typedef enum competency_strategy {
    COMPETENCY_STRATEGY_DEFAULT = 0,
    COMPETENCY_STRATEGY_CONSERVATIVE = 1,
    COMPETENCY_STRATEGY_AGGRESSIVE = 2,
} competency_strategy;

/**
 * A strategy of the caller's own: what the built-in three are made of.
 *
 * Every requirement is scored by the classic rules first; then `adjust` may change its score, and
 * `aggregate` makes one number of all of them.
 */
typedef struct competency_strategy_table {
    void *self;  // passed back to both functions

    /** Change `score` in place; usually only `score->probability` (R91, R92). */
    void (*adjust)(void *self, competency_skill_score *score);

    /** The overall score of (count) adjusted ones; count >= 1. */
    double (*aggregate)(void *self, const competency_skill_score *scores, size_t count);
} competency_strategy_table;

/** The published defaults (R11). */
COMPETENCY_API competency_classic_config competency_classic_config_default(void);

/**
 * Check every range in the published order (R12, R13); the first failure is reported. A field
 * that is NaN, which the published checks let through, is refused after them.
 *
 * @return COMPETENCY_OK; COMPETENCY_EINVAL with the published text in `err`
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_classic_config_check(const competency_classic_config *config, competency_error *err);

/** "default", "conservative", "aggressive"; COMPETENCY_EINVAL for anything else. */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_strategy_parse(competency_strategy *out, const char *name);

COMPETENCY_API const char *competency_strategy_name(competency_strategy strategy);

/**
 * An interval by the normal approximation, cut to [0, 1] (R94).
 *
 *     mean -+ z * sqrt(variance),  z = 1.645, 1.96, 2.576 at the levels 0.90, 0.95, 0.99
 *
 * Any other level takes z = 1.96. The matcher does not use it: its intervals are those of the
 * mixture of Beta distributions.
 */
COMPETENCY_API competency_interval competency_interval_normal(double mean, double variance,
                                                              double level);

#ifdef __cplusplus
}
#endif

#endif
