// SPDX-License-Identifier: MIT
// Parameters of the classic model: defaults and checks (R11-R14).
#include <competency/scoring.h>

#include <math.h>

#include "base/error.h"

competency_classic_config competency_classic_config_default(void)
{
    return (competency_classic_config){
        .penalty =
            {
                .similarity_threshold = 0.30,
                .severe_threshold = 0.20,
                .moderate_penalty = 0.15,
                .severe_penalty = 0.05,
            },
        .scoring =
            {
                .ratio_weight_meets = 0.5,
                .ratio_weight_below = 0.3,
                .max_confidence_weight = 0.7,
                .very_similar_boost = 1.05,
                .moderately_similar_boost = 1.02,
                .high_score_dampening = 0.5,
            },
        .distribution =
            {
                .desired_variance = 0.05,
                .max_variance_factor = 0.9,
                .zero_proficiency_alpha = 1.0,
                .zero_proficiency_beta = 10.0,
                .perfect_proficiency_alpha = 10.0,
                .perfect_proficiency_beta = 1.0,
            },
    };
}

typedef enum range {
    RANGE_UNIT,          // 0 to 1
    RANGE_NON_NEGATIVE,  // 0 and above
    RANGE_ANY,           // not checked by the published model
} range;

typedef struct named_number {
    const char *name;
    double value;
    range range;
} named_number;

// The published checks let NaN pass, and so must these comparisons.
static competency_status check_range(const named_number *field, competency_error *err)
{
    switch (field->range) {
    case RANGE_UNIT:
        if (field->value < 0 || field->value > 1) {
            return competency__fail(err, COMPETENCY_EINVAL, "%s must be between 0.0 and 1.0",
                                    field->name);
        }
        break;
    case RANGE_NON_NEGATIVE:
        if (field->value < 0) {
            return competency__fail(err, COMPETENCY_EINVAL, "%s must be non-negative", field->name);
        }
        break;
    case RANGE_ANY: break;
    }
    return COMPETENCY_OK;
}

competency_status competency_classic_config_check(const competency_classic_config *config,
                                                  competency_error *err)
{
    const competency_penalty_config *const p = &config->penalty;
    const competency_scoring_config *const s = &config->scoring;
    const competency_distribution_config *const d = &config->distribution;
    const named_number fields[] = {
        {"similarity_threshold", p->similarity_threshold, RANGE_UNIT},
        {"moderate_penalty", p->moderate_penalty, RANGE_UNIT},
        {"severe_penalty", p->severe_penalty, RANGE_UNIT},
        {"severe_threshold", p->severe_threshold, RANGE_UNIT},
        {"ratio_weight_meets", s->ratio_weight_meets, RANGE_UNIT},
        {"ratio_weight_below", s->ratio_weight_below, RANGE_UNIT},
        {"desired_variance", d->desired_variance, RANGE_NON_NEGATIVE},
        {"max_variance_factor", d->max_variance_factor, RANGE_UNIT},
        {"max_confidence_weight", s->max_confidence_weight, RANGE_ANY},
        {"very_similar_boost", s->very_similar_boost, RANGE_ANY},
        {"moderately_similar_boost", s->moderately_similar_boost, RANGE_ANY},
        {"high_score_dampening", s->high_score_dampening, RANGE_ANY},
        {"zero_proficiency_alpha", d->zero_proficiency_alpha, RANGE_ANY},
        {"zero_proficiency_beta", d->zero_proficiency_beta, RANGE_ANY},
        {"perfect_proficiency_alpha", d->perfect_proficiency_alpha, RANGE_ANY},
        {"perfect_proficiency_beta", d->perfect_proficiency_beta, RANGE_ANY},
    };
    const size_t count = sizeof(fields) / sizeof(fields[0]);

    for (size_t i = 0; i < count; i++) {
        const competency_status status = check_range(&fields[i], err);
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (isnan(fields[i].value)) {
            return competency__fail(err, COMPETENCY_EINVAL, "%s must be a number", fields[i].name);
        }
    }
    return COMPETENCY_OK;
}
