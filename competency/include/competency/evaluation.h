// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_EVALUATION_H
#define COMPETENCY_EVALUATION_H

#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/embedder.h>
#include <competency/scoring.h>
#include <competency/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * How good an embedder and the scoring are, measured on data whose answers are known.
 *
 * A *suite* is a question with its data; each of its *measures* has the value of one method and
 * the number of cases that it was measured on. Beside the method that is asked about stand simple
 * ones, which it has to be better than.
 *
 * An embedder of one's own, whose vectors are the lengths of texts, on the demo:
 *
 * @code
 * static size_t two(void *self)
 * {
 *     (void)self;
 *     return 2;
 * }
 *
 * static competency_status count_bytes(void *self, float *out, const char *const *texts, size_t count,
 *                                      competency_error *err)
 * {
 *     (void)self, (void)err;
 *     for (size_t i = 0; i < count; i++) {
 *         out[2 * i] = (float)strlen(texts[i]);
 *         out[2 * i + 1] = 1;
 *     }
 *     return COMPETENCY_OK;
 * }
 *
 * int main(void)
 * {
 *     const competency_embedder lengths = {.dimension = two, .embed = count_bytes};
 *     competency_evaluation_options options = COMPETENCY_EVALUATION_OPTIONS_INIT;
 *     options.embedder = &lengths;
 *     competency_evaluation measured = {0};
 *     competency_error err = {0};
 *     if (competency_evaluation_run(&measured, COMPETENCY_SUITE_DEMO, "data", &options, &err) !=
 *         COMPETENCY_OK) {
 *         fprintf(stderr, "%s\n", err.message);
 *         return 1;
 *     }
 *     const competency_measure *first = &measured.measures[0];
 *     printf("%s of %s, %zu candidates\n", first->metric, first->method,
 *            first->count);  // prints: AUC of competency, 40 candidates
 *     return 0;
 * }
 * @endcode
 */

/** The suites. */
typedef enum competency_suite {
    COMPETENCY_SUITE_SYNONYMS = 0,     // find a skill by another name of it
    COMPETENCY_SUITE_NEAR_MISSES = 1,  // tell another name from a name that only looks alike
    COMPETENCY_SUITE_RELATED = 2,      // rank occupations by 35 skills
    COMPETENCY_SUITE_DEMO = 3,         // rank the forty candidates of the demo role
} competency_suite;

enum { COMPETENCY_SUITE_COUNT = 4, COMPETENCY_MEASURES_MAX = 64 };

/** "synonyms", "near-misses", "related", "demo". */
COMPETENCY_API const char *competency_suite_name(competency_suite suite);

/**
 * The suite called `name`.
 *
 * @return COMPETENCY_OK; COMPETENCY_EINVAL if there is none
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_suite_parse(competency_suite *out,
                                                                            const char *name);

/** One figure. The strings are constant. */
typedef struct competency_measure {
    competency_suite suite;
    const char *cases;   // which cases, e.g. "no shared word"
    const char *method;  // "competency", or a baseline: "trigrams", "words", "exact", ...
    const char *metric;  // "MRR", "R@1", "R@10", "AUC", "nDCG@10", "P@12"
    double value;        // in [0, 1]
    size_t count;        // cases: queries, pairs, roles, candidates
} competency_measure;

/** What was measured, in a fixed order. */
typedef struct competency_evaluation {
    competency_measure measures[COMPETENCY_MEASURES_MAX];
    size_t count;
} competency_evaluation;

typedef struct competency_evaluation_options {
    uint32_t size;                            // sizeof(competency_evaluation_options)
    const competency_embedder *embedder;      // borrowed; what is asked about
    const competency_classic_config *config;  // of the scoring; NULL: the defaults
    competency_strategy strategy;             // of the scoring

    /** Called now and then with how much of a suite is done; NULL: nobody wants to know. */
    void (*progress)(void *self, const char *what, size_t done, size_t total);
    void *self;  // passed to it

    const competency_allocator *allocator;  // borrowed; NULL: the C library's
} competency_evaluation_options;

#define COMPETENCY_EVALUATION_OPTIONS_INIT            \
    {                                                 \
        .size = sizeof(competency_evaluation_options) \
    }

/**
 * Run one suite and add its measures to `out`.
 *
 * Measures: of a rank r, its reciprocal (MRR) and whether r <= k (R@k), with the middle rank for
 * equal scores; AUC, where equal scores are half; nDCG@10 with a gain of 1 for what is relevant;
 * P@12, the share of relevant among the first 12.
 *
 * @param[in,out] out        zero it before the first suite; unchanged on failure
 * @param[in]     directory  of the data: `quality/` and `demo/` are looked for in it
 * @return COMPETENCY_OK; COMPETENCY_ENOINPUT, COMPETENCY_EIO or COMPETENCY_EFORMAT, naming the
 *         file; COMPETENCY_EINVAL if an option is out of its range; COMPETENCY_ECAPACITY if there
 *         is no room for more measures; COMPETENCY_ENOMEM; or what the embedder returned
 *
 * Cost: some 15,000 names are embedded for the synonyms, 1,700 for the near misses, 35 for the
 * related occupations, which are 373,000 matches of 35 skills with 35. Memory: of
 * options->allocator, and given back before this returns; a file that is read has a buffer of the C
 * library's.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_evaluation_run(competency_evaluation *out, competency_suite suite, const char *directory,
                          const competency_evaluation_options *options, competency_error *err);

#ifdef __cplusplus
}
#endif

#endif
