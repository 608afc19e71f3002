// SPDX-License-Identifier: MIT
// The suite memory_benchmark of the published package: end to end, embedding, similarities.
#include "suite_engine.h"
#include "suite_memory.h"

#include <stdlib.h>

#include "match/similarity.h"

// One end-to-end match, as somebody has it who starts with nothing: model, matcher, match.
static bool match_once(heaplens_bench *b, const suite_case *item, bool is_probed)
{
    competency_skill candidate[SUITE_NAMES_MAX];
    competency_skill required[SUITE_NAMES_MAX];
    suite_skills(candidate, 0, item->candidates);
    suite_skills(required, 0, item->required);
    suite_engine engine;
    if (!suite_engine_open(&engine, b)) {
        return false;
    }
    competency_error err = {0};
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = &engine.embedder;
    const competency_profile have = {candidate, item->candidates};
    const competency_profile need = {required, item->required};
    competency_matcher *matcher = NULL;
    competency_match match = {0};
    competency_status status = competency_matcher_create(&matcher, &options, &err);
    if (status == COMPETENCY_OK) {
        status = competency_match_run(&match, matcher, &have, &need, &err);
    }
    if (status != COMPETENCY_OK) {
        heaplens_bench_fail(b, "%s", err.message);
    }
    heaplens_keep(&match.overall_score);
    if (is_probed) {
        suite_memory_at_most(b);
    }
    competency_match_destroy(&match);
    competency_matcher_destroy(matcher);
    suite_engine_close(&engine);
    return status == COMPETENCY_OK;
}

static void match_skills(heaplens_bench *b)
{
    const suite_case *const item = heaplens_bench_data(b);
    suite_memory_begin();
    HEAPLENS_BENCH_LOOP(b)
    {
        if (!match_once(b, item, false)) {
            return;
        }
    }
    suite_publish(b, item);
    (void)match_once(b, item, true);
}

static bool embed_once(heaplens_bench *b, const char *const *names, size_t count, bool is_probed)
{
    suite_engine engine;
    if (!suite_engine_open(&engine, b)) {
        return false;
    }
    float *const vectors =
        calloc((count + 1) * engine.embedder.dimension(engine.embedder.self), sizeof *vectors);
    const bool is_done = vectors != NULL && suite_embed(&engine, b, vectors, names, count);
    heaplens_keep(vectors);
    if (is_probed) {
        suite_memory_at_most(b);
    }
    free(vectors);
    suite_engine_close(&engine);
    return is_done;
}

static void embed_skills(heaplens_bench *b)
{
    const suite_case *const item = heaplens_bench_data(b);
    const char *names[SUITE_NAMES_MAX];
    for (size_t i = 0; i < item->candidates; i++) {
        names[i] = suite_name(i);
    }
    suite_memory_begin();
    HEAPLENS_BENCH_LOOP(b)
    {
        if (!embed_once(b, names, item->candidates, false)) {
            return;
        }
    }
    heaplens_bench_items(b, item->candidates);
    suite_publish(b, item);
    (void)embed_once(b, names, item->candidates, true);
}

enum { DIMENSION = 384 };

// Vectors as a model's are: numbers of both signs, of length about 1. No model is needed.
static void fill_vectors(float *out, const float **rows, size_t count, uint32_t seed)
{
    for (size_t i = 0; i < count * DIMENSION; i++) {
        seed = seed * 1664525U + 1013904223U;  // Knuth's linear congruential generator
        out[i] = ((float)(seed >> 8) / 16777216.0F - 0.5F) / 5.66F;
    }
    for (size_t i = 0; i < count; i++) {
        rows[i] = out + i * DIMENSION;
    }
}

// The whole matrix, with the norms that it needs, into memory of its own. `probed` may be NULL.
static bool fill_matrix(const float *const *required, size_t required_count,
                        const float *const *candidates, size_t candidate_count,
                        heaplens_bench *probed)
{
    double *const matrix = malloc(required_count * candidate_count * sizeof *matrix);
    double *const squares = malloc(candidate_count * sizeof *squares);
    double *const wide = malloc(candidate_count * DIMENSION * sizeof *wide);
    const competency__kernels *const kernels =
        competency__kernels_select(competency__kernels_cpu(), NULL);
    const bool has_room = matrix != NULL && squares != NULL && wide != NULL;
    for (size_t i = 0; i < candidate_count && has_room; i++) {
        squares[i] = competency__dot(candidates[i], candidates[i], DIMENSION);
        competency__widen(wide + i * DIMENSION, candidates[i], DIMENSION);
    }
    for (size_t i = 0; i < required_count && has_room; i++) {
        competency__cosine_row(kernels, matrix + i * candidate_count, required[i], wide, squares,
                               candidate_count, DIMENSION);
    }
    heaplens_keep(matrix);
    if (probed != NULL) {
        suite_memory_at_most(probed);
    }
    free(wide);
    free(squares);
    free(matrix);
    return has_room;
}

static void calculate_similarities(heaplens_bench *b)
{
    const suite_case *const item = heaplens_bench_data(b);
    const size_t all = item->candidates + item->required;
    suite_memory_begin();
    float *const vectors = calloc(all * DIMENSION, sizeof *vectors);
    const float *rows[SUITE_NAMES_MAX] = {NULL};
    if (vectors == NULL) {
        heaplens_bench_fail(b, "no memory for %zu vectors", all);
        return;
    }
    fill_vectors(vectors, rows, all, 1);
    HEAPLENS_BENCH_LOOP(b)
    {
        if (!fill_matrix(rows + item->candidates, item->required, rows, item->candidates, NULL)) {
            heaplens_bench_fail(b, "no memory for the matrix");
        }
    }
    heaplens_bench_items(b, item->candidates * item->required);
    suite_publish(b, item);
    (void)fill_matrix(rows + item->candidates, item->required, rows, item->candidates, b);
    free(vectors);
}

static const suite_case matches[] = {
    {10, 5, 0, 1161.9},
    {50, 25, 0, 1287.0},
    {100, 50, 0, 1639.4},
    {200, 100, 0, 2284.2},
};
static const suite_case embeddings[] = {
    {10, 0, 0, 1424.2},
    {50, 0, 0, 1521.9},
    {100, 0, 0, 1528.0},
};
static const suite_case similarities[] = {
    {10, 5, 0, 0.0099576},
    {50, 25, 0, 0.24347},
    {100, 50, 0, 0.98223},
};

// clang-format off
#define MATCH(i, size, text)                                                               \
    {.group = "memory_usage", .name = "match_skills", .run = match_skills, .label = (text), \
     .data = &matches[i], HEAPLENS_SIZES(size)}
#define EMBED(i, size, text)                                                                   \
    {.group = "embedding_memory", .name = "embed_skills", .run = embed_skills, .label = (text), \
     .data = &embeddings[i], HEAPLENS_SIZES(size)}
#define SIMILAR(i, size, text)                                            \
    {.group = "similarity_memory", .name = "calculate_similarities",      \
     .run = calculate_similarities, .label = (text), .data = &similarities[i], \
     HEAPLENS_SIZES(size)}
// clang-format on

HEAPLENS_BENCH_MAIN(MATCH(0, 10, "match_skills_10_candidates_5_required"),
                    MATCH(1, 50, "match_skills_50_candidates_25_required"),
                    MATCH(2, 100, "match_skills_100_candidates_50_required"),
                    MATCH(3, 200, "match_skills_200_candidates_100_required"),
                    EMBED(0, 10, "embed_skills_10"), EMBED(1, 50, "embed_skills_50"),
                    EMBED(2, 100, "embed_skills_100"),
                    SIMILAR(0, 50, "calculate_similarities_10x5"),
                    SIMILAR(1, 1250, "calculate_similarities_50x25"),
                    SIMILAR(2, 5000, "calculate_similarities_100x50"))
