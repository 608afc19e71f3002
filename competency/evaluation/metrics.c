// SPDX-License-Identifier: MIT
#include "evaluation/metrics.h"

#include <math.h>

double competency__rank_of(const double *scores, size_t count, size_t item)
{
    size_t better = 0;
    size_t equal = 0;
    for (size_t i = 0; i < count; i++) {
        better += scores[i] > scores[item];
        equal += scores[i] == scores[item];
    }
    return 1.0 + (double)better + (double)(equal - 1) / 2.0;
}

double competency__auc(const double *scores, const bool *is_relevant, size_t count)
{
    double wins = 0.0;
    size_t pairs = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count && is_relevant[i]; j++) {
            if (!is_relevant[j]) {
                wins += scores[i] > scores[j] ? 1.0 : scores[i] == scores[j] ? 0.5 : 0.0;
                pairs++;
            }
        }
    }
    return pairs == 0 ? (double)NAN : wins / (double)pairs;
}

// Merge the two ordered halves of `order`, of which the first has `half` items.
static void merge(size_t *order, size_t *room, const double *scores, size_t half, size_t count)
{
    size_t left = 0;
    size_t right = half;
    for (size_t i = 0; i < count; i++) {
        const bool takes_left =
            left < half && (right == count || !(scores[order[right]] > scores[order[left]]));
        room[i] = takes_left ? order[left++] : order[right++];
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = room[i];
    }
}

void competency__order(size_t *order, size_t *room, const double *scores, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        order[i] = i;
    }
    // Merging runs of 1, 2, 4, ... keeps equal scores in the order given.
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t at = 0; at + run < count; at += 2 * run) {
            const size_t both = count - at < 2 * run ? count - at : 2 * run;
            merge(order + at, room, scores, run, both);
        }
    }
}

double competency__ndcg(const size_t *order, const bool *is_relevant, size_t count, size_t cut)
{
    double gain = 0.0;
    double ideal = 0.0;
    size_t relevant = 0;
    for (size_t i = 0; i < count; i++) {
        relevant += is_relevant[i];
    }
    for (size_t place = 0; place < cut && place < count; place++) {
        const double worth = 1.0 / log2((double)place + 2.0);
        gain += is_relevant[order[place]] ? worth : 0.0;
        ideal += place < relevant ? worth : 0.0;
    }
    return relevant == 0 ? (double)NAN : gain / ideal;
}

double competency__precision_at(const size_t *order, const bool *is_relevant, size_t cut)
{
    size_t hits = 0;
    for (size_t place = 0; place < cut; place++) {
        hits += is_relevant[order[place]];
    }
    return (double)hits / (double)cut;
}
