// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_COMPARISON_H
#define HEAPLENS_BENCH_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include <heaplens/status.h>

/**
 * @file
 * What is said about one figure (a time, a number of allocations ...) of two versions of a program.
 *
 * *Base* is the version that is known, *head* the one in question. Every figure is a cost: more is
 * worse. A *change* is head / base - 1. Changes within the *margin* do not matter, and the question
 * that the statistics answer is never "is there a change" but "is it larger than the margin".
 *
 * A run compares many figures. Each is filled by one of
 *
 *   heaplens__compare_exact()        values that repeat exactly: any difference counts
 *   heaplens__compare_paired()       runs of both versions side by side (bench/paired.h)
 *   heaplens__compare_independent()  a saved sample and a new one (bench/independent.h)
 *
 * and then heaplens__comparisons_settle() decides about all of them together, because one in twenty
 * of many figures would be found changed by chance.
 */

typedef enum heaplens_outcome {
    HEAPLENS_OUTCOME_INCONCLUSIVE,  // the data allow a change that matters, and none
    HEAPLENS_OUTCOME_NO_CHANGE,     // whatever the change is, it is within the margin
    HEAPLENS_OUTCOME_IMPROVED,      // less than before, by more than the margin
    HEAPLENS_OUTCOME_REGRESSED,     // more than before, by more than the margin
} heaplens_outcome;

enum { HEAPLENS_OUTCOME_COUNT = HEAPLENS_OUTCOME_REGRESSED + 1 };

/** "inconclusive", "no change", "improved", "regressed"; never NULL. */
const char *heaplens__outcome_name(heaplens_outcome outcome);

typedef struct heaplens_comparison {
    double base;        // typical value (median), in the figure's own unit
    double head;        // likewise
    double change;      // head / base - 1, or head - base if not is_relative
    double low;         // interval of the change; -INFINITY and INFINITY: too little data for one
    double high;        //
    double margin;      // relative; 0 where any difference counts
    double p;           // of the data, were the change within the margin; > 0, 1 to start with
    double p_adjusted;  // given all figures of the run; set by heaplens__comparisons_settle()
    bool is_exact;      // all values of each version were equal: no statistics; p says nothing
    bool is_relative;   // false: a value was zero or below, and `change` is a difference
    bool is_within;     // the interval lay within the margin
    heaplens_outcome outcome;  // set by heaplens__comparisons_settle()
} heaplens_comparison;

/** Before the first look at any data. @param margin relative, >= 0, e.g. 0.01 */
heaplens_comparison heaplens__comparison_start(double margin);

/**
 * Compare a figure that repeats: no statistics, no margin.
 *
 * That few values are equal may be luck. Where the versions do not differ, n values of each fall
 * apart in this way with a probability of at most 2 / C(2n, n): 10 % of 3 values each, 2.9 % of 4,
 * 0.8 % of 5. Who has fewer than 5 and finds a difference had better measure again.
 *
 * @param[out] out   unchanged if the result is false
 * @param[in]  base  (base_count) >= 1, in any order
 * @return false if the values of a version are not all equal: use statistics then
 */
bool heaplens__compare_exact(heaplens_comparison *out, const double *base, size_t base_count,
                             const double *head, size_t head_count);

/**
 * Decide about all figures of a run together.
 *
 * A figure has changed if its adjusted p is at most alpha; of those that did not, one whose
 * interval lay within the margin has not changed; of the others nothing can be said. The p are
 * adjusted so that of the figures that are called changed, a share of alpha at most is wrong on
 * average; where nothing changed at all, the whole run is without a false verdict with a
 * probability of at least 1 - alpha.
 *
 * Source: Y. Benjamini, Y. Hochberg 1995, "Controlling the false discovery rate". Exact figures
 * are not tests, and are left out of it.
 *
 * @param         alpha  above 0, below 1, e.g. 0.05
 * @param[in,out] items  (count); may be settled again after more data
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM, nothing is changed then
 */
HEAPLENS_MUST_USE heaplens_status heaplens__comparisons_settle(heaplens_comparison *items,
                                                               size_t count, double alpha);

/**
 * The smallest false discovery rates at which each would be a discovery (Benjamini and Hochberg):
 * p_(i) becomes min over j >= i of p_(j) * count / j, at most 1.
 *
 * @param[in,out] p  (count) in any order, which is kept
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM, nothing is changed then
 */
HEAPLENS_MUST_USE heaplens_status heaplens__adjust_for_discoveries(double *p, size_t count);

#endif
