// SPDX-License-Identifier: MIT
// Beta distributions: parameters from a level, moments, and the cumulative distribution.
//
// The density's factor x^a (1-x)^b / B(a, b) is written as C. Loader writes the binomial, as
//
//     exp(log_scale - D),   D = dev(a, (a+b) x) + dev(b, (a+b) (1-x))
//
// where dev, the deviance, is >= 0 and 0 at its expected value, and log_scale has only the small
// Stirling errors in it. A difference of log-gammas would lose a digit for every one in a and b.
// Source: C. Loader 2000, "Fast and Accurate Computation of Binomial Probabilities".
#define _DEFAULT_SOURCE  // lgamma_r: lgamma writes to the global signgam, a data race

#include "match/beta.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "base/error.h"

static const double log_two_pi = 1.8378770664093454836;
static const double pi = 3.14159265358979323846;

// log(Gamma(z + 1)) - log(sqrt(2 pi z) (z / e)^z), the error of Stirling's formula.
static double stirling_error(double z)
{
    if (z > 15) {
        // The asymptotic series B(2k) / (2k (2k-1) z^(2k-1)): its next term is below 1e-17 here.
        const double w = 1 / (z * z);
        double sum = -1.0 / 360360 * 691;
        sum = sum * w + 1.0 / 1188;
        sum = sum * w - 1.0 / 1680;
        sum = sum * w + 1.0 / 1260;
        sum = sum * w - 1.0 / 360;
        sum = sum * w + 1.0 / 12;
        return sum / z;
    }
    int sign = 0;
    return lgamma_r(z + 1, &sign) - (z + 0.5) * log(z) + z - 0.5 * log_two_pi;
}

// x log(x / expected) + expected - x, without the cancellation when the two are close.
static double deviance(double x, double expected)
{
    const double difference = x - expected;
    if (fabs(difference) >= 0.1 * (x + expected)) {
        return x * log(x / expected) + expected - x;
    }
    // With v = (x - expected) / (x + expected): (x - expected) v + 2 x sum v^(2j+1) / (2j+1).
    // |v| < 0.1, so a term is at most a hundredth of the one before.
    const double v = difference / (x + expected);
    double sum = difference * v;
    double term = 2 * x * v;
    for (int j = 1; j < 100; j++) {
        term *= v * v;
        const double next = sum + term / (2 * j + 1);
        if (next == sum) {
            break;
        }
        sum = next;
    }
    return sum;
}

competency_status competency__beta_make(competency__beta *out, double alpha, double beta,
                                        competency_error *err)
{
    // Written so that NaN fails.
    const bool is_positive = alpha > 0 && beta > 0;
    const bool is_point = isinf(alpha) != isinf(beta);
    if (!is_positive || (!is_point && isinf(alpha + beta))) {
        return competency__fail(err, COMPETENCY_EDISTRIBUTION,
                                "Bad distribution parameters: alpha %g, beta %g", alpha, beta);
    }
    *out = (competency__beta){.alpha = alpha, .beta = beta};
    if (!is_point) {
        const double sum = alpha + beta;
        out->log_scale = stirling_error(sum) - stirling_error(alpha) - stirling_error(beta) +
                         0.5 * (log(alpha) + log(beta) - log(sum) - log_two_pi);
    }
    return COMPETENCY_OK;
}

// R54-R60, for a mean that is neither 0 nor 1.
static competency_status make_with_mean(competency__beta *out, double mean,
                                        const competency_distribution_config *config,
                                        competency_error *err)
{
    const double cap = mean * (1 - mean);
    const bool is_capped = config->desired_variance >= cap;
    const double variance =
        is_capped ? cap * config->max_variance_factor : config->desired_variance;

    // The order of operations is the published one: whether a mean meets its threshold is decided
    // by its last bit (D11).
    const double alpha = ((1 - mean) / variance - 1 / mean) * mean * mean;
    const double beta = alpha * (1 / mean - 1);

    // At a factor of 1 alpha is 0 up to rounding, so its sign means nothing (R60).
    const bool is_degenerate = is_capped && config->max_variance_factor >= 1;
    if (alpha <= 0 || beta <= 0 || is_degenerate) {
        return competency__fail(err, COMPETENCY_EDISTRIBUTION,
                                "alpha %g, beta %g from mean %g, variance %g", alpha, beta, mean,
                                variance);
    }
    return competency__beta_make(out, alpha, beta, err);
}

competency_status competency__beta_from_ratio(competency__beta *out, double ratio,
                                              const competency_distribution_config *config,
                                              competency_error *err)
{
    if (ratio == 0) {
        return competency__beta_make(out, config->zero_proficiency_alpha,
                                     config->zero_proficiency_beta, err);
    }
    if (ratio == 1) {
        return competency__beta_make(out, config->perfect_proficiency_alpha,
                                     config->perfect_proficiency_beta, err);
    }
    return make_with_mean(out, ratio, config, err);
}

double competency__beta_mean(const competency__beta *d)
{
    return isinf(d->alpha) ? 1.0 : d->alpha / (d->alpha + d->beta);
}

double competency__beta_variance(const competency__beta *d)
{
    if (isinf(d->alpha) || isinf(d->beta)) {
        return 0;
    }
    const double sum = d->alpha + d->beta;
    if (sum > 1e100) {
        return d->alpha / sum * (d->beta / sum) / (sum + 1);  // the cube of sum would overflow
    }
    return d->alpha * d->beta / (sum * sum * (sum + 1));
}

// Keeps a denominator of the continued fraction away from zero, which Lentz's method needs.
static double nonzero(double value)
{
    return fabs(value) < DBL_MIN ? DBL_MIN : value;
}

// The continued fraction of I_x(a, b), to full precision, for x below (a + 1) / (a + b + 2).
// DLMF 8.17.22, evaluated by the modified Lentz method two terms a step. It needs about
// sqrt(max(a, b)) steps; the bound only stops what rounding keeps from settling.
static double continued_fraction(double a, double b, double x)
{
    double c = 1;
    double d = 1 / nonzero(1 - (a + b) * x / (a + 1));
    double value = d;
    for (int m = 1; m < 100000; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / nonzero(1 + even * d);
        c = nonzero(1 + even / c);
        value *= d * c;

        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / nonzero(1 + odd * d);
        c = nonzero(1 + odd / c);
        const double factor = d * c;
        value *= factor;
        if (fabs(factor - 1) <= DBL_EPSILON) {
            break;
        }
    }
    return value;
}

// I_x(a, b) for large a and b: Temme's uniform expansion, first correction included.
// DLMF 8.18.9; `deviation` is r eta^2 / 2 in its notation. The next term is O(r^-1.5).
static double large_parameter_cdf(double a, double b, double x, double deviation)
{
    const double r = a + b;
    const double x0 = a / r;
    const double spread = sqrt(x0 * (b / r));
    const double eta = copysign(sqrt(2 * deviation / r), x - x0);

    // c0 is a difference of two poles; close to them its limit is nearer than the difference.
    const double c0 =
        fabs(eta) < 1e-7 * spread ? (1 - 2 * x0) / (3 * spread) : 1 / eta - spread / (x - x0);
    return 0.5 * erfc(-copysign(sqrt(deviation), eta)) + c0 * exp(-deviation) / sqrt(2 * pi * r);
}

static double clip_probability(double p)
{
    return fmin(fmax(p, 0), 1);
}

double competency__beta_cdf(const competency__beta *d, double x)
{
    if (x < 0) {
        return 0;
    }
    if (x >= 1) {
        return 1;
    }
    if (isinf(d->alpha) || isinf(d->beta)) {
        return isinf(d->alpha) ? 0 : 1;
    }
    if (x == 0) {
        return 0;
    }

    const double a = d->alpha;
    const double b = d->beta;
    const double sum = a + b;
    const double deviation = deviance(a, sum * x) + deviance(b, sum * (1 - x));
    if (a > 1e7 && b > 1e7) {
        return clip_probability(large_parameter_cdf(a, b, x, deviation));
    }
    const double front = exp(d->log_scale - deviation);
    // The fraction converges fast on its own side of the mean only; the other side is a mirror.
    if (x < (a + 1) / (sum + 2)) {
        return clip_probability(front * continued_fraction(a, b, x) / a);
    }
    return clip_probability(1 - front * continued_fraction(b, a, 1 - x) / b);
}
