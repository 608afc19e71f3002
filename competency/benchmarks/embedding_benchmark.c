// SPDX-License-Identifier: MIT
// The suite embedding_benchmark of the published package: many names in one call, a call for each,
// and the distinct ones only.
#include "suite_engine.h"
#include "suite_memory.h"

#include <stdlib.h>
#include <string.h>

typedef bool embed_names(suite_engine *engine, heaplens_bench *b, float *out,
                         const char *const *names, size_t count);

static bool embed_each(suite_engine *engine, heaplens_bench *b, float *out,
                       const char *const *names, size_t count)
{
    const size_t dimension = engine->embedder.dimension(engine->embedder.self);
    for (size_t i = 0; i < count; i++) {
        if (!suite_embed(engine, b, out + i * dimension, names + i, 1)) {
            return false;
        }
    }
    return true;
}

static bool embed_unique(suite_engine *engine, heaplens_bench *b, float *out,
                         const char *const *names, size_t count)
{
    const char *distinct[SUITE_NAMES_MAX];
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < found && strcmp(distinct[at], names[i]) != 0) {
            at++;
        }
        if (at == found) {
            distinct[found] = names[i];
            found++;
        }
    }
    return suite_embed(engine, b, out, distinct, found);
}

static void run(heaplens_bench *b, embed_names *embed)
{
    const size_t count = (size_t)heaplens_bench_size(b);
    const char *names[SUITE_NAMES_MAX];
    for (size_t i = 0; i < count; i++) {
        names[i] = suite_name(i);
    }
    suite_engine engine;
    suite_memory_begin();
    if (!suite_engine_open(&engine, b)) {
        return;
    }
    float *const vectors =
        calloc((count + 1) * engine.embedder.dimension(engine.embedder.self), sizeof *vectors);
    if (vectors == NULL) {
        heaplens_bench_fail(b, "no memory for %zu vectors", count);
    }
    HEAPLENS_BENCH_LOOP(b)
    {
        if (!embed(&engine, b, vectors, names, count)) {
            break;
        }
        heaplens_keep(vectors);
    }
    heaplens_bench_items(b, count);
    const double *const published = heaplens_bench_data(b);
    for (size_t i = 0; published != NULL && published[i] > 0; i += 2) {
        if (published[i] == (double)count) {
            heaplens_bench_value(b, "published ms", published[i + 1]);
        }
    }
    suite_memory_at_most(b);
    free(vectors);
    suite_engine_close(&engine);
}

static void embed_skills_batch(heaplens_bench *b)
{
    run(b, suite_embed);
}

static void embed_skills_single(heaplens_bench *b)
{
    run(b, embed_each);
}

static void embed_unique_skills(heaplens_bench *b)
{
    run(b, embed_unique);
}

// Pairs of size and milliseconds, ended by 0. The 200 single ones are the author's estimate.
static const double batch[] = {10, 43.6, 25, 158.0, 50, 176.6, 100, 387.1, 200, 671.0, 0};
static const double single[] = {10, 134.9, 25, 360.9, 50, 633.2, 100, 1085.8, 200, 2000, 0};

#define SIZES HEAPLENS_SIZES(10, 25, 50, 100, 200)

HEAPLENS_BENCH_MAIN(
    {.group = "batch_embedding",
     .name = "embed_skills_batch",
     .run = embed_skills_batch,
     .data = batch,
     SIZES},
    {.group = "single_embedding",
     .name = "embed_skills_single",
     .run = embed_skills_single,
     .data = single,
     SIZES},
    {.group = "unique_embedding", .name = "embed_unique_skills", .run = embed_unique_skills, SIZES},
    {.group = "embedding_comparison",
     .name = "batch",
     .run = embed_skills_batch,
     .data = batch,
     HEAPLENS_SIZES(10, 50, 100)},
    {.group = "embedding_comparison",
     .name = "single",
     .run = embed_skills_single,
     .data = single,
     HEAPLENS_SIZES(10, 50, 100)},
    {.group = "embedding_comparison",
     .name = "unique",
     .run = embed_unique_skills,
     HEAPLENS_SIZES(10, 50, 100)})
