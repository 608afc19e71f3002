// SPDX-License-Identifier: MIT
#include "bench/trial.h"

#include <stdlib.h>

#include "bench/paired.h"
#include "bench/signed_rank.h"

enum {
    STREAM_OF_ORDER = 1,
    STREAM_OF_CONTROLS,
};

static size_t blocks_max(const heaplens_trial *trial)
{
    return trial->looks.blocks[trial->looks.count - 1];
}

static bool allocate(heaplens_trial *trial)
{
    const size_t runs = trial->figure_count * blocks_max(trial) * HEAPLENS_TRIAL_RUNS;
    trial->values[0] = calloc(runs, sizeof(double));
    trial->values[1] = calloc(runs, sizeof(double));
    trial->items = calloc(trial->figure_count, sizeof(*trial->items));
    trial->controls = calloc(trial->figure_count, sizeof(*trial->controls));
    return trial->values[0] != NULL && trial->values[1] != NULL && trial->items != NULL &&
           trial->controls != NULL;
}

heaplens_status heaplens__trial_create(heaplens_trial **out, const heaplens_trial_figure *figures,
                                       size_t figure_count, size_t most, double alpha,
                                       uint64_t seed)
{
    *out = NULL;
    if (figure_count == 0 || figure_count > SIZE_MAX / (1 << 20) || most == 0 ||
        most > HEAPLENS_SIGNED_RANK_MAX || !(alpha > 0) || !(alpha < 1)) {
        return HEAPLENS_EINVAL;
    }
    heaplens_trial *const trial = calloc(1, sizeof(*trial));
    if (trial == NULL) {
        return HEAPLENS_ENOMEM;
    }
    trial->figures = figures;
    trial->figure_count = figure_count;
    trial->looks = heaplens__looks_plan(most);
    trial->alpha = alpha;
    trial->seed = seed;
    trial->lots = heaplens__random_stream(seed, STREAM_OF_ORDER);
    if (!allocate(trial)) {
        heaplens__trial_destroy(trial);
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < figure_count; i++) {
        trial->items[i] = heaplens__comparison_start(figures[i].margin);
        trial->controls[i] = heaplens__comparison_start(figures[i].margin);
    }
    *out = trial;
    return HEAPLENS_OK;
}

void heaplens__trial_destroy(heaplens_trial *trial)
{
    if (trial != NULL) {
        free(trial->values[0]);
        free(trial->values[1]);
        free(trial->items);
        free(trial->controls);
        free(trial);
    }
}

heaplens_status heaplens__trial_adopt(heaplens_trial *trial, const heaplens_comparison *items,
                                      size_t count)
{
    heaplens_comparison *const more =
        realloc(trial->items, (trial->figure_count + count) * sizeof(*more));
    if (more == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        more[trial->figure_count + i] = items[i];
    }
    trial->items = more;
    trial->adopted_count = count;
    return HEAPLENS_OK;
}

heaplens_trial_order heaplens__trial_order(heaplens_trial *trial)
{
    const bool is_first = heaplens__random_below(&trial->lots, 2) == 1;
    return (heaplens_trial_order){{is_first, !is_first, !is_first, is_first}};
}

void heaplens__trial_add(heaplens_trial *trial, const double *base, const double *head)
{
    const double *const given[2] = {base, head};
    for (size_t version = 0; version < 2; version++) {
        for (size_t i = 0; i < trial->figure_count; i++) {
            double *const values = trial->values[version] +
                                   (i * blocks_max(trial) + trial->blocks) * HEAPLENS_TRIAL_RUNS;
            values[0] = given[version][i * HEAPLENS_TRIAL_RUNS];
            values[1] = given[version][i * HEAPLENS_TRIAL_RUNS + 1];
        }
    }
    trial->blocks++;
}

// The figure as exact, or by the statistics of this look.
static heaplens_status look_at(heaplens_trial *trial, size_t figure, double share)
{
    const size_t at = figure * blocks_max(trial) * HEAPLENS_TRIAL_RUNS;
    const size_t runs = trial->blocks * HEAPLENS_TRIAL_RUNS;
    const heaplens_pairs pairs = {.base = trial->values[0] + at,
                                  .head = trial->values[1] + at,
                                  .blocks = trial->blocks,
                                  .runs = HEAPLENS_TRIAL_RUNS};
    heaplens_comparison *const item = &trial->items[figure];
    heaplens_comparison *const control = &trial->controls[figure];
    if (trial->figures[figure].is_count &&
        heaplens__compare_exact(item, pairs.base, runs, pairs.head, runs)) {
        return HEAPLENS_OK;
    }
    if (item->is_exact) {  // it was, until this look
        *item = heaplens__comparison_start(trial->figures[figure].margin);
    }
    const heaplens_status status = heaplens__compare_paired(item, &pairs, trial->alpha, share);
    if (status != HEAPLENS_OK || trial->blocks < 2) {
        return status;
    }
    // The same lots at every look, so that a report does not depend on when it was asked for.
    heaplens_random lots = heaplens__random_stream(trial->seed, STREAM_OF_CONTROLS);
    *control = heaplens__comparison_start(trial->figures[figure].margin);
    return heaplens__compare_control(control, &pairs, &lots, trial->alpha);
}

static bool has_changed(const heaplens_comparison *item)
{
    return item->outcome == HEAPLENS_OUTCOME_IMPROVED ||
           item->outcome == HEAPLENS_OUTCOME_REGRESSED;
}

// Of a machine on which a program differs from itself nothing is said.
static void withhold(heaplens_trial *trial)
{
    for (size_t i = 0; i < trial->figure_count; i++) {
        if (!trial->items[i].is_exact && has_changed(&trial->controls[i])) {
            trial->items[i].outcome = HEAPLENS_OUTCOME_INCONCLUSIVE;
        }
    }
}

static heaplens_status look_at_all(heaplens_trial *trial, double share)
{
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < trial->figure_count && status == HEAPLENS_OK; i++) {
        status = look_at(trial, i, share);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__comparisons_settle(
            trial->items, trial->figure_count + trial->adopted_count, trial->alpha);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__comparisons_settle(trial->controls, trial->figure_count, trial->alpha);
    }
    withhold(trial);
    return status;
}

bool heaplens__trial_is_clear(const heaplens_trial *trial)
{
    for (size_t i = 0; i < trial->figure_count; i++) {
        if (trial->items[i].outcome == HEAPLENS_OUTCOME_INCONCLUSIVE) {
            return false;
        }
    }
    return true;
}

heaplens_status heaplens__trial_look(heaplens_trial *trial, bool is_time_up)
{
    const heaplens_looks *const looks = &trial->looks;
    const bool is_due = trial->blocks >= looks->blocks[trial->look_count];
    if (trial->is_over || trial->blocks == 0 || (!is_due && !is_time_up)) {
        return HEAPLENS_OK;
    }
    const double share = is_time_up ? heaplens__looks_left(looks, trial->look_count)
                                    : looks->share[trial->look_count];
    const heaplens_status status = look_at_all(trial, share);
    trial->look_count++;
    trial->is_over = is_time_up || trial->look_count == looks->count ||
                     (status == HEAPLENS_OK && heaplens__trial_is_clear(trial));
    return status;
}

bool heaplens__trial_is_over(const heaplens_trial *trial)
{
    return trial->is_over;
}

size_t heaplens__trial_blocks_left(const heaplens_trial *trial)
{
    return trial->is_over ? 0 : blocks_max(trial) - trial->blocks;
}
