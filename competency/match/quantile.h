// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_QUANTILE_H
#define COMPETENCY_MATCH_QUANTILE_H

#include "match/mixture.h"

/**
 * The x at which a mixture's cumulative distribution reaches `p`, to 2^-21 (R64).
 *
 * The published model halves [0, 1] 20 times and takes the middle of what is left: the one cell of
 * the grid of 2^20 at whose left end the distribution is below p, and at whose right end it is
 * not. This finds the same cell, the same bits, with few evaluations.
 *
 * @param[in] mixture  grouped by competency__mixture_group()
 * @param     p        at most 0 gives 0, at least 1 gives 1
 * @return an odd multiple of 2^-21
 *
 * Cost: some 10 evaluations of a polynomial where the levels have panels; else some 10 evaluations
 * of every group's distribution. Allocates nothing.
 */
double competency__mixture_quantile(const competency__mixture *mixture, double p);

/** The interval that leaves (1 - level) / 2 on each side (R65). */
competency_interval competency__mixture_interval(const competency__mixture *mixture, double level);

#endif
