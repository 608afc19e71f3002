// SPDX-License-Identifier: MIT
#include "bench/comparison.h"

#include <math.h>
#include <stdlib.h>

const char *heaplens__outcome_name(heaplens_outcome outcome)
{
    switch (outcome) {
    case HEAPLENS_OUTCOME_INCONCLUSIVE: return "inconclusive";
    case HEAPLENS_OUTCOME_NO_CHANGE: return "no change";
    case HEAPLENS_OUTCOME_IMPROVED: return "improved";
    case HEAPLENS_OUTCOME_REGRESSED: return "regressed";
    }
    return "unknown";
}

heaplens_comparison heaplens__comparison_start(double margin)
{
    return (heaplens_comparison){.low = -(double)INFINITY,
                                 .high = (double)INFINITY,
                                 .margin = margin,
                                 .p = 1,
                                 .p_adjusted = 1};
}

static bool are_equal(const double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (values[i] != values[0]) {
            return false;
        }
    }
    return true;
}

bool heaplens__compare_exact(heaplens_comparison *out, const double *base, size_t base_count,
                             const double *head, size_t head_count)
{
    if (!are_equal(base, base_count) || !are_equal(head, head_count)) {
        return false;
    }
    const bool is_relative = base[0] > 0 && head[0] > 0;
    const double change = is_relative ? head[0] / base[0] - 1 : head[0] - base[0];
    *out = (heaplens_comparison){
        .base = base[0],
        .head = head[0],
        .change = change,
        .low = change,
        .high = change,
        .p = 1,
        .p_adjusted = 1,
        .is_exact = true,
        .is_relative = is_relative,
        .is_within = base[0] == head[0],
    };
    return true;
}

// A p-value and where it came from.
typedef struct ranked_p {
    double p;
    size_t index;
} ranked_p;

static int compare_ranked(const void *left, const void *right)
{
    const ranked_p *const l = left;
    const ranked_p *const r = right;
    return (l->p > r->p) - (l->p < r->p);
}

heaplens_status heaplens__adjust_for_discoveries(double *p, size_t count)
{
    if (count == 0) {
        return HEAPLENS_OK;
    }
    ranked_p *const ranked = calloc(count, sizeof(*ranked));
    if (ranked == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        ranked[i] = (ranked_p){p[i], i};
    }
    qsort(ranked, count, sizeof(*ranked), compare_ranked);
    double least = 1;
    for (size_t i = count; i > 0; i--) {
        least = fmin(least, ranked[i - 1].p * (double)count / (double)i);
        p[ranked[i - 1].index] = least;
    }
    free(ranked);
    return HEAPLENS_OK;
}

static heaplens_outcome outcome_of(const heaplens_comparison *item, double alpha)
{
    const bool has_changed = item->is_exact ? item->base != item->head : item->p_adjusted <= alpha;
    if (has_changed) {
        return item->change > 0 ? HEAPLENS_OUTCOME_REGRESSED : HEAPLENS_OUTCOME_IMPROVED;
    }
    return item->is_within ? HEAPLENS_OUTCOME_NO_CHANGE : HEAPLENS_OUTCOME_INCONCLUSIVE;
}

heaplens_status heaplens__comparisons_settle(heaplens_comparison *items, size_t count, double alpha)
{
    double *const p = calloc(count + 1, sizeof(*p));
    if (p == NULL) {
        return HEAPLENS_ENOMEM;
    }
    size_t tests = 0;
    for (size_t i = 0; i < count; i++) {
        if (!items[i].is_exact) {
            p[tests++] = items[i].p;
        }
    }
    const heaplens_status status = heaplens__adjust_for_discoveries(p, tests);
    tests = 0;
    for (size_t i = 0; i < count && status == HEAPLENS_OK; i++) {
        if (!items[i].is_exact) {
            items[i].p_adjusted = p[tests++];
        }
        items[i].outcome = outcome_of(&items[i], alpha);
    }
    free(p);
    return status;
}
