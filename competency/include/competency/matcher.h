// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_MATCHER_H
#define COMPETENCY_MATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
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
 *
 * @code
 * const float sql[] = {0.9F, 0.1F};  // without vectors, give the options an embedder
 * const float postgres[] = {0.8F, 0.3F};
 * const competency_skill need = {"SQL", {3, 5, true}, sql, 2, 1, false};
 * const competency_skill have = {"PostgreSQL", {4, 5, true}, postgres, 2, 1, false};
 * const competency_profile role = {&need, 1};
 * const competency_profile candidate = {&have, 1};
 * competency_matcher *matcher = NULL;
 * competency_match match = {0};
 * if (competency_matcher_create(&matcher, NULL, NULL) != COMPETENCY_OK ||
 *     competency_match_run(&match, matcher, &candidate, &role, NULL) != COMPETENCY_OK) {
 *     return 1;
 * }
 * printf("score %.3f\n", match.overall_score);  // prints: score 1.000
 * printf("similarity %.3f\n", match.scores[0].best_similarity);  // prints: similarity 0.969
 * competency_match_destroy(&match);
 * competency_matcher_destroy(matcher);
 * @endcode
 */
typedef struct competency_matcher competency_matcher;

/** How similar two lists of skills are, for callers who do not want the cosine. */
typedef struct competency_similarity {
    void *self;  // passed back to the function

    /**
     * Fill a matrix of similarities; 1 is identical, and breakpoints lie between 0.18 and 0.9.
     *
     * The similarity of two vectors must not depend on what else is in the call.
     *
     * @param[out] out        (required_count, candidate_count) row-major; all finite
     * @param[in]  required   (required_count) vectors of `dimension` numbers
     * @param[in]  candidate  (candidate_count) vectors of `dimension` numbers
     * @return COMPETENCY_OK, or the status with which the match then fails
     */
    competency_status (*fill)(void *self, double *out, const float *const *required,
                              size_t required_count, const float *const *candidate,
                              size_t candidate_count, size_t dimension);
} competency_similarity;

typedef struct competency_matcher_options {
    uint32_t size;                            // sizeof(competency_matcher_options)
    const competency_embedder *embedder;      // borrowed; NULL: every skill must bring a vector
    const competency_classic_config *config;  // copied; NULL: the defaults
    competency_strategy strategy;             // which of the built-in three
    const competency_strategy_table *custom;  // copied; NULL: `strategy`
    const competency_similarity *similarity;  // copied; NULL: the cosine (R40)
    const competency_allocator *allocator;    // copied; NULL: the C library's
} competency_matcher_options;

#define COMPETENCY_MATCHER_OPTIONS_INIT            \
    {                                              \
        .size = sizeof(competency_matcher_options) \
    }

/**
 * The result of one match. Owns its arrays; released by competency_match_destroy().
 *
 * Candidate skills whose level is not disclosed take no part: the columns of the two matrices are
 * the others, in the order given, and `columns` says which skill of the profile each one is.
 */
typedef struct competency_match {
    double overall_score;                  // after strategy and coherence bonus
    size_t required_count;                 // requirements
    size_t candidate_count;                // candidate skills that took part
    const competency_skill_score *scores;  // (required_count) in the order given
    const double *similarities;  // (required_count, candidate_count): R95, 1 for equal names
    const double *pairwise;      // (required_count, candidate_count): R97
    const size_t *columns;       // (candidate_count) indices into the candidate profile
    void *storage;               // the one block that holds the four arrays
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
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_matcher_create(
    competency_matcher **out, const competency_matcher_options *options, competency_error *err);

/** NULL is accepted. */
COMPETENCY_API void competency_matcher_destroy(competency_matcher *matcher);

/**
 * Match one candidate against one role.
 *
 * Undisclosed candidate skills take no part; an undisclosed requirement is COMPETENCY_EINVAL.
 * Names without a vector are embedded in one call, each distinct name once.
 *
 * @param[out] out  zeroed on entry and on failure; released by competency_match_destroy()
 * @param[out] err  optional; names the side, the index and the name of the offending skill
 * @return COMPETENCY_OK; COMPETENCY_EEMPTY if either side has no skills that take part;
 *         COMPETENCY_EDISTRIBUTION if a level is none, or gives no Beta distribution;
 *         COMPETENCY_EINVAL if a name is not UTF-8, or vectors differ in length or are not finite,
 *         or one is missing and there is no embedder; COMPETENCY_ENOMEM; or what the embedder or
 *         the similarity returned
 *
 * Threads: the matcher may be shared; the embedder must not be used by two threads at a time.
 * Cost: O(required * candidates * dimension); the result is one block.
 * Numerics: double throughout; the same bits every time, alone and in a batch.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_match_run(
    competency_match *out, const competency_matcher *matcher, const competency_profile *candidate,
    const competency_profile *required, competency_error *err);

/**
 * Match many pairs; each distinct name is embedded once, in one call (R107-R111).
 *
 * Every pair is checked before anything is embedded. Results equal those of
 * competency_match_run() bit for bit.
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
