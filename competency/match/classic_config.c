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

typedef struct named_number {
    const char *name;
    double value;
    double limit;  // the largest allowed; INFINITY: any that is not negative; NAN: any at all
} named_number;

// The published checks let NaN pass, and so must these comparisons.
static competency_status check_range(const named_number *field, competency_error *err)
{
    if (!(field->value < 0) && !(field->value > field->limit)) {
        return COMPETENCY_OK;
    }
    return isinf(field->limit)
               ? competency__fail(err, COMPETENCY_EINVAL, "%s must be non-negative", field->name)
               : competency__fail(err, COMPETENCY_EINVAL, "%s must be between 0.0 and 1.0",
                                  field->name);
}

competency_status competency_classic_config_check(const competency_classic_config *config,
                                                  competency_error *err)
{
    const competency_penalty_config *const p = &config->penalty;
    const competency_scoring_config *const s = &config->scoring;
    const competency_distribution_config *const d = &config->distribution;
    const named_number fields[] = {
        {"similarity_threshold",      p->similarity_threshold,      1       },
        {"moderate_penalty",          p->moderate_penalty,          1       },
        {"severe_penalty",            p->severe_penalty,            1       },
        {"severe_threshold",          p->severe_threshold,          1       },
        {"ratio_weight_meets",        s->ratio_weight_meets,        1       },
        {"ratio_weight_below",        s->ratio_weight_below,        1       },
        {"desired_variance",          d->desired_variance,          INFINITY},
        {"max_variance_factor",       d->max_variance_factor,       1       },
        {"max_confidence_weight",     s->max_confidence_weight,     NAN     },
        {"very_similar_boost",        s->very_similar_boost,        NAN     },
        {"moderately_similar_boost",  s->moderately_similar_boost,  NAN     },
        {"high_score_dampening",      s->high_score_dampening,      NAN     },
        {"zero_proficiency_alpha",    d->zero_proficiency_alpha,    NAN     },
        {"zero_proficiency_beta",     d->zero_proficiency_beta,     NAN     },
        {"perfect_proficiency_alpha", d->perfect_proficiency_alpha, NAN     },
        {"perfect_proficiency_beta",  d->perfect_proficiency_beta,  NAN     },
    };
    const size_t count = sizeof(fields) / sizeof(fields[0]);

    for (size_t i = 0; i < count; i++) {
        const competency_status status =
            isnan(fields[i].limit) ? COMPETENCY_OK : check_range(&fields[i], err);
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
