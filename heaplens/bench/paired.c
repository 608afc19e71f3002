// SPDX-License-Identifier: MIT
#include "bench/paired.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/signed_rank.h"
#include "bench/statistics.h"

// What the differences are differences of.
typedef struct scale {
    bool is_relative;  // logarithms
    double margin;     // in the unit of the differences
} scale;

static bool are_positive(const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!(values[i] > 0)) {
            return false;
        }
    }
    return true;
}

static double mean_of(const double *values, size_t count, bool is_relative)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += is_relative ? log(values[i]) : values[i];
    }
    return sum / (double)count;
}

// Change as a user reads it, of a difference of logarithms.
static double change_of(double difference, bool is_relative)
{
    return is_relative && isfinite(difference) ? expm1(difference) : difference;
}

static double median_of(const double *values, size_t count, double *scratch)
{
    memcpy(scratch, values, count * sizeof(*values));
    return heaplens__quantile_of(scratch, count, 0.5);
}

// The probability of differences as far beyond the margin, on the side where they are further.
static heaplens_status test_beyond(double *p, const double *differences, size_t count,
                                   double margin)
{
    heaplens_tails over = {0};
    heaplens_tails under = {0};
    heaplens_status status = heaplens__signed_rank_test(&over, differences, count, margin);
    if (status == HEAPLENS_OK) {
        status = heaplens__signed_rank_test(&under, differences, count, -margin);
    }
    *p = fmin(1, 2 * fmin(over.above, under.below));
    return status;
}

static heaplens_status judge(heaplens_comparison *item, const double *differences, size_t count,
                             scale of, double level)
{
    double p = 1;
    heaplens_centre centre = {0};
    heaplens_status status = test_beyond(&p, differences, count, of.margin);
    if (status == HEAPLENS_OK) {
        status = heaplens__signed_rank_centre(&centre, differences, count, level);
    }
    if (status != HEAPLENS_OK) {
        return status;
    }
    item->is_relative = of.is_relative;
    item->change = change_of(centre.value, of.is_relative);
    item->low = change_of(centre.low, of.is_relative);
    item->high = change_of(centre.high, of.is_relative);
    item->is_within |= centre.low >= -of.margin && centre.high <= of.margin;
    item->p = p;
    return HEAPLENS_OK;
}

static heaplens_status compare(heaplens_comparison *item, const heaplens_pairs *pairs, double level,
                               double *scratch)
{
    const size_t values = pairs->blocks * pairs->runs;
    heaplens_comparison next = *item;
    next.base = median_of(pairs->base, values, scratch);
    next.head = median_of(pairs->head, values, scratch);
    const bool is_relative = are_positive(pairs->base, values) && are_positive(pairs->head, values);
    for (size_t i = 0; i < pairs->blocks; i++) {
        const size_t at = i * pairs->runs;
        scratch[i] = mean_of(pairs->head + at, pairs->runs, is_relative) -
                     mean_of(pairs->base + at, pairs->runs, is_relative);
    }
    const scale of = {
        .is_relative = is_relative,
        .margin = is_relative ? log1p(item->margin) : item->margin * fabs(next.base),
    };
    const heaplens_status status = judge(&next, scratch, pairs->blocks, of, level);
    if (status == HEAPLENS_OK) {
        *item = next;
    }
    return status;
}

heaplens_status heaplens__compare_paired(heaplens_comparison *item, const heaplens_pairs *pairs,
                                         double alpha, double share)
{
    if (pairs->blocks == 0 || pairs->blocks > HEAPLENS_SIGNED_RANK_MAX || pairs->runs == 0 ||
        !(alpha > 0) || !(alpha < 1) || !(share > 0) || !(share <= 1)) {
        return HEAPLENS_EINVAL;
    }
    double *const scratch = calloc(pairs->blocks * pairs->runs, sizeof(*scratch));
    if (scratch == NULL) {
        return HEAPLENS_ENOMEM;
    }
    const double p_before = item->p;
    const heaplens_status status = compare(item, pairs, alpha * share, scratch);
    if (status == HEAPLENS_OK) {
        item->p = fmin(p_before, item->p / share);
    }
    free(scratch);
    return status;
}

// Makes a block of the runs of one version in every two blocks.
static void split(const double *values, size_t blocks, heaplens_random *lots, double *base,
                  double *head)
{
    for (size_t i = 0; i + 1 < blocks; i += 2) {
        const double *const runs = values + 2 * i;
        const bool is_swapped = heaplens__random_below(lots, 2) == 1;
        double *const outer = is_swapped ? head : base;
        double *const inner = is_swapped ? base : head;
        outer[i] = runs[0];
        outer[i + 1] = runs[3];
        inner[i] = runs[1];
        inner[i + 1] = runs[2];
    }
}

heaplens_status heaplens__compare_control(heaplens_comparison *item, const heaplens_pairs *pairs,
                                          heaplens_random *lots, double alpha)
{
    if (pairs->blocks < 2 || pairs->blocks > HEAPLENS_SIGNED_RANK_MAX || pairs->runs != 2) {
        return HEAPLENS_EINVAL;
    }
    const size_t even = pairs->blocks & ~(size_t)1;
    double *const values = calloc(4 * even, sizeof(*values));
    if (values == NULL) {
        return HEAPLENS_ENOMEM;
    }
    split(pairs->base, even, lots, values, values + 2 * even);
    split(pairs->head, even, lots, values + even, values + 3 * even);
    const heaplens_pairs control = {
        .base = values, .head = values + 2 * even, .blocks = even, .runs = 2};
    const heaplens_status status = heaplens__compare_paired(item, &control, alpha, 1);
    free(values);
    return status;
}
