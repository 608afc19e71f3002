// SPDX-License-Identifier: MIT
// Not of the published package: a pool is matched and the results are kept, half of them are given
// up in no order, and more take their place. What an allocator makes of that is fragmentation.
#include "suite_engine.h"
#include "suite_memory.h"

#include <stdlib.h>

enum { NAMES = 200, DIMENSION = 384, POOL = 300, ROLE = 12, SKILLS_MIN = 5, SKILLS_MAX = 20 };

typedef struct pool {
    float vectors[NAMES][DIMENSION];
    competency_skill skills[NAMES];
    competency_match results[POOL];
    bool is_kept[POOL];
    uint32_t seed;
} pool;

// Knuth's linear congruential generator; its high bits.
static uint32_t draw(pool *p, uint32_t below)
{
    p->seed = p->seed * 1664525U + 1013904223U;
    return (p->seed >> 8) % below;
}

static void fill(pool *p)
{
    p->seed = 1;
    suite_skills(p->skills, 0, NAMES);
    for (size_t i = 0; i < NAMES; i++) {
        for (size_t k = 0; k < DIMENSION; k++) {
            p->vectors[i][k] = ((float)draw(p, 1 << 24) / 16777216.0F - 0.5F) / 5.66F;
        }
        p->skills[i].embedding = p->vectors[i];
        p->skills[i].embedding_size = DIMENSION;
    }
}

static bool match_missing(heaplens_bench *b, pool *p, const competency_matcher *matcher)
{
    competency_error err = {0};
    const competency_profile role = {p->skills, ROLE};
    for (size_t i = 0; i < POOL; i++) {
        if (p->is_kept[i]) {
            continue;
        }
        const uint32_t count = SKILLS_MIN + draw(p, SKILLS_MAX - SKILLS_MIN + 1);
        const competency_profile candidate = {p->skills + draw(p, NAMES - count), count};
        if (competency_match_run(&p->results[i], matcher, &candidate, &role, &err) !=
            COMPETENCY_OK) {
            heaplens_bench_fail(b, "%s", err.message);
            return false;
        }
        p->is_kept[i] = true;
    }
    return true;
}

// Each with a chance of 1 / `of`.
static void give_up(pool *p, uint32_t of)
{
    for (size_t i = 0; i < POOL; i++) {
        if (p->is_kept[i] && draw(p, of) == 0) {
            competency_match_destroy(&p->results[i]);
            p->is_kept[i] = false;
        }
    }
}

static bool keep_results(heaplens_bench *b, pool *p, const competency_matcher *matcher,
                         bool is_probed)
{
    bool is_done = match_missing(b, p, matcher);
    give_up(p, 2);
    is_done = is_done && match_missing(b, p, matcher);
    give_up(p, 2);
    if (is_probed) {
        suite_memory_at_most(b);
    }
    give_up(p, 1);
    return is_done;
}

static void kept_results(heaplens_bench *b)
{
    static pool p;
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    competency_matcher *matcher = NULL;
    fill(&p);
    suite_memory_begin();
    if (competency_matcher_create(&matcher, &options, NULL) != COMPETENCY_OK) {
        heaplens_bench_fail(b, "no matcher");
        return;
    }
    HEAPLENS_BENCH_LOOP(b)
    {
        p.seed = 1;
        if (!keep_results(b, &p, matcher, false)) {
            break;
        }
    }
    p.seed = 1;
    (void)keep_results(b, &p, matcher, true);
    heaplens_bench_items(b, POOL + POOL / 2);
    competency_matcher_destroy(matcher);
}

HEAPLENS_BENCH_MAIN({.group = "pool", .name = "kept_results", .run = kept_results})
