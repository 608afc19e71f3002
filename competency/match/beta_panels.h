// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_BETA_PANELS_H
#define COMPETENCY_MATCH_BETA_PANELS_H

#include <stdint.h>

#include "match/beta.h"

/**
 * @file
 * A Beta's cumulative distribution as polynomials, one for each panel of [2^-20, 1 - 2^-20].
 *
 * A *panel* is the stretch between two neighbouring *breaks*; the breaks are 2^-20, 2^-19 ... 1/2
 * and their mirror images, so that a power of x at either end looks the same in every panel. All
 * breaks lie on the grid of 2^20 cells on which quantiles are given (R64).
 */
enum {
    COMPETENCY__GRID_BITS = 20,
    COMPETENCY__BREAKS = 2 * COMPETENCY__GRID_BITS - 1,
    COMPETENCY__PANELS = COMPETENCY__BREAKS - 1,
    COMPETENCY__PANEL_TERMS = 16,
};

/** Error bound of a panel that fits: see competency__panel_terms(). */
#define COMPETENCY__PANEL_ERROR 1e-9

typedef struct competency__beta_panels {
    double at_breaks[COMPETENCY__BREAKS];  // the distribution itself, exact
    uint8_t states[COMPETENCY__PANELS];    // whether the terms are known, and whether they fit
    double terms[COMPETENCY__PANELS][COMPETENCY__PANEL_TERMS];  // of powers of t in [-1, 1]
} competency__beta_panels;

/** Break `index` in cells of the grid, from 1 to 2^20 - 1. */
uint32_t competency__panel_break(size_t index);

/** Evaluate the distribution at the breaks; no panel is known yet. */
void competency__beta_panels_init(competency__beta_panels *panels, const competency__beta *beta);

/**
 * The polynomial of panel `index`, between breaks `index` and `index` + 1.
 *
 * With t running from -1 to 1 over the panel, |sum of terms[k] t^k - cdf| < COMPETENCY__PANEL_ERROR.
 *
 * @return (COMPETENCY__PANEL_TERMS) values; NULL if the distribution is too steep there for so few
 *
 * Cost: the first call for a panel evaluates the distribution COMPETENCY__PANEL_TERMS times.
 */
const double *competency__panel_terms(competency__beta_panels *panels, const competency__beta *beta,
                                      size_t index);

#endif
