// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_PAIRWISE_H
#define COMPETENCY_MATCH_PAIRWISE_H

/**
 * How well one candidate skill alone meets one requirement (R97, R98).
 *
 * Piecewise linear in the similarity, and not continuous; below a similarity of 0 it may be
 * negative, down to -0.75.
 *
 * @param similarity       1 for equal names, else as scored
 * @param candidate_ratio  level of the candidate, in [0, 1]
 * @param required_ratio   level required, in [0, 1]; at 0 everybody meets it
 */
double competency__pairwise(double similarity, double candidate_ratio, double required_ratio);

#endif
