// SPDX-License-Identifier: MIT
// One role against a pool, with vectors, a strategy and memory of our own.
#include <competency/competency.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// An embedder: how often each letter occurs. Real ones run a model.
enum { LETTERS = 26 };

static size_t dimension(void *self)
{
    (void)self;
    return LETTERS;
}

static competency_status embed(void *self, float *out, const char *const *texts, size_t count,
                               competency_error *err)
{
    (void)self;
    (void)err;
    memset(out, 0, count * LETTERS * sizeof(*out));
    for (size_t i = 0; i < count; i++) {
        for (const char *at = texts[i]; *at != '\0'; at++) {
            const int letter = (*at | 0x20) - 'a';
            if (letter >= 0 && letter < LETTERS) {
                out[i * LETTERS + (size_t)letter] += 1;
            }
        }
    }
    return COMPETENCY_OK;
}

// A strategy: the weakest requirement decides.
static void keep_score(void *self, competency_skill_score *score)
{
    (void)self;
    (void)score;
}

static double weakest(void *self, const competency_skill_score *scores, size_t count)
{
    (void)self;
    double least = 1;
    for (size_t i = 0; i < count; i++) {
        least = scores[i].probability < least ? scores[i].probability : least;
    }
    return least;
}

// Memory that is counted.
static void *reallocate(void *self, void *block, size_t size)
{
    size_t *const requests = self;
    if (size == 0) {
        free(block);
        return NULL;
    }
    ++*requests;
    return realloc(block, size);
}

static competency_skill skill(const char *name, double level)
{
    return (competency_skill){.name = name, .level = {level, 5, true}, .weight = 1};
}

static competency_status rank(const competency_matcher *matcher, const size_t *requests,
                              competency_error *error)
{
    const competency_skill needs[] = {skill("baking", 3), skill("cleaning", 2)};
    const competency_skill ann[] = {skill("baking bread", 4), skill("cleaning", 3)};
    const competency_skill ben[] = {skill("driving", 5)};
    const competency_profile role = {needs, 2};
    const competency_profile pool[] = {{ann, 2}, {ben, 1}};
    competency_scorer *scorer = NULL;
    competency_status status = competency_scorer_create(&scorer, matcher, &role, NULL, error);
    // Twice: the second time every name is known, and nothing is allocated.
    for (size_t i = 0; i < 4 && status == COMPETENCY_OK; i++) {
        const size_t before = *requests;
        const competency_match *match = NULL;
        status = competency_scorer_match(scorer, &match, &pool[i % 2], 0, error);
        if (status == COMPETENCY_OK) {
            printf("%s %.3f%s\n", i % 2 == 0 ? "Ann" : "Ben", match->overall_score,
                   *requests == before ? ", no allocation" : "");
        }
    }
    competency_scorer_destroy(scorer);
    return status;
}

int main(void)
{
    size_t requests = 0;
    const competency_embedder embedder = {.dimension = dimension, .embed = embed};
    const competency_strategy_table strategy = {.adjust = keep_score, .aggregate = weakest};
    const competency_allocator allocator = {.self = &requests, .reallocate = reallocate};
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = &embedder;
    options.custom = &strategy;
    options.allocator = &allocator;
    competency_matcher *matcher = NULL;
    competency_error error = {0};
    competency_status status = competency_matcher_create(&matcher, &options, &error);
    if (status == COMPETENCY_OK) {
        status = rank(matcher, &requests, &error);
    }
    if (status != COMPETENCY_OK) {
        (void)fprintf(stderr, "%s: %s\n", competency_status_text(status), error.message);
    }
    competency_matcher_destroy(matcher);
    return status == COMPETENCY_OK ? 0 : 1;
}
