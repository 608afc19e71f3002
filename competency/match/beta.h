// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_BETA_H
#define COMPETENCY_MATCH_BETA_H

#include <competency/scoring.h>
#include <competency/status.h>

/** A Beta distribution on [0, 1]. Made by the two functions below; at most one parameter is inf. */
typedef struct competency__beta {
    double alpha;      // > 0
    double beta;       // > 0
    double log_scale;  // log of the density's factor that does not depend on x; see beta.c
} competency__beta;

/**
 * Make a distribution from its parameters (R59).
 *
 * @param[out] err  optional: "Bad distribution parameters: ..."
 * @return COMPETENCY_OK; COMPETENCY_EDISTRIBUTION if a parameter is NaN or not positive, if both are
 *         infinite, or if both are finite and their sum is not
 */
competency_status competency__beta_make(competency__beta *out, double alpha, double beta,
                                        competency_error *err);

/**
 * Make the distribution of somebody whose level is `ratio` of the maximum (R52-R60).
 *
 * Inside (0, 1) its mean is `ratio` and its variance the desired one, or, where no Beta has that
 * much, max_variance_factor of the largest possible.
 *
 * @param ratio  value / maximum as given; NaN, infinite and above 1 are refused here
 * @return COMPETENCY_OK; COMPETENCY_EDISTRIBUTION with the parameters in `err`
 */
competency_status competency__beta_from_ratio(competency__beta *out, double ratio,
                                              const competency_distribution_config *config,
                                              competency_error *err);

/** alpha / (alpha + beta); 1 when alpha is infinite (R47, R48). */
double competency__beta_mean(const competency__beta *d);

/** alpha beta / ((alpha + beta)^2 (alpha + beta + 1)); 0 when a parameter is infinite (R47, R48). */
double competency__beta_variance(const competency__beta *d);

/**
 * P(X <= x): the regularised incomplete beta function I_x(alpha, beta) (R48, R49).
 *
 * Threads: safe. Cost: O(sqrt(alpha + beta)) near the mean, O(1) once both parameters are above 1e7;
 * allocates nothing. Numerics: the result is in [0, 1]; |error| < 1e-13 + 4e-15 sqrt(alpha + beta),
 * and above 1e7 also min(alpha, beta)^-1.5 (test_beta.c compares with 50-digit values).
 */
double competency__beta_cdf(const competency__beta *d, double x);

#endif
