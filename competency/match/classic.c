// SPDX-License-Identifier: MIT
// The score of one required skill by the classic model.
//
// Legend, as in the rules: t required ratio, q candidate ratio, s similarity, smax the largest s,
// m and V mean and variance of the mixture. Every breakpoint is strict: a value that lies on one
// belongs to the lower band (R87).
#include "match/classic.h"

#include <math.h>
#include <stdbool.h>

#include "match/mixture.h"
#include "match/quantile.h"

static const double interval_level = 0.95;
static const competency_interval not_asked = {.lower = (double)NAN, .upper = (double)NAN};

static size_t find_most_similar(const double *similarities, size_t count)
{
    size_t best = 0;
    for (size_t j = 1; j < count; j++) {
        if (similarities[j] > similarities[best]) {
            best = j;
        }
    }
    return best;
}

// R69-R72. The interpolation falls with similarity, as published (D4).
static competency_skill_score score_penalty(const competency__classic_input *in, double smax)
{
    const competency_penalty_config *const config = &in->config->penalty;
    const competency__skill_set *const candidate = in->candidate;
    double best_ratio = 0;
    for (size_t j = 0; j < candidate->count; j++) {
        best_ratio = fmax(best_ratio, candidate->ratios[j]);
    }
    double base = config->severe_penalty;
    if (!(smax < config->severe_threshold)) {
        const double position = (smax - config->severe_threshold) /
                                (config->similarity_threshold - config->severe_threshold);
        base = config->moderate_penalty +
               position * (config->severe_penalty - config->moderate_penalty);
    }
    const double p = fmin(1, base * (1 + 0.3 * best_ratio));
    return (competency_skill_score){
        .probability = p,
        .interval =
            in->wants_interval ? (competency_interval){.lower = 0, .upper = p + 0.1} : not_asked,
        .mean = p,
        .variance = 0.1,
    };
}

// R66. A candidate skill counts for its similarity, a little more if its level is high.
static void fill_weights(const competency__classic_input *in)
{
    double sum = 0;
    for (size_t j = 0; j < in->candidate->count; j++) {
        const double raw = in->similarities[j] * (1 + 0.5 * in->candidate->ratios[j]);
        in->weights[j] = fmax(raw, 0.01);
        sum += in->weights[j];
    }
    for (size_t j = 0; j < in->candidate->count; j++) {
        in->weights[j] /= sum;
    }
}

// R77, first half.
static bool has_same_name(const competency__classic_input *in)
{
    for (size_t j = 0; j < in->candidate->count; j++) {
        if (in->candidate->same[j] == in->required->same[in->requirement]) {
            return true;
        }
    }
    return false;
}

// R74: how much of the required level the candidate's levels reach, by weight.
static double direct_match(const competency__classic_input *in, double t)
{
    double direct = 0;
    for (size_t j = 0; j < in->candidate->count; j++) {
        const double q = in->candidate->ratios[j];
        direct += in->weights[j] * (q < t ? q / t : 1);
    }
    return direct;
}

// R79.
static double similarity_boost(double smax)
{
    if (smax > 0.7) {
        return 1.05;
    }
    if (smax > 0.5) {
        return 0.9 + 0.3 * smax;
    }
    return smax > 0.3 ? 0.6 + 0.8 * smax : 0.3 + smax;
}

// R80.
static double ratio_weight(const competency_scoring_config *config, bool is_met, double confidence,
                           double boost)
{
    if (is_met) {
        const double weight = (config->ratio_weight_meets + 0.2 * confidence) * boost;
        return fmin(weight, config->max_confidence_weight);
    }
    return fmin((config->ratio_weight_below + 0.3 * confidence) * boost, 0.8);
}

// R82.
static double similarity_bonus(double smax)
{
    if (smax > 0.7) {
        return 1;
    }
    if (smax > 0.5) {
        return fmin(0.75 + 1.25 * (smax - 0.5), 1);
    }
    return smax > 0.3 ? 0.45 + 1.5 * (smax - 0.3) : fmin(3 * smax * smax, 0.45);
}

// R84. Of two domains with the same weight the one whose first skill comes first: the published
// model leaves that to the order of a hash table.
static competency_domain dominant_domain(const competency__classic_input *in)
{
    const competency_domain *const domains = in->candidate->domains;
    double sums[COMPETENCY_DOMAIN_COUNT] = {0};
    for (size_t j = 0; j < in->candidate->count; j++) {
        sums[domains[j]] += in->weights[j];
    }
    competency_domain dominant = domains[0];
    for (size_t j = 1; j < in->candidate->count; j++) {
        if (sums[domains[j]] > sums[dominant]) {
            dominant = domains[j];
        }
    }
    return dominant;
}

// R83.
static double domain_factor(const competency__classic_input *in, double smax)
{
    if (smax > 0.75) {
        return 1;
    }
    const double penalty =
        competency_domain_penalty(in->required->domains[in->requirement], dominant_domain(in));
    if (smax > 0.65) {
        return 1 - fmin(0.2 * penalty, 0.10);
    }
    return smax > 0.50 ? 1 - 0.5 * penalty : 1 - penalty;
}

// R78-R85.
static double blend_probability(const competency__classic_input *in,
                                const competency__mixture *mixture, double mean, double variance,
                                double smax)
{
    const double t = in->required->ratios[in->requirement];
    const double exceed = 1 - competency__mixture_below(mixture, in->requirement, t);
    const double weight =
        ratio_weight(&in->config->scoring, mean >= t, 1 - variance, similarity_boost(smax));
    const double blend = weight * direct_match(in, t) + (1 - weight) * exceed;
    return blend * similarity_bonus(smax) * domain_factor(in, smax);
}

// R65, R86.
static competency_interval interval_of(const competency__classic_input *in,
                                       const competency__mixture *mixture)
{
    if (!in->wants_interval) {
        return not_asked;
    }
    competency__mixture_group(mixture);
    return competency__mixture_interval(mixture, interval_level);
}

// R73-R88.
static competency_skill_score score_mixture(const competency__classic_input *in, double smax)
{
    fill_weights(in);
    const competency__mixture mixture = {
        .weights = in->weights,
        .group_of = in->candidate->group_of,
        .count = in->candidate->count,
        .groups = in->candidate->groups,
        .group_count = in->candidate->group_count,
        .group_weights = in->group_weights,
        .group_values = in->group_values,
    };
    const double mean = competency__mixture_mean(&mixture);
    const double variance = competency__mixture_variance(&mixture, mean);

    double probability = 0;
    if (smax > 0.9 || has_same_name(in)) {
        const double t = in->required->ratios[in->requirement];
        probability = 0.6 + 0.4 * (t == 0 ? 1 : fmin(mean / t, 1));
    } else {
        probability = blend_probability(in, &mixture, mean, variance, smax);
    }
    return (competency_skill_score){
        .probability = probability,
        .interval = interval_of(in, &mixture),
        .mean = mean,
        .variance = variance,
    };
}

competency_skill_score competency__classic_score(const competency__classic_input *in)
{
    const size_t best = find_most_similar(in->similarities, in->candidate->count);
    const double smax = in->similarities[best];
    const bool is_penalised = smax < in->config->penalty.similarity_threshold;

    competency_skill_score score = is_penalised ? score_penalty(in, smax) : score_mixture(in, smax);
    score.best = best;
    score.best_similarity = smax;
    return score;
}
