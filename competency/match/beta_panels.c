// SPDX-License-Identifier: MIT
// Chebyshev interpolation of a Beta's distribution, panel by panel.
//
// In a panel of [x, 2x] the singularity of x^a at 0 lies at t = -3, on the ellipse of convergence
// with the parameter 3 + sqrt(8) = 5.8: every further term is that much smaller, whatever the
// panel. 16 terms leave about 1e-12; a panel in which the last ones have not become small (a very
// steep distribution) is not used.
// Source: Trefethen 2013, "Approximation Theory and Approximation Practice", chapter 8.
#include "match/beta_panels.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum panel_state {
    PANEL_UNKNOWN = 0,
    PANEL_FITS = 1,
    PANEL_TOO_STEEP = 2,
};

enum {
    TERMS = COMPETENCY__PANEL_TERMS,
    HALF_TURN = 2 * TERMS,  // in steps of the table of cosines
    TURN = 4 * TERMS,
};

// The last terms are below this where a panel fits. What is left out is smaller still; the bound
// that is promised, COMPETENCY__PANEL_ERROR, has two digits in hand.
static const double last_terms_max = 1e-11;

// cos(pi m / 32), m = 0 ... 32.
static const double cosines[HALF_TURN + 1] = {
    1.0,
    0.9951847266721969,
    0.9807852804032304,
    0.9569403357322088,
    0.9238795325112867,
    0.881921264348355,
    0.8314696123025452,
    0.773010453362737,
    0.7071067811865476,
    0.6343932841636455,
    0.5555702330196023,
    0.4713967368259978,
    0.38268343236508984,
    0.29028467725446233,
    0.19509032201612833,
    0.09801714032956077,
    0.0,
    -0.09801714032956065,
    -0.1950903220161282,
    -0.29028467725446216,
    -0.3826834323650897,
    -0.4713967368259977,
    -0.555570233019602,
    -0.6343932841636454,
    -0.7071067811865475,
    -0.773010453362737,
    -0.8314696123025453,
    -0.8819212643483549,
    -0.9238795325112867,
    -0.9569403357322088,
    -0.9807852804032304,
    -0.9951847266721968,
    -1.0,
};

static double cosine(size_t m)
{
    m %= TURN;
    return cosines[m <= HALF_TURN ? m : TURN - m];
}

uint32_t competency__panel_break(size_t index)
{
    const uint32_t cells = UINT32_C(1) << COMPETENCY__GRID_BITS;
    return index < COMPETENCY__GRID_BITS
               ? UINT32_C(1) << index
               : cells - (UINT32_C(1) << (COMPETENCY__BREAKS - 1 - index));
}

static double break_at(size_t index)
{
    return ldexp(competency__panel_break(index), -COMPETENCY__GRID_BITS);
}

void competency__beta_panels_init(competency__beta_panels *panels, const competency__beta *beta)
{
    for (size_t i = 0; i < COMPETENCY__BREAKS; i++) {
        panels->at_breaks[i] = competency__beta_cdf(beta, break_at(i));
    }
    memset(panels->states, PANEL_UNKNOWN, sizeof(panels->states));
}

// Coefficients of Chebyshev polynomials that interpolate at their own nodes.
static void fit_chebyshev(double *c, const competency__beta *beta, size_t index)
{
    const double low = break_at(index);
    const double half = (break_at(index + 1) - low) / 2;
    double values[TERMS];
    for (size_t j = 0; j < TERMS; j++) {
        values[j] = competency__beta_cdf(beta, low + half + half * cosine(2 * j + 1));
    }
    for (size_t k = 0; k < TERMS; k++) {
        double sum = 0;
        for (size_t j = 0; j < TERMS; j++) {
            sum += values[j] * cosine(k * (2 * j + 1));
        }
        c[k] = sum * (k == 0 ? 1.0 : 2.0) / TERMS;
    }
}

// From sum c_k T_k(t) to sum out_k t^k, with T_(k+1) = 2 t T_k - T_(k-1). The c_k fall faster than
// the powers' coefficients grow (5.8 against 2.4 a term), so nothing is lost.
static void expand_powers(double *out, const double *c)
{
    double before[TERMS] = {1};   // T_0
    double last[TERMS] = {0, 1};  // T_1
    for (size_t k = 0; k < TERMS; k++) {
        out[k] = 0;
    }
    out[0] = c[0];
    out[1] = c[1];
    for (size_t k = 2; k < TERMS; k++) {
        double next[TERMS];
        for (size_t i = 0; i < TERMS; i++) {
            next[i] = (i > 0 ? 2 * last[i - 1] : 0) - before[i];
            out[i] += c[k] * next[i];
        }
        memcpy(before, last, sizeof(before));
        memcpy(last, next, sizeof(last));
    }
}

static bool has_converged(const double *c)
{
    for (size_t k = TERMS - 3; k < TERMS; k++) {
        if (!(fabs(c[k]) < last_terms_max)) {
            return false;
        }
    }
    return true;
}

const double *competency__panel_terms(competency__beta_panels *panels, const competency__beta *beta,
                                      size_t index)
{
    if (panels->states[index] == PANEL_UNKNOWN) {
        double c[TERMS];
        fit_chebyshev(c, beta, index);
        expand_powers(panels->terms[index], c);
        // Beyond 1e7 the distribution's own error, which grows with its parameters, is no longer
        // small beside the bound.
        const bool is_mild = beta->alpha < 1e7 && beta->beta < 1e7;
        panels->states[index] = is_mild && has_converged(c) ? PANEL_FITS : PANEL_TOO_STEEP;
    }
    return panels->states[index] == PANEL_FITS ? panels->terms[index] : NULL;
}
