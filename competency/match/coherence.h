// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_COHERENCE_H
#define COMPETENCY_MATCH_COHERENCE_H

#include <stddef.h>

#include <competency/domain.h>

/**
 * How near the domains of two profiles are to each other, in [0, 1] (R104).
 *
 * As published: the sum is over distinct domains, the divisor counts all pairs of skills (D2).
 *
 * @param required_count, candidate_count  both >= 1
 */
double competency__coherence(const competency_domain *required, size_t required_count,
                             const competency_domain *candidate, size_t candidate_count);

/**
 * The overall score with the coherence bonus, where it applies (R105).
 *
 * @param average  mean over the requirements of the largest similarity (R103)
 */
double competency__coherence_bonus(double base, double average, double coherence);

#endif
