// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_MATCHER_H
#define COMPETENCY_MATCH_MATCHER_H

#include <stdbool.h>

#include <competency/matcher.h>

#include "kernels/kernels.h"

/** What competency_matcher_create() made of its options. */
struct competency_matcher {
    competency_allocator memory;
    competency_classic_config config;
    competency_strategy_table strategy;
    bool has_custom_strategy;             // may look at everything a score says
    competency_similarity similarity;     // `fill` is NULL for the cosine
    const competency_embedder *embedder;  // borrowed; may be NULL
    const competency__kernels *kernels;   // for the cosine; all give the same bits
};

#endif
