// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_MATCHER_H
#define COMPETENCY_MATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/embedder.h>
#include <competency/scoring.h>
#include <competency/skill.h>
#include <competency/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * Match what a candidate can do against what a role requires.
 *
 * A *matcher* holds the scoring parameters and borrows an embedder. It is immutable after it is
 * created. A *match* is the result for one candidate and one role.
 */
typedef struct competency_matcher competency_matcher;

typedef struct competency_matcher_options {
    uint32_t size;                           // sizeof(competency_matcher_options)
    const competency_embedder *embedder;     // borrowed; NULL: every skill must bring a vector
    const competency_classic_config *config; // copied; NULL: the defaults
    competency_strategy strategy;
} competency_matcher_options;

#define COMPETENCY_MATCHER_OPTIONS_INIT {.size = sizeof(competency_matcher_options)}

/** An interval around a score; `lower` <= `upper`. The classic penalty path may exceed 1 (D16). */
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
    size_t best;                   // index of the most similar candidate skill
    double best_similarity;        // its similarity as scored, in [-1, 1]
} competency_skill_score;

/** The result of one match. Owns its arrays; released by competency_match_destroy(). */
typedef struct competency_match {
    double overall_score;                 // after strategy and coherence bonus
    size_t required_count;                // requirements
    size_t candidate_count;               // candidate skills that took part
    const competency_skill_score *scores; // (required_count) in the order given
    const double *similarities;           // (required_count, candidate_count): R95, 1 for equal names
    const double *pairwise;               // (required_count, candidate_count): R97
} competency_match;

/** One candidate and one role, for competency_match_batch(). */
typedef struct competency_pair {
    competency_profile candidate;
    competency_profile required;
} competency_pair;

/**
 * Make a matcher.
 *
 * @param[out] out  NULL on entry and on failure; released by competency_matcher_destroy()
 * @return COMPETENCY_OK; COMPETENCY_EINVAL if a parameter is out of range; COMPETENCY_ENOMEM
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_matcher_create(competency_matcher **out, const competency_matcher_options *options,
                          competency_error *err);

/** NULL is accepted. */
COMPETENCY_API void competency_matcher_destroy(competency_matcher *matcher);

/**
 * Match one candidate against one role.
 *
 * Undisclosed candidate skills take no part; an undisclosed requirement is COMPETENCY_EINVAL.
 *
 * @param[out] out  zeroed on entry and on failure; released by competency_match_destroy()
 * @return COMPETENCY_OK; COMPETENCY_EEMPTY if either side has no skills; COMPETENCY_EDISTRIBUTION
 *         if a level gives no Beta distribution; COMPETENCY_EINVAL if vectors differ in length or
 *         are not finite, or one is missing and there is no embedder; COMPETENCY_ENOMEM; or what
 *         the embedder returned
 *
 * Threads: the matcher may be shared; the embedder must not be used by two threads at a time.
 * Numerics: double throughout; the same bits every time, alone and in a batch.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_match_run(competency_match *out, const competency_matcher *matcher,
                     const competency_profile *candidate, const competency_profile *required,
                     competency_error *err);

/**
 * Match many pairs; each distinct name is embedded once (R107-R111).
 *
 * @param[out] out    (count) results in the order of `pairs`; all zeroed when the call fails
 * @param[in]  pairs  (count); may be NULL when count is 0
 * @return as competency_match_run(); the message names the pair
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_match_batch(competency_match *out, const competency_matcher *matcher,
                       const competency_pair *pairs, size_t count, competency_error *err);

/** Release the arrays and zero the struct. NULL and a zeroed struct are accepted. */
COMPETENCY_API void competency_match_destroy(competency_match *match);

#ifdef __cplusplus
}
#endif

#endif
