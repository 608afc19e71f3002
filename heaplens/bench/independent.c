// SPDX-License-Identifier: MIT
#include "bench/independent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/statistics.h"

// A value of either sample, to be ranked.
typedef struct ranked_value {
    double value;
    size_t index;
} ranked_value;

static int compare_values(const void *left, const void *right)
{
    const ranked_value *const l = left;
    const ranked_value *const r = right;
    return (l->value > r->value) - (l->value < r->value);
}

// Doubled ranks, in the order of the values: those of ties are halves.
static void rank_values(uint32_t *ranks, ranked_value *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare_values);
    for (size_t from = 0; from < count;) {
        size_t to = from + 1;
        while (to < count && values[to].value == values[from].value) {
            to++;
        }
        for (size_t i = from; i < to; i++) {
            ranks[values[i].index] = (uint32_t)(from + 1 + to);
        }
        from = to;
    }
}

static uint64_t sum_ranks(const uint32_t *ranks, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += ranks[i];
    }
    return sum;
}

// Of all ways to choose `chosen` of the ranks, the shares whose sum is at least, and at most, that of
// the first ones: estimated from random choices, the one that was seen among them.
static double permute(uint32_t *ranks, size_t chosen, size_t count, bool is_above,
                      const heaplens_independent *data, heaplens_random *random)
{
    const uint64_t seen = sum_ranks(ranks, chosen);
    uint32_t as_extreme = 0;
    for (uint32_t i = 0; i < data->resamples; i++) {
        for (size_t j = 0; j < chosen; j++) {
            const size_t other = j + heaplens__random_below(random, (uint32_t)(count - j));
            const uint32_t kept = ranks[j];
            ranks[j] = ranks[other];
            ranks[other] = kept;
        }
        const uint64_t drawn = sum_ranks(ranks, chosen);
        as_extreme += is_above ? drawn >= seen : drawn <= seen;
    }
    return (1 + (double)as_extreme) / (1 + (double)data->resamples);
}

// ln of the means of blocks of neighbours; values that fill no block are left out. @return how many
static size_t block_means(ranked_value *out, const double *values, size_t count, size_t length)
{
    const size_t blocks = count / length;
    for (size_t i = 0; i < blocks; i++) {
        out[i].value = log(heaplens__mean(values + i * length, length));
    }
    return blocks;
}

// The probability of a head that is so far above (or below) base moved by `shift`.
static double test_side(const heaplens_independent *data, double shift, bool is_above,
                        ranked_value *values, uint32_t *ranks, heaplens_random *random)
{
    const size_t head = block_means(values, data->head, data->head_count, data->block_length);
    const size_t base =
        block_means(values + head, data->base, data->base_count, data->block_length);
    for (size_t i = 0; i < head + base; i++) {
        values[i].value -= i < head ? shift : 0;
        values[i].index = i;
    }
    rank_values(ranks, values, head + base);
    return permute(ranks, head, head + base, is_above, data, random);
}

static heaplens_status test_beyond(double *p, const heaplens_independent *data, double margin,
                                   heaplens_random *random)
{
    const size_t count = data->base_count + data->head_count;
    ranked_value *const values = calloc(count, sizeof(*values));
    uint32_t *const ranks = calloc(count, sizeof(*ranks));
    heaplens_status status = HEAPLENS_ENOMEM;
    if (values != NULL && ranks != NULL) {
        const double over = test_side(data, margin, true, values, ranks, random);
        const double under = test_side(data, -margin, false, values, ranks, random);
        *p = fmin(1, 2 * fmin(over, under));
        status = HEAPLENS_OK;
    }
    free(values);
    free(ranks);
    return status;
}

// The median of a resample: blocks of neighbours, which go on at the beginning behind the end.
static double resampled_median(const double *values, size_t count, size_t length, double *scratch,
                               heaplens_random *random)
{
    size_t from = 0;
    for (size_t i = 0; i < count; i++) {
        from = i % length == 0 ? heaplens__random_below(random, (uint32_t)count) : from + 1;
        scratch[i] = values[from % count];
    }
    return heaplens__quantile_of(scratch, count, 0.5);
}

static double median_of(const double *values, size_t count, double *scratch)
{
    memcpy(scratch, values, count * sizeof(*values));
    return heaplens__quantile_of(scratch, count, 0.5);
}

// Median of head over median of base, and its interval.
static heaplens_status estimate_change(heaplens_comparison *item, const heaplens_independent *data,
                                       heaplens_random *random)
{
    const size_t base = data->base_count;
    const size_t head = data->head_count;
    double *const scratch = calloc(base + head, sizeof(*scratch));
    double *const ratios = calloc(data->resamples, sizeof(*ratios));
    heaplens_status status = HEAPLENS_ENOMEM;
    if (scratch == NULL || ratios == NULL) {
        goto done;
    }
    item->base = median_of(data->base, base, scratch);
    item->head = median_of(data->head, head, scratch);
    item->change = item->head / item->base - 1;
    for (uint32_t i = 0; i < data->resamples; i++) {
        const double of_head =
            resampled_median(data->head, head, data->block_length, scratch, random);
        const double of_base =
            resampled_median(data->base, base, data->block_length, scratch, random);
        ratios[i] = of_head / of_base;
    }
    item->low = heaplens__quantile_of(ratios, data->resamples, data->alpha / 2) - 1;
    item->high = heaplens__quantile_of(ratios, data->resamples, 1 - data->alpha / 2) - 1;
    status = HEAPLENS_OK;
done:
    free(scratch);
    free(ratios);
    return status;
}

static bool are_positive(const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!(values[i] > 0)) {
            return false;
        }
    }
    return true;
}

static bool is_usable(const heaplens_independent *data)
{
    const size_t least = data->base_count < data->head_count ? data->base_count : data->head_count;
    const size_t most = data->base_count < data->head_count ? data->head_count : data->base_count;
    return least >= 2 && most <= (size_t)1 << 30 && data->block_length >= 1 &&
           data->block_length <= least / 2 && data->resamples >= 99 && data->alpha > 0 &&
           data->alpha < 1 && are_positive(data->base, data->base_count) &&
           are_positive(data->head, data->head_count);
}

heaplens_status heaplens__compare_independent(heaplens_comparison *item,
                                              const heaplens_independent *data,
                                              heaplens_random *random)
{
    if (!is_usable(data)) {
        return HEAPLENS_EINVAL;
    }
    heaplens_comparison next = *item;
    const double margin = log1p(item->margin);
    heaplens_status status = test_beyond(&next.p, data, margin, random);
    if (status == HEAPLENS_OK) {
        status = estimate_change(&next, data, random);
    }
    if (status == HEAPLENS_OK) {
        next.is_relative = true;
        next.is_within = log1p(next.low) >= -margin && log1p(next.high) <= margin;
        *item = next;
    }
    return status;
}
