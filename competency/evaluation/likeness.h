// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EVALUATION_LIKENESS_H
#define COMPETENCY_EVALUATION_LIKENESS_H

/**
 * @file
 * How alike texts are by their letters: what a model has to be better than.
 */
#include <stddef.h>

#include <competency/allocator.h>
#include <competency/status.h>

/** What two texts may have in common. Case is ignored where it is ASCII. */
typedef enum competency__likeness_kind {
    COMPETENCY__LIKENESS_EXACT,     // 1 for equal texts, else 0
    COMPETENCY__LIKENESS_WORDS,     // words shared, of the words of both (Jaccard)
    COMPETENCY__LIKENESS_TRIGRAMS,  // cosine of trigrams of characters weighted by tf and idf
} competency__likeness_kind;

enum { COMPETENCY__LIKENESS_KINDS = 3 };

/** "exact", "words", "trigrams". */
const char *competency__likeness_name(competency__likeness_kind kind);

/** An index over texts. */
typedef struct competency__likeness competency__likeness;

/**
 * Index `count` texts.
 *
 * Trigrams are those of a blank, the text and a blank; the weight of one in a text is
 * (1 + ln tf) * (1 + ln((1 + count) / (1 + texts that have it))).
 * Source: Salton & Buckley 1988, "Term-weighting approaches in automatic text retrieval".
 *
 * @param[out] out     NULL on failure; released by competency__likeness_destroy()
 * @param[in]  memory  copied; NULL: the C library's
 * @param[in]  texts  (count) not needed afterwards
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__likeness_create(
    competency__likeness **out, const competency_allocator *memory, competency__likeness_kind kind,
    const char *const *texts, size_t count, competency_error *err);

/** NULL is accepted. */
void competency__likeness_destroy(competency__likeness *likeness);

/**
 * How alike `text` is to each text of the index, in [0, 1].
 *
 * @param[out] scores  (count)
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__likeness_score(competency__likeness *likeness,
                                                                 double *scores, const char *text,
                                                                 competency_error *err);

#endif
