// SPDX-License-Identifier: MIT
// Names to vectors in one call, behind a memory cache: a name that is known costs no model.
#include <competency/competency.h>

#include <stdio.h>
#include <stdlib.h>

enum { NAMES = 3 };

static double cosine(const float *a, const float *b, size_t count)
{
    double sum = 0;  // the vectors of this model have length 1
    for (size_t i = 0; i < count; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum;
}

static competency_status compare(const competency_embedder *cache, competency_error *err)
{
    static const char *const names[NAMES] = {"Python", "Programming", "Cooking"};
    const size_t dimension = cache->dimension(cache->self);
    float *const vectors = malloc(NAMES * dimension * sizeof *vectors);
    competency_status status = vectors == NULL ? COMPETENCY_ENOMEM : COMPETENCY_OK;
    for (int round = 1; round <= 2 && status == COMPETENCY_OK; round++) {
        competency_cache_usage usage;
        status = cache->embed(cache->self, vectors, names, NAMES, err);
        competency_memory_cache_usage(cache, &usage);
        (void)printf("round %d: %llu names embedded, %llu known\n", round,
                     (unsigned long long)usage.misses, (unsigned long long)usage.hits);
    }
    for (size_t i = 1; i < NAMES && status == COMPETENCY_OK; i++) {
        printf("%s, %s: %.2f\n", names[0], names[i],
               cosine(vectors, vectors + i * dimension, dimension));
    }
    free(vectors);
    return status;
}

int main(void)
{
    competency_model *model = NULL;
    competency_embedder embedder = {0};
    competency_embedder cache = {0};
    competency_error err = {0};
    competency_status status = competency_model_open(&model, NULL, &err);
    if (status == COMPETENCY_OK) {
        status = competency_embedder_create(&embedder, model, NULL, &err);
    }
    if (status == COMPETENCY_OK) {
        status = competency_memory_cache_create(&cache, &embedder, NULL, &err);
    }
    if (status == COMPETENCY_OK) {
        status = compare(&cache, &err);
    }
    if (status != COMPETENCY_OK) {
        (void)fprintf(stderr, "%s: %s\n", competency_status_text(status), err.message);
    }
    competency_embedder_destroy(&cache);
    competency_embedder_destroy(&embedder);
    competency_model_close(model);
    return status == COMPETENCY_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
