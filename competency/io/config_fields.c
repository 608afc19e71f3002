// SPDX-License-Identifier: MIT
#include "io/config_fields.h"

#include <competency/scoring.h>

// offsetof() takes a member, which cannot stand in parentheses.
// clang-format off
#define FIELD(group, name) \
    {#group "_config", #name, offsetof(competency_classic_config, group.name)}  // NOLINT(bugprone-macro-parentheses)
// clang-format on

const competency__config_field competency__config_fields[] = {
    FIELD(penalty, similarity_threshold),
    FIELD(penalty, severe_threshold),
    FIELD(penalty, moderate_penalty),
    FIELD(penalty, severe_penalty),
    FIELD(scoring, ratio_weight_meets),
    FIELD(scoring, ratio_weight_below),
    FIELD(scoring, max_confidence_weight),
    FIELD(scoring, very_similar_boost),
    FIELD(scoring, moderately_similar_boost),
    FIELD(scoring, high_score_dampening),
    FIELD(distribution, desired_variance),
    FIELD(distribution, max_variance_factor),
    FIELD(distribution, zero_proficiency_alpha),
    FIELD(distribution, zero_proficiency_beta),
    FIELD(distribution, perfect_proficiency_alpha),
    FIELD(distribution, perfect_proficiency_beta),
};

const size_t competency__config_field_count =
    sizeof(competency__config_fields) / sizeof(competency__config_fields[0]);
