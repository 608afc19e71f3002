// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_SCORER_H
#define COMPETENCY_SCORER_H

#include <stddef.h>
#include <stdint.h>

#include <competency/matcher.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * One role against many candidates.
 *
 * A *scorer* is a role made ready: it remembers each distinct name with its similarities to the
 * requirements, and each distinct level with its distribution, so that a further candidate is a
 * few look-ups. Results are those of competency_match_run(), bit for bit.
 *
 * @code
 * const float vector[] = {0.6F, 0.8F};
 * const competency_skill need = {"Welding", {4, 5, true}, vector, 2, 1, false};
 * const competency_profile role = {&need, 1};
 * competency_matcher *matcher = NULL;
 * competency_scorer *scorer = NULL;
 * if (competency_matcher_create(&matcher, NULL, NULL) != COMPETENCY_OK ||
 *     competency_scorer_create(&scorer, matcher, &role, NULL, NULL) != COMPETENCY_OK) {
 *     return 1;
 * }
 * for (int level = 1; level <= 5; level += 2) {
 *     const competency_skill have = {"Welding", {level, 5, true}, vector, 2, 1, false};
 *     const competency_profile candidate = {&have, 1};
 *     const competency_match *match = NULL;
 *     if (competency_scorer_match(scorer, &match, &candidate, 0, NULL) == COMPETENCY_OK) {
 *         printf("%d: %.2f\n", level, match->overall_score);
 *     }
 * }
 * // prints: 1: 0.70
 * // prints: 3: 0.90
 * // prints: 5: 1.00
 * competency_scorer_destroy(scorer);
 * competency_matcher_destroy(matcher);
 * @endcode
 */
typedef struct competency_scorer competency_scorer;

/** What a result contains beside the scores. */
enum {
    COMPETENCY_WITH_INTERVALS = 1,  // else `interval` is {NaN, NaN}
    COMPETENCY_WITH_MATRICES = 2,   // else `similarities` and `pairwise` are NULL
};

typedef struct competency_scorer_options {
    uint32_t size;     // sizeof(competency_scorer_options)
    size_t names_max;  // distinct names to remember; 0: 65,536
} competency_scorer_options;

#define COMPETENCY_SCORER_OPTIONS_INIT            \
    {                                             \
        .size = sizeof(competency_scorer_options) \
    }

/**
 * Make a role ready.
 *
 * @param[out] out      NULL on entry and on failure; released by competency_scorer_destroy()
 * @param[in]  matcher  borrowed, with its embedder, until the scorer is destroyed
 * @param[in]  role     copied, vectors too
 * @param[in]  options  NULL: defaults
 * @param[out] err      optional; names the index and the name of the offending requirement
 * @return as competency_match_run()
 *
 * Threads: scorers may share a matcher; if that has an embedder, it must be safe for all of them.
 * Cost: embeds the role's names without a vector in one call.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_scorer_create(
    competency_scorer **out, const competency_matcher *matcher, const competency_profile *role,
    const competency_scorer_options *options, competency_error *err);

/** NULL is accepted. */
COMPETENCY_API void competency_scorer_destroy(competency_scorer *scorer);

/**
 * Match one candidate.
 *
 * @param[out] out    the result, in the scorer's own memory: valid until its next call, not to be
 *                    destroyed; NULL on entry and on failure
 * @param      parts  COMPETENCY_WITH_... added up. A strategy of the caller's own gets intervals
 *                    in any case.
 * @param[out] err    optional; as in competency_match_run()
 * @return as competency_match_run(); the scorer stays usable
 *
 * Threads: a scorer is used by one thread at a time.
 * Cost: O(requirements * skills) look-ups. Embeds names not seen before in one call. Allocates
 * nothing once it has seen as many skills in one candidate, and all names and levels: its memory is bounded
 * by names_max, the largest candidate, and nothing else.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_scorer_match(competency_scorer *scorer, const competency_match **out,
                        const competency_profile *candidate, unsigned parts, competency_error *err);

#ifdef __cplusplus
}
#endif

#endif
