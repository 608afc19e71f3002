// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BENCHMARKS_SUITE_ENGINE_H
#define COMPETENCY_BENCHMARKS_SUITE_ENGINE_H

/**
 * @file
 * What the three suites share: the engine from the model to the matcher, and the skills that the
 * suites of the published package are made of. A failure makes the benchmark fail with its reason.
 */
#include <competency/competency.h>

#include <heaplens/bench.h>
#include <stdbool.h>

enum { SUITE_NAMES_MAX = 512 };

/** One case of a suite, and what the published package says of it, or 0. */
typedef struct suite_case {
    size_t candidates;
    size_t required;
    int overlap_percent;  // of the required names, those that candidates have too
    double published_ms;  // on a laptop of its author's; see docs/benchmarks.md
} suite_case;

typedef struct suite_engine {
    competency_model *model;
    competency_embedder embedder;
} suite_engine;

/** Load the default model and make an embedder. */
bool suite_engine_open(suite_engine *engine, heaplens_bench *b);
void suite_engine_close(suite_engine *engine);

/** "Skill_0", "Skill_1", ...; `index` below SUITE_NAMES_MAX. Static. */
const char *suite_name(size_t index);

/** Fill skills "Skill_`first`", ... at levels 1 to 5 of 5 in turn. @param[out] out (count) */
void suite_skills(competency_skill *out, size_t first, size_t count);

/**
 * Fill the names of a role that shares some with candidates "Skill_0" to "Skill_(candidates - 1)":
 * floor(required * overlap) repeat theirs from the first on, the others are new.
 */
void suite_overlapping(const suite_case *item, competency_skill *candidates,
                       competency_skill *required);

/** Embed names in one call. @param[out] out (count, dimension) */
bool suite_embed(suite_engine *engine, heaplens_bench *b, float *out, const char *const *names,
                 size_t count);

/** Put the published time beside the measured one. */
void suite_publish(heaplens_bench *b, const suite_case *item);

#endif
