// SPDX-License-Identifier: MIT
// What a match costs, beside a straightforward evaluation of the published method.
//
//     build/release/competency/benchmarks/bench_matching [CANDIDATES]
//
// prints, for one thread and with all vectors at hand: one match of 100 with 50 skills, and the
// ranking of a pool of candidates as JSONL for a role of 12 skills. The straightforward evaluation
// follows the rules one by one: every similarity of the pair, and every part of the mixture at
// each of the 40 halvings. The two alternate, and their scores must be the same bits.
#define _POSIX_C_SOURCE 200809L  // clock_gettime

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <competency/competency.h>

#include "match/beta.h"
#include "match/similarity.h"

enum {
    DIMENSION = 384,        // of the default model
    NAMES = 2000,           // distinct ones in the pool
    NAME_BYTES = 32,        //
    ROLE_SKILLS = 12,       // of the ranking
    POOL_SKILLS = 20,       // of each candidate
    TOP = 20,               //
    SKILLS_MAX = 100,       // of the single match
    LINE_BYTES = 2048,      // more than a candidate has
    REPETITIONS = 31,       // of the single match
    STRAIGHT_SAMPLE = 200,  // candidates of the pool that the straightforward way is given
};

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench_matching: %s\n", what);
    exit(1);  // NOLINT(concurrency-mt-unsafe): one thread
}

static void expect_ok(competency_status status, const competency_error *err)
{
    if (status != COMPETENCY_OK) {
        fail(err->message);
    }
}

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

// SplitMix64.
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

// Names with vectors in 20 clusters, so that similarities are spread as those of skills are.
typedef struct pool_names {
    char names[NAMES][NAME_BYTES];
    float vectors[NAMES][DIMENSION];
} pool_names;

static float centred(uint64_t *state)
{
    return (float)((double)(next_random(state) >> 11) * 0x1p-53 - 0.5);
}

static void make_names(pool_names *pool)
{
    uint64_t random = 1;
    static float centres[20][DIMENSION];
    for (size_t c = 0; c < 20; c++) {
        for (size_t i = 0; i < DIMENSION; i++) {
            centres[c][i] = centred(&random);
        }
    }
    for (size_t n = 0; n < NAMES; n++) {
        (void)snprintf(pool->names[n], NAME_BYTES, "Skill number %04zu", n);
        for (size_t i = 0; i < DIMENSION; i++) {
            pool->vectors[n][i] = centres[n % 20][i] + 0.7F * centred(&random);
        }
    }
}

// The embedder: vectors that are at hand.

static size_t dimension_of(void *self)
{
    (void)self;
    return DIMENSION;
}

static competency_status embed(void *self, float *out, const char *const *texts, size_t count,
                               competency_error *err)
{
    (void)err;
    const pool_names *const pool = self;
    for (size_t i = 0; i < count; i++) {
        const size_t number = (size_t)strtoul(texts[i] + strlen("Skill number "), NULL, 10);
        memcpy(out + i * DIMENSION, pool->vectors[number], sizeof(pool->vectors[0]));
    }
    return COMPETENCY_OK;
}

static const char *embedder_name(void *self)
{
    (void)self;
    return "at hand";
}

// The straightforward evaluation, for the default strategy and configuration (R39-R106).

typedef struct straight_skill {
    const char *name;
    const float *vector;
    double ratio;
    competency__beta beta;
} straight_skill;

static double straight_cdf(const straight_skill *parts, const double *weights, size_t count,
                           double x)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++) {
        sum += weights[k] * competency__beta_cdf(&parts[k].beta, x);
    }
    return sum;
}

static double straight_quantile(const straight_skill *parts, const double *weights, size_t count,
                                double p)
{
    double low = 0;
    double high = 1;
    while (high - low > 1e-6) {
        const double middle = (low + high) / 2;
        if (straight_cdf(parts, weights, count, middle) < p) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (low + high) / 2;
}

// The interval of one requirement: what nearly all the time goes into.
static competency_interval straight_interval(const straight_skill *need,
                                             const straight_skill *offers, size_t count)
{
    double weights[SKILLS_MAX];
    double sum = 0;
    double best = -1;
    for (size_t j = 0; j < count; j++) {
        const double dot = competency__dot(need->vector, offers[j].vector, DIMENSION);
        const double similarity =
            competency__cosine(dot, competency__dot(need->vector, need->vector, DIMENSION),
                               competency__dot(offers[j].vector, offers[j].vector, DIMENSION));
        best = fmax(best, similarity);
        weights[j] = fmax(similarity * (1 + 0.5 * offers[j].ratio), 0.01);
        sum += weights[j];
    }
    if (best < 0.3) {
        return (competency_interval){0};  // the penalty path has no quantiles
    }
    for (size_t j = 0; j < count; j++) {
        weights[j] /= sum;
    }
    return (competency_interval){
        .lower = straight_quantile(offers, weights, count, 0.025),
        .upper = straight_quantile(offers, weights, count, 0.975),
    };
}

static void fill_straight(straight_skill *out, const competency_skill *skills, size_t count,
                          const pool_names *pool)
{
    const competency_classic_config config = competency_classic_config_default();
    for (size_t i = 0; i < count; i++) {
        competency_error err = {0};
        out[i].name = skills[i].name;
        out[i].ratio = competency_level_ratio(&skills[i].level);

        out[i].vector = pool->vectors[strtoul(skills[i].name + strlen("Skill number "), NULL, 10)];
        expect_ok(
            competency__beta_from_ratio(&out[i].beta, out[i].ratio, &config.distribution, &err),
            &err);
    }
}

static void straight_match(competency_interval *out, const competency_profile *role,
                           const competency_profile *candidate, const pool_names *pool)
{
    straight_skill needs[SKILLS_MAX];
    straight_skill offers[SKILLS_MAX];
    fill_straight(needs, role->skills, role->count, pool);
    fill_straight(offers, candidate->skills, candidate->count, pool);
    for (size_t i = 0; i < role->count; i++) {
        out[i] = straight_interval(&needs[i], offers, candidate->count);
    }
}

static void expect_same(const competency_match *match, const competency_interval *straight)
{
    for (size_t i = 0; i < match->required_count; i++) {
        const competency_interval *const got = &match->scores[i].interval;
        const bool is_penalised = match->scores[i].best_similarity < 0.3;
        if (!is_penalised && (got->lower != straight[i].lower || got->upper != straight[i].upper)) {
            fail("the two ways disagree");
        }
    }
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(values[0]), compare_doubles);
    return values[count / 2];
}

static void fill_skills(competency_skill *skills, size_t count, uint64_t *random,
                        const pool_names *pool)
{
    for (size_t i = 0; i < count; i++) {
        skills[i] = (competency_skill){
            .name = pool->names[next_random(random) % NAMES],
            .level = {.value = (double)(next_random(random) % 6), .max = 5, .is_disclosed = true},
            .weight = 1,
        };
    }
}

static void bench_single(const competency_matcher *matcher, const pool_names *pool)
{
    static competency_skill skills[2][SKILLS_MAX];
    uint64_t random = 2;
    fill_skills(skills[0], 100, &random, pool);
    fill_skills(skills[1], 50, &random, pool);
    const competency_profile candidate = {skills[0], 100};
    const competency_profile role = {skills[1], 50};
    competency_error err = {0};
    competency_scorer *scorer = NULL;
    expect_ok(competency_scorer_create(&scorer, matcher, &role, NULL, &err), &err);
    double straight_s[REPETITIONS];
    double run_s[REPETITIONS];
    double scorer_s[REPETITIONS];
    for (size_t r = 0; r < REPETITIONS; r++) {
        competency_interval straight[SKILLS_MAX];
        double start = now_s();
        straight_match(straight, &role, &candidate, pool);
        straight_s[r] = now_s() - start;

        competency_match match;
        start = now_s();
        expect_ok(competency_match_run(&match, matcher, &candidate, &role, &err), &err);
        run_s[r] = now_s() - start;
        expect_same(&match, straight);
        competency_match_destroy(&match);

        const competency_match *known = NULL;
        start = now_s();
        expect_ok(competency_scorer_match(scorer, &known, &candidate,
                                          COMPETENCY_WITH_INTERVALS | COMPETENCY_WITH_MATRICES,
                                          &err),
                  &err);
        scorer_s[r] = now_s() - start;
        expect_same(known, straight);
    }
    competency_scorer_destroy(scorer);
    const double straight = median(straight_s, REPETITIONS);
    const double run = median(run_s, REPETITIONS);
    const double again = median(scorer_s, REPETITIONS);
    (void)printf("one match, 100 skills for 50 requirements (median of %d)\n", REPETITIONS);
    (void)printf("  straightforward          %8.3f ms\n", straight * 1e3);
    (void)printf("  competency_match_run     %8.3f ms   1/%.0f\n", run * 1e3, straight / run);
    (void)printf("  competency_scorer_match  %8.3f ms   1/%.0f, names seen before\n\n", again * 1e3,
                 straight / again);
}

// A pool as JSONL, written once and read from memory.
typedef struct pool_text {
    char *bytes;
    size_t size;
    size_t at;
} pool_text;

static competency_status read_text(void *self, char *buffer, size_t cap, size_t *got)
{
    pool_text *const text = self;
    const size_t left = text->size - text->at;
    *got = left < cap ? left : cap;
    memcpy(buffer, text->bytes + text->at, *got);
    text->at += *got;
    return COMPETENCY_OK;
}

COMPETENCY_PRINTF(2, 3)
static void append(pool_text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text->size += (size_t)vsnprintf(text->bytes + text->size, LINE_BYTES, format, args);
    va_end(args);
}

static pool_text make_pool(size_t count, const pool_names *pool)
{
    pool_text text = {.bytes = malloc((count + 1) * LINE_BYTES)};
    if (text.bytes == NULL) {
        fail("no memory for the pool");
    }
    uint64_t random = 3;
    for (size_t c = 0; c < count; c++) {
        append(&text, "{\"id\": \"C%06zu\", \"skills\": [", c);
        for (size_t s = 0; s < POOL_SKILLS; s++) {
            append(&text, "%s{\"name\": \"%s\", \"level\": {\"value\": %u, \"max\": 5}}",
                   s == 0 ? "" : ", ", pool->names[next_random(&random) % NAMES],
                   (unsigned)(next_random(&random) % 6));
        }
        append(&text, "]}\n");
    }
    return text;
}

typedef struct ranked {
    double score;
    uint64_t line;
} ranked;

// The best TOP so far, in order.
static void keep(ranked *best, size_t *count, ranked entry)
{
    size_t at = *count;
    while (at > 0 && best[at - 1].score < entry.score) {
        at--;
    }
    if (at == TOP) {
        return;
    }
    *count += *count < TOP ? 1 : 0;
    memmove(best + at + 1, best + at, (*count - 1 - at) * sizeof(best[0]));
    best[at] = entry;
}

static double rank_pool(pool_text *text, const competency_matcher *matcher,
                        const competency_profile *role)
{
    text->at = 0;
    competency_error err = {0};
    competency_scorer *scorer = NULL;
    competency_stream *stream = NULL;
    const competency_source source = {.self = text, .read = read_text};
    ranked best[TOP + 1];
    size_t count = 0;
    const double start = now_s();
    expect_ok(competency_scorer_create(&scorer, matcher, role, NULL, &err), &err);
    expect_ok(competency_stream_create(&stream, &source, COMPETENCY_STREAM_JSONL), &err);
    for (;;) {
        competency_document *document = NULL;
        expect_ok(competency_stream_next(stream, &document, &err), &err);
        if (document == NULL) {
            break;
        }
        const competency_match *match = NULL;
        expect_ok(competency_scorer_match(scorer, &match,
                                          &competency_document_candidate(document, 0)->profile, 0,
                                          &err),
                  &err);
        keep(best, &count, (ranked){match->overall_score, competency_stream_line(stream)});
        competency_document_destroy(document);
    }
    const double seconds = now_s() - start;
    competency_stream_destroy(stream);
    competency_scorer_destroy(scorer);
    return seconds;
}

// Seconds for one candidate, by a sample.
static double straight_pool(const competency_profile *role, const pool_names *pool)
{
    uint64_t random = 4;
    competency_skill skills[POOL_SKILLS];
    const competency_profile candidate = {skills, POOL_SKILLS};
    double seconds = 0;
    for (size_t c = 0; c < STRAIGHT_SAMPLE; c++) {
        fill_skills(skills, POOL_SKILLS, &random, pool);
        competency_interval out[SKILLS_MAX];
        const double start = now_s();
        straight_match(out, role, &candidate, pool);
        seconds += now_s() - start;
    }
    return seconds / STRAIGHT_SAMPLE;
}

static void bench_ranking(const competency_matcher *matcher, const pool_names *pool, size_t count)
{
    static competency_skill needs[ROLE_SKILLS];
    uint64_t random = 5;
    fill_skills(needs, ROLE_SKILLS, &random, pool);
    const competency_profile role = {needs, ROLE_SKILLS};
    const double straight = straight_pool(&role, pool);
    (void)printf("ranking JSONL for %d requirements: %d skills each, %d distinct names\n",
                 ROLE_SKILLS, POOL_SKILLS, NAMES);
    for (size_t part = 4; part > 0; part /= 2) {
        const size_t size = count / part;
        pool_text text = make_pool(size, pool);
        const double seconds = rank_pool(&text, matcher, &role);
        const double each = seconds / (double)size;
        (void)printf("  %8zu candidates  %7.3f s  %6.2f us each   1/%.0f of %.0f us\n", size,
                     seconds, each * 1e6, straight / each, straight * 1e6);
        free(text.bytes);
    }
}

int main(int argc, char **argv)
{
    const size_t count = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : 100000;
    if (count < 4) {
        fail("expected a number of candidates of at least 4");
    }
    pool_names *const pool = malloc(sizeof(*pool));
    if (pool == NULL) {
        fail("no memory for the names");
    }
    make_names(pool);
    const competency_embedder embedder = {
        .self = pool, .dimension = dimension_of, .embed = embed, .name = embedder_name};
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = &embedder;
    competency_matcher *matcher = NULL;
    competency_error err = {0};
    expect_ok(competency_matcher_create(&matcher, &options, &err), &err);
    bench_single(matcher, pool);
    bench_ranking(matcher, pool, count);
    competency_matcher_destroy(matcher);
    free(pool);
    return 0;
}
