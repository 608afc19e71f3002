// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_MATCHER_H
#define COMPETENCY_MATCH_MATCHER_H

#include <competency/matcher.h>

/** What competency_matcher_create() made of its options. */
struct competency_matcher {
    competency_classic_config config;
    competency_strategy_table strategy;
    competency_similarity similarity;
    const competency_embedder *embedder;  // borrowed; may be NULL
};

#endif
