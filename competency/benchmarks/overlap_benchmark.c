// SPDX-License-Identifier: MIT
// The suite overlap_benchmark of the published package: the names of candidates and of a role, which
// share some, embedded in a call each or, the distinct ones, in one.
#include "suite_engine.h"
#include "suite_memory.h"

#include <stdlib.h>
#include <string.h>

static size_t name_all(const char **out, const competency_skill *skills, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = skills[i].name;
    }
    return count;
}

// Those of `skills` that are not among the first `found` names yet.
static size_t name_new(const char **out, size_t found, const competency_skill *skills, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < found && strcmp(out[at], skills[i].name) != 0) {
            at++;
        }
        if (at == found) {
            out[found] = skills[i].name;
            found++;
        }
    }
    return found;
}

typedef struct overlap_input {
    const suite_case *item;
    competency_skill candidates[SUITE_NAMES_MAX];
    competency_skill required[SUITE_NAMES_MAX];
    float *vectors;
} overlap_input;

static bool embed_separate(suite_engine *engine, heaplens_bench *b, const overlap_input *in)
{
    const char *names[SUITE_NAMES_MAX];
    const size_t have = name_all(names, in->candidates, in->item->candidates);
    if (!suite_embed(engine, b, in->vectors, names, have)) {
        return false;
    }
    const size_t dimension = engine->embedder.dimension(engine->embedder.self);
    const size_t need = name_all(names, in->required, in->item->required);
    return suite_embed(engine, b, in->vectors + have * dimension, names, need);
}

static bool embed_combined(suite_engine *engine, heaplens_bench *b, const overlap_input *in)
{
    const char *names[SUITE_NAMES_MAX];
    const size_t have = name_new(names, 0, in->candidates, in->item->candidates);
    const size_t all = name_new(names, have, in->required, in->item->required);
    return suite_embed(engine, b, in->vectors, names, all);
}

typedef bool embed_both(suite_engine *engine, heaplens_bench *b, const overlap_input *in);

static void run(heaplens_bench *b, embed_both *embed)
{
    static overlap_input in;
    in.item = heaplens_bench_data(b);
    suite_overlapping(in.item, in.candidates, in.required);
    suite_engine engine;
    suite_memory_begin();
    if (!suite_engine_open(&engine, b)) {
        return;
    }
    const size_t names = in.item->candidates + in.item->required;
    in.vectors =
        calloc(names * engine.embedder.dimension(engine.embedder.self), sizeof *in.vectors);
    if (in.vectors == NULL) {
        heaplens_bench_fail(b, "no memory for %zu vectors", names);
    }
    HEAPLENS_BENCH_LOOP(b)
    {
        if (!embed(&engine, b, &in)) {
            break;
        }
        heaplens_keep(in.vectors);
    }
    heaplens_bench_items(b, names);
    suite_publish(b, in.item);
    suite_memory_at_most(b);
    free(in.vectors);
    suite_engine_close(&engine);
}

static void batch_separate(heaplens_bench *b)
{
    run(b, embed_separate);
}

static void unique_combined(heaplens_bench *b)
{
    run(b, embed_combined);
}

enum { OVERLAPS = 5 };
static const suite_case separate[OVERLAPS] = {
    {50, 25, 0, 219.1},  {50, 25, 25, 348.4}, {50, 25, 50, 339.8},
    {50, 25, 75, 235.1}, {50, 25, 90, 261.5},
};
static const suite_case combined[OVERLAPS] = {
    {50, 25, 0, 237.8},  {50, 25, 25, 206.4}, {50, 25, 50, 201.3},
    {50, 25, 75, 173.3}, {50, 25, 90, 176.1},
};
// Half of the names are the role's.
static const suite_case large[] = {
    {50, 50, 0, 0},   {50, 50, 50, 0},   {50, 50, 90, 0},
    {100, 100, 0, 0}, {100, 100, 50, 0}, {100, 100, 90, 0},
};

// clang-format off
#define CASE(in_group, function, text, item, overlap)                           \
    {.group = (in_group), .name = #function, .run = (function), .label = (text), \
     .data = &(item), HEAPLENS_SIZES(overlap)}
#define PAIR(text, item, overlap)                                                            \
    CASE("overlap_comparison", batch_separate, "batch/" text, separate[item], overlap),      \
    CASE("overlap_comparison", unique_combined, "unique/" text, combined[item], overlap)
#define LARGE(text, item, overlap)                                                 \
    CASE("large_overlap", batch_separate, "batch_" text, large[item], overlap),    \
    CASE("large_overlap", unique_combined, "unique_" text, large[item], overlap)
#define SKILLS "50_candidates_25_required/"
// clang-format on

HEAPLENS_BENCH_MAIN(CASE("batch_separate", batch_separate, SKILLS "0%", separate[0], 0),
                    CASE("batch_separate", batch_separate, SKILLS "25%", separate[1], 25),
                    CASE("batch_separate", batch_separate, SKILLS "50%", separate[2], 50),
                    CASE("batch_separate", batch_separate, SKILLS "75%", separate[3], 75),
                    CASE("batch_separate", batch_separate, SKILLS "90%", separate[4], 90),
                    CASE("unique_combined", unique_combined, SKILLS "0%", combined[0], 0),
                    CASE("unique_combined", unique_combined, SKILLS "25%", combined[1], 25),
                    CASE("unique_combined", unique_combined, SKILLS "50%", combined[2], 50),
                    CASE("unique_combined", unique_combined, SKILLS "75%", combined[3], 75),
                    CASE("unique_combined", unique_combined, SKILLS "90%", combined[4], 90),
                    PAIR("0%", 0, 0), PAIR("50%", 2, 50), PAIR("90%", 4, 90),
                    LARGE("100_skills/0%", 0, 0), LARGE("100_skills/50%", 1, 50),
                    LARGE("100_skills/90%", 2, 90), LARGE("200_skills/0%", 3, 0),
                    LARGE("200_skills/50%", 4, 50), LARGE("200_skills/90%", 5, 90))
