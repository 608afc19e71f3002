// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_LEVEL_TABLE_H
#define COMPETENCY_MATCH_LEVEL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/scoring.h>

#include "match/beta.h"
#include "match/beta_panels.h"

/**
 * @file
 * The distinct levels of candidates. Scoring asks the same of a level again and again, and a scale
 * of five has six of them: what follows from a level is found once.
 */

/** A level's distribution and what is known of it. */
typedef struct competency__level {
    double ratio;
    competency__beta beta;
    double mean;
    double square;                    // the mean of the square: variance + mean^2
    double *at_thresholds;            // (threshold_count) owned; NaN where not yet asked; or NULL
    competency__beta_panels *panels;  // owned; NULL: quantiles are found without
    size_t group;                     // a guess of competency__skill_set_level()
} competency__level;

/** Fill a level from its distribution; without thresholds and panels. */
void competency__level_init(competency__level *level, double ratio, const competency__beta *beta);

/** Levels by their ratio. Zero-initialise it, but for `memory` and `threshold_count`. */
typedef struct competency__level_table {
    const competency_allocator *memory;
    size_t threshold_count;      // requirements whose thresholds are remembered
    competency__level **levels;  // (count) owned; each stays where it is
    size_t count;
    size_t capacity;
    uint32_t *slots;  // (slot_count) number + 1; 0: free
    size_t slot_count;
} competency__level_table;

/**
 * The level with this ratio, made if it is new.
 *
 * @param[out] out           lives until competency__level_table_clear()
 * @param      wants_panels  quantiles will be asked for
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM; COMPETENCY_EDISTRIBUTION, as
 *         competency__beta_from_ratio()
 */
competency_status competency__level_table_get(competency__level **out,
                                              competency__level_table *table, double ratio,
                                              const competency_distribution_config *config,
                                              bool wants_panels, competency_error *err);

/** Forget all levels, keeping the room for them. */
void competency__level_table_clear(competency__level_table *table);

void competency__level_table_deinit(competency__level_table *table);

/** P(X <= threshold) for requirement `index`, whose ratio is `threshold`; remembered. */
double competency__level_below(const competency__level *level, size_t index, double threshold);

#endif
