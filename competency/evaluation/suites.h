// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EVALUATION_SUITES_H
#define COMPETENCY_EVALUATION_SUITES_H

/**
 * @file
 * What the suites share, and the suites: each reads its data, measures, and returns what its
 * readers, the embedder or the scorer returned.
 */
#include <competency/evaluation.h>

/** One suite that is being run. */
typedef struct competency__suite_run {
    competency_evaluation *out;
    competency_suite suite;
    const char *directory;
    const competency_evaluation_options *options;
    const competency_allocator *memory;  // NULL: the C library's
    competency_error *err;
} competency__suite_run;

/** The name of the method that is asked about, beside its baselines. */
extern const char competency__method_asked[];

/** Add a measure. @return COMPETENCY_OK; COMPETENCY_ECAPACITY; COMPETENCY_EFORMAT if `value` is NaN */
COMPETENCY_MUST_USE competency_status competency__add_measure(const competency__suite_run *run,
                                                              const char *cases, const char *method,
                                                              const char *metric, double value,
                                                              size_t count);

/** Say how much is done. */
void competency__report_progress(const competency__suite_run *run, const char *what, size_t done,
                                 size_t total);

/**
 * Embed `count` texts, and make every vector one of length 1.
 *
 * @param[out] vectors    (count, *dimension) of run->memory; NULL on failure
 * @param[out] dimension  numbers in one
 */
COMPETENCY_MUST_USE competency_status competency__embed_all(const competency__suite_run *run,
                                                            float **vectors, size_t *dimension,
                                                            const char *const *texts, size_t count);

/** The product of two vectors of length 1: their cosine. */
double competency__unit_cosine(const float *a, const float *b, size_t dimension);

COMPETENCY_MUST_USE competency_status competency__run_synonyms(const competency__suite_run *run);
COMPETENCY_MUST_USE competency_status competency__run_near_misses(const competency__suite_run *run);
COMPETENCY_MUST_USE competency_status competency__run_related(const competency__suite_run *run);
COMPETENCY_MUST_USE competency_status competency__run_demo(const competency__suite_run *run);

#endif
