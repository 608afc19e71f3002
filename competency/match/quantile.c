// SPDX-License-Identifier: MIT
// Quantiles of mixtures: a bracket of two breaks, then ITP on the grid, on polynomials if possible.
//
// Whether the distribution is below p is decided at points of the grid only. Where a value is so
// close to p that its error could matter, it is computed again as the published model does, every
// part in order: the answer is the published one in every case, and that price is rarely paid.
#include "match/quantile.h"

#include <math.h>
#include <stdbool.h>

enum {
    BITS = COMPETENCY__GRID_BITS,
    TERMS = COMPETENCY__PANEL_TERMS,
};

// Sums over groups and over parts differ by rounding only: 1e-16 for each of 1000 parts.
static const double rounding_error = 1e-13;

// One search inside one panel.
typedef struct quantile_search {
    const competency__mixture *mixture;
    double p;
    bool has_terms;
    double terms[TERMS];  // of the mixture, in powers of t
    double middle;        // of the panel, in cells
    double half;          // of its width
} quantile_search;

static double value_in_order(const competency__mixture *mixture, uint32_t cell)
{
    return competency__mixture_cdf(mixture, ldexp(cell, -BITS));
}

// Distribution less p at a point of the grid, where `value` is it up to `error`.
static double excess(const quantile_search *search, uint32_t cell, double value, double error)
{
    const double rough = value - search->p;
    return fabs(rough) > error ? rough : value_in_order(search->mixture, cell) - search->p;
}

static double excess_at_break(const quantile_search *search, size_t index)
{
    const competency__mixture *const mixture = search->mixture;
    const uint32_t cell = competency__panel_break(index);
    double sum = 0;
    for (size_t g = 0; g < mixture->group_count; g++) {
        const competency__level *const level = mixture->groups[g];
        if (level->panels == NULL) {
            return value_in_order(mixture, cell) - search->p;
        }
        sum += mixture->group_weights[g] * level->panels->at_breaks[index];
    }
    return excess(search, cell, sum, rounding_error);
}

// The polynomial of the mixture in a panel, if every group has one there.
static void take_terms(quantile_search *search, size_t panel)
{
    const competency__mixture *const mixture = search->mixture;
    search->has_terms = false;
    for (size_t k = 0; k < TERMS; k++) {
        search->terms[k] = 0;
    }
    for (size_t g = 0; g < mixture->group_count; g++) {
        const competency__level *const level = mixture->groups[g];
        const double *const terms =
            level->panels == NULL ? NULL
                                  : competency__panel_terms(level->panels, &level->beta, panel);
        if (terms == NULL) {
            return;
        }
        for (size_t k = 0; k < TERMS; k++) {
            search->terms[k] += mixture->group_weights[g] * terms[k];
        }
    }
    search->has_terms = true;
}

static double excess_at(const quantile_search *search, uint32_t cell)
{
    if (!search->has_terms) {
        return value_in_order(search->mixture, cell) - search->p;
    }
    // Horner's rule on even and odd powers apart: half the length of the chain.
    const double t = (cell - search->middle) / search->half;
    const double square = t * t;
    double even = 0;
    double odd = 0;
    for (size_t k = TERMS; k > 0; k -= 2) {
        odd = odd * square + search->terms[k - 1];
        even = even * square + search->terms[k - 2];
    }
    return excess(search, cell, even + odd * t, COMPETENCY__PANEL_ERROR);
}

// Two points of the grid with the distribution's excess over p: negative at `low`, not at `high`.
typedef struct bracket {
    uint32_t low;
    uint32_t high;
    double below;
    double above;
} bracket;

// Where ITP looks next: the secant's zero, moved a little towards the middle so that the far end
// of the bracket follows, but within `reach` of the middle, which keeps the worst case that of
// halving. Rounded to the grid, strictly inside.
static uint32_t next_point(const bracket *at, double first_width, double reach)
{
    const double width = at->high - at->low;
    const double middle = at->low + width / 2;
    const double secant = at->low + width * (at->below / (at->below - at->above));
    const double direction = secant <= middle ? 1 : -1;
    const double step = 0.2 * width * width / first_width;
    double point = fabs(middle - secant) >= step ? secant + direction * step : middle;
    if (fabs(point - middle) > reach) {
        point = middle - direction * fmax(reach, 0);
    }
    point = direction > 0 ? ceil(point) : floor(point);
    return (uint32_t)fmin(fmax(point, at->low + 1.0), at->high - 1.0);
}

// The cell in which the distribution reaches p. ITP: Oliveira & Takahashi 2020, "An Enhancement of
// the Bisection Method Average Performance Preserving Minmax Optimality", with k1 = 0.2, k2 = 2
// and one step of slack.
static uint32_t find_cell(const quantile_search *search, bracket at)
{
    const double first_width = at.high - at.low;
    double allowed = first_width;  // half the width that halving, one step late, would have
    while (at.high - at.low > 1) {
        const double reach = allowed - (double)(at.high - at.low) / 2;
        const uint32_t point = next_point(&at, first_width, reach);
        const double value = excess_at(search, point);
        if (value < 0) {
            at.low = point;
            at.below = value;
        } else {
            at.high = point;
            at.above = value;
        }
        allowed /= 2;
    }
    return at.low;
}

// The first break at which the distribution reaches p, COMPETENCY__BREAKS if none does; the
// excesses there and at the break before go to `at`.
static size_t find_break(const quantile_search *search, bracket *at)
{
    size_t low = 0;
    size_t high = COMPETENCY__BREAKS;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const double value = excess_at_break(search, middle);
        if (value < 0) {
            low = middle + 1;
            at->below = value;
        } else {
            high = middle;
            at->above = value;
        }
    }
    return low;
}

double competency__mixture_quantile(const competency__mixture *mixture, double p)
{
    if (p <= 0 || p >= 1) {
        return p <= 0 ? 0 : 1;
    }
    quantile_search search = {.mixture = mixture, .p = p};
    bracket at = {0};
    const size_t reached = find_break(&search, &at);
    uint32_t cell = 0;
    if (reached == COMPETENCY__BREAKS) {
        cell = competency__panel_break(COMPETENCY__BREAKS - 1);
    } else if (reached > 0) {
        at.low = competency__panel_break(reached - 1);
        at.high = competency__panel_break(reached);
        search.middle = (double)(at.low + at.high) / 2;
        search.half = (double)(at.high - at.low) / 2;
        if (at.high - at.low > 1) {
            take_terms(&search, reached - 1);
        }
        cell = find_cell(&search, at);
    }
    return ldexp(cell + 0.5, -BITS);
}

competency_interval competency__mixture_interval(const competency__mixture *mixture, double level)
{
    const double tail = (1 - level) / 2;
    return (competency_interval){
        .lower = competency__mixture_quantile(mixture, tail),
        .upper = competency__mixture_quantile(mixture, 1 - tail),
    };
}
