// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EVALUATION_METRICS_H
#define COMPETENCY_EVALUATION_METRICS_H

/**
 * @file
 * Measures of a ranking. Scores are higher for better; none is NaN.
 */
#include <stdbool.h>
#include <stddef.h>

/**
 * The rank of item `item` among `count` scores, from 1. Of equal scores each has the middle of
 * their places, so that a method that says the same of everything is as good as chance.
 */
double competency__rank_of(const double *scores, size_t count, size_t item);

/**
 * The area under the curve of true against false positives: how likely a relevant item has a
 * higher score than another one, equal scores being half.
 *
 * Source: Hanley & McNeil 1982, "The meaning and use of the area under a ROC curve".
 *
 * @return NaN unless there are both kinds. Cost: O(relevant * others)
 */
double competency__auc(const double *scores, const bool *is_relevant, size_t count);

/**
 * Put the items in order, best first; equal scores in the order given.
 *
 * @param[out] order  (count) indices
 * @param[out] room   (count) for its own use
 */
void competency__order(size_t *order, size_t *room, const double *scores, size_t count);

/**
 * Normalised discounted cumulative gain of the first `cut` places, with a gain of 1 for a
 * relevant item and a discount of log2(place + 1).
 *
 * Source: Jarvelin & Kekalainen 2002, "Cumulated gain-based evaluation of IR techniques".
 *
 * @return NaN if nothing is relevant
 */
double competency__ndcg(const size_t *order, const bool *is_relevant, size_t count, size_t cut);

/** The share of relevant items in the first `cut` places; cut <= count. */
double competency__precision_at(const size_t *order, const bool *is_relevant, size_t cut);

#endif
