// SPDX-License-Identifier: MIT
#include "bench/signed_rank.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bench/statistics.h"

// A difference from the shift. Ranks are doubled: those of ties are halves.
typedef struct signed_rank {
    double distance;
    bool is_above;
    size_t doubled;
} signed_rank;

static int compare_distances(const void *left, const void *right)
{
    const signed_rank *const l = left;
    const signed_rank *const r = right;
    return (l->distance > r->distance) - (l->distance < r->distance);
}

// Ranks of sorted distances: the ranks from..to - 1 of equal ones, counted from 1, have the mean
// (from + 1 + to) / 2.
static void give_ranks(signed_rank *ranks, size_t count)
{
    for (size_t from = 0; from < count;) {
        size_t to = from + 1;
        while (to < count && ranks[to].distance == ranks[from].distance) {
            to++;
        }
        for (size_t i = from; i < to; i++) {
            ranks[i].doubled = from + 1 + to;
        }
        from = to;
    }
}

// The ranks of the differences that are not at the shift; @return how many.
static size_t rank_differences(signed_rank *ranks, const double *x, size_t count, double shift)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const double distance = x[i] - shift;
        if (distance != 0) {
            ranks[kept++] = (signed_rank){fabs(distance), distance > 0, 0};
        }
    }
    qsort(ranks, kept, sizeof(*ranks), compare_distances);
    give_ranks(ranks, kept);
    return kept;
}

// distribution[s], zeroed: the probability that the doubled ranks with a positive sign add up to s,
// every rank having either sign with probability 1/2. @return the largest s
static size_t distribute(double *distribution, const signed_rank *ranks, size_t count)
{
    size_t most = 0;
    distribution[0] = 1;
    for (size_t i = 0; i < count; i++) {
        const size_t rank = ranks[i].doubled;
        most += rank;
        for (size_t s = most + 1; s > 0; s--) {
            const double with = s - 1 >= rank ? distribution[s - 1 - rank] : 0;
            distribution[s - 1] = (distribution[s - 1] + with) / 2;
        }
    }
    return most;
}

static double sum_of(const double *distribution, size_t from, size_t to)
{
    double sum = 0;
    for (size_t s = from; s <= to; s++) {
        sum += distribution[s];
    }
    return sum < 1 ? sum : 1;
}

heaplens_status heaplens__signed_rank_test(heaplens_tails *out, const double *x, size_t count,
                                           double shift)
{
    if (count > HEAPLENS_SIGNED_RANK_MAX) {
        return HEAPLENS_EINVAL;
    }
    signed_rank *const ranks = calloc(count + 1, sizeof(*ranks));
    double *const distribution = calloc(count * (count + 1) + 1, sizeof(*distribution));
    heaplens_status status = HEAPLENS_ENOMEM;
    if (ranks == NULL || distribution == NULL) {
        goto done;
    }
    const size_t kept = rank_differences(ranks, x, count, shift);
    size_t above = 0;
    for (size_t i = 0; i < kept; i++) {
        above += ranks[i].is_above ? ranks[i].doubled : 0;
    }
    const size_t most = distribute(distribution, ranks, kept);
    *out = (heaplens_tails){
        .above = sum_of(distribution, above, most),
        .below = sum_of(distribution, 0, above),
    };
    status = HEAPLENS_OK;
done:
    free(ranks);
    free(distribution);
    return status;
}

// How many of the smallest means of pairs are left out of the interval: the largest k with
// P(sum < k) <= alpha / 2, for ranks without ties; 0 if there is none.
static heaplens_status count_outside(size_t *out, size_t count, double alpha)
{
    signed_rank *const ranks = calloc(count, sizeof(*ranks));
    double *const distribution = calloc(count * (count + 1) + 1, sizeof(*distribution));
    heaplens_status status = HEAPLENS_ENOMEM;
    if (ranks != NULL && distribution != NULL) {
        for (size_t i = 0; i < count; i++) {
            ranks[i].doubled = 2 * (i + 1);
        }
        (void)distribute(distribution, ranks, count);
        double below = distribution[0];
        *out = 0;
        while (below <= alpha / 2) {
            *out += 1;
            below += distribution[2 * *out];
        }
        status = HEAPLENS_OK;
    }
    free(ranks);
    free(distribution);
    return status;
}

static heaplens_centre centre_of(double *means, size_t mean_count, size_t outside)
{
    qsort(means, mean_count, sizeof(*means), heaplens__compare_doubles);
    const bool has_interval = outside > 0;
    return (heaplens_centre){
        .value = heaplens__quantile(means, mean_count, 0.5),
        .low = has_interval ? means[outside - 1] : (double)-INFINITY,
        .high = has_interval ? means[mean_count - outside] : (double)INFINITY,
    };
}

heaplens_status heaplens__signed_rank_centre(heaplens_centre *out, const double *x, size_t count,
                                             double alpha)
{
    if (count == 0 || count > HEAPLENS_SIGNED_RANK_MAX || !(alpha > 0) || !(alpha < 1)) {
        return HEAPLENS_EINVAL;
    }
    size_t outside = 0;
    const heaplens_status status = count_outside(&outside, count, alpha);
    if (status != HEAPLENS_OK) {
        return status;
    }
    const size_t mean_count = count * (count + 1) / 2;
    double *const means = calloc(mean_count, sizeof(*means));
    if (means == NULL) {
        return HEAPLENS_ENOMEM;
    }
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i; j < count; j++) {
            means[at++] = (x[i] + x[j]) / 2;
        }
    }
    *out = centre_of(means, mean_count, outside);
    free(means);
    return HEAPLENS_OK;
}
