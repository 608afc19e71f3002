// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_PAIRED_H
#define HEAPLENS_BENCH_PAIRED_H

#include <stddef.h>

#include "bench/comparison.h"
#include "bench/random.h"

/**
 * @file
 * Two versions of a program, run side by side in blocks: base, head, head, base, or the other way
 * round, as lots are drawn.
 *
 * A run of a program is one value: what varies between runs (where the program lies in memory,
 * which processor it gets, what else the machine does) is far more than what varies within one, and
 * more samples of one run do not average it away. A block gives one difference,
 *
 *     d = mean of ln(head) - mean of ln(base)
 *
 * in which a steady drift of the machine cancels out. Signed ranks of the d (bench/signed_rank.h)
 * then need no more than that the order within each block was drawn by lot. See docs/adr/0220.
 */

/** The values of one figure; those of a version in a block are neighbours. */
typedef struct heaplens_pairs {
    const double *base;  // (blocks, runs), finite
    const double *head;  // (blocks, runs)
    size_t blocks;       // 1 to HEAPLENS_SIGNED_RANK_MAX
    size_t runs;         // of each version in a block, >= 1
} heaplens_pairs;

/**
 * Compare a figure at a look at the data.
 *
 * p becomes the least of itself and p_now / share, where p_now is the probability of data at least
 * as far beyond the margin, and `share` the part of alpha that is spent at this look: with shares
 * that add up to 1, p is a p-value whenever one stops (by Bonferroni's inequality). The interval
 * is that of this look, at the level alpha * share, and `is_within` is set once it lies in the
 * margin. All intervals of all looks together miss the truth with a probability of at most alpha.
 *
 * Where a value is not positive, differences are compared instead of ratios; the margin is then a
 * share of the median of base.
 *
 * @param[in,out] item   from heaplens__comparison_start(); unchanged on failure
 * @param         alpha  of the whole run, e.g. 0.05
 * @param         share  1 for a single look; see heaplens__looks_plan()
 * @return HEAPLENS_OK; HEAPLENS_EINVAL; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__compare_paired(heaplens_comparison *item,
                                                           const heaplens_pairs *pairs,
                                                           double alpha, double share);

/**
 * The control: the same program against itself, as the same schedule measured it. Of every two
 * blocks the four runs of base make up one block, first and last against the two between; which of
 * them are called head is drawn by lot. The runs of head do likewise.
 *
 * @param[in,out] item  as above; its interval is the noise floor of the machine at this moment
 * @param         lots  draws one bit for every block
 * @return as above; HEAPLENS_EINVAL too for fewer than two blocks or other than two runs
 */
HEAPLENS_MUST_USE heaplens_status heaplens__compare_control(heaplens_comparison *item,
                                                            const heaplens_pairs *pairs,
                                                            heaplens_random *lots, double alpha);

#endif
