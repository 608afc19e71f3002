// SPDX-License-Identifier: MIT
// Names embedded with one call and one vector each, or all in one call.
//
//     embedding_calls each|batch [NAMES]
#include <competency/competency.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/memory/numbered_skills.h"

enum { NAMES = 100 };

static double sum_of(const float *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)values[i];
    }
    return sum;
}

// A vector of the caller's for one name; NULL on failure.
static float *embed_name(const competency_embedder *embedder, const char *name,
                         competency_error *err)
{
    float *const vector = malloc(embedder->dimension(embedder->self) * sizeof *vector);
    if (vector != NULL && embedder->embed(embedder->self, vector, &name, 1, err) != COMPETENCY_OK) {
        free(vector);
        return NULL;
    }
    return vector;
}

// Each adds its vectors' numbers in the same order, so that equal vectors give equal sums.
static int embed_each(const competency_embedder *embedder, size_t count, double *sum,
                      competency_error *err)
{
    float *vectors[NUMBERED_SKILLS_MAX];
    size_t done = 0;
    while (done < count &&
           (vectors[done] = embed_name(embedder, numbered_skill_name(done), err)) != NULL) {
        done++;
    }
    for (size_t i = 0; i < done; i++) {
        *sum += sum_of(vectors[i], embedder->dimension(embedder->self));
        free(vectors[i]);
    }
    return done == count ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int embed_batch(const competency_embedder *embedder, size_t count, double *sum,
                       competency_error *err)
{
    const size_t dimension = embedder->dimension(embedder->self);
    const char *names[NUMBERED_SKILLS_MAX];
    for (size_t i = 0; i < count; i++) {
        names[i] = numbered_skill_name(i);
    }
    const size_t bytes = count * dimension * sizeof(float);
    float *const vectors = bytes == 0 ? NULL : malloc(bytes);
    int done = EXIT_FAILURE;
    if (vectors != NULL &&
        embedder->embed(embedder->self, vectors, names, count, err) == COMPETENCY_OK) {
        for (size_t i = 0; i < count; i++) {
            *sum += sum_of(vectors + i * dimension, dimension);
        }
        done = EXIT_SUCCESS;
    }
    free(vectors);
    return done;
}

int main(int argc, char **argv)
{
    const size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : NAMES;
    const int is_each = argc > 1 && strcmp(argv[1], "each") == 0;
    const int is_known = is_each || (argc > 1 && strcmp(argv[1], "batch") == 0);
    competency_error err = {0};
    competency_model *model = NULL;
    competency_embedder embedder = {0};
    double sum = 0;
    int done = EXIT_FAILURE;
    if (is_known && count <= NUMBERED_SKILLS_MAX &&
        competency_model_open(&model, NULL, &err) == COMPETENCY_OK &&
        competency_embedder_create(&embedder, model, NULL, &err) == COMPETENCY_OK) {
        done = is_each ? embed_each(&embedder, count, &sum, &err)
                       : embed_batch(&embedder, count, &sum, &err);
    }
    competency_embedder_destroy(&embedder);
    competency_model_close(model);
    if (done != EXIT_SUCCESS) {
        (void)fprintf(stderr, "embedding_calls each|batch [NAMES]: %s\n", err.message);
        return EXIT_FAILURE;
    }
    (void)printf("%zu names, numbers of their vectors together %.12f\n", count, sum);
    return EXIT_SUCCESS;
}
