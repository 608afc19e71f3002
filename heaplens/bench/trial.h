// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_TRIAL_H
#define HEAPLENS_BENCH_TRIAL_H

#include <stdint.h>

#include "bench/comparison.h"
#include "bench/looks.h"
#include "bench/random.h"

/**
 * @file
 * A trial of two versions of a program: draws the order of the runs, keeps what they measured, and
 * says at the looks that were planned whether it can end. It runs nothing itself.
 *
 *     while (!heaplens__trial_is_over(trial)) {
 *         run the programs in the order of heaplens__trial_order(trial);
 *         heaplens__trial_add(trial, base, head);
 *         heaplens__trial_look(trial, is_time_up);
 *     }
 */

/** A figure that every run of either version gives. */
typedef struct heaplens_trial_figure {
    double margin;  // changes within it do not matter; relative, >= 0
    bool is_count;  // a count of the program's own: if it repeats, any difference counts
} heaplens_trial_figure;

enum { HEAPLENS_TRIAL_RUNS = 2 };  // of each version in a block

/** One block: the versions in the order in which they run; false is base. */
typedef struct heaplens_trial_order {
    bool is_head[2 * HEAPLENS_TRIAL_RUNS];
} heaplens_trial_order;

typedef struct heaplens_trial {
    size_t figure_count;
    size_t adopted_count;
    size_t blocks;  // measured so far
    heaplens_looks looks;
    size_t look_count;  // that were taken
    double alpha;
    uint64_t seed;
    heaplens_random lots;
    const heaplens_trial_figure *figures;  // borrowed
    double *values[2];                     // base, head: (figures, blocks_max, runs)
    heaplens_comparison *items;            // (figures, adopted) as of the last look
    heaplens_comparison *controls;         // (figures) the program against itself, likewise
    bool is_over;
} heaplens_trial;

/**
 * Plan a trial.
 *
 * @param[out] out         released by heaplens__trial_destroy(); NULL on failure
 * @param[in]  figures     (figure_count) >= 1; borrowed until the trial is destroyed
 * @param      blocks_max  1 to HEAPLENS_SIGNED_RANK_MAX
 * @param      alpha       above 0, below 1
 * @return HEAPLENS_OK; HEAPLENS_EINVAL; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__trial_create(heaplens_trial **out,
                                                         const heaplens_trial_figure *figures,
                                                         size_t figure_count, size_t blocks_max,
                                                         double alpha, uint64_t seed);

/** Release a trial; NULL is accepted. */
void heaplens__trial_destroy(heaplens_trial *trial);

/**
 * Draw the order of the next block: base head head base, or head base base head. Call it once a
 * block.
 */
heaplens_trial_order heaplens__trial_order(heaplens_trial *trial);

/**
 * Keep what a block measured; not when the trial is over.
 *
 * @param[in] base  (figures, HEAPLENS_TRIAL_RUNS) in the order of the runs, finite
 */
void heaplens__trial_add(heaplens_trial *trial, const double *base, const double *head);

/**
 * Look at the data, if a look is due, and end the trial if every verdict is clear or the plan is
 * through.
 *
 * @param is_time_up  make this the last look, with all that is left of alpha; nothing but the clock
 *                    may decide so
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__trial_look(heaplens_trial *trial, bool is_time_up);

/**
 * Let figures that were compared elsewhere be settled with those of the trial; once, before any look.
 *
 * @param[in] items  (count) copied to the trial's items, behind those of its own figures
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM, nothing is changed then
 */
HEAPLENS_MUST_USE heaplens_status heaplens__trial_adopt(heaplens_trial *trial,
                                                        const heaplens_comparison *items,
                                                        size_t count);

/** Has the last look been taken? The items are final then. */
bool heaplens__trial_is_over(const heaplens_trial *trial);

/** Did the last look leave no figure of the trial's own inconclusive? */
bool heaplens__trial_is_clear(const heaplens_trial *trial);

/** The most blocks that the trial still takes. */
size_t heaplens__trial_blocks_left(const heaplens_trial *trial);

#endif
