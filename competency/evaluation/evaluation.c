// SPDX-License-Identifier: MIT
// The suites by their names, and what they share.
#include <competency/evaluation.h>

#include <math.h>
#include <string.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "evaluation/suites.h"

enum {
    CHUNK = 256,  // texts of one call of the embedder, so that progress can be told
    LANES = 16,   // partial sums of a cosine, which a compiler can keep in vector registers
};

const char competency__method_asked[] = "competency";

static const struct suite_entry {
    const char *name;
    competency_status (*run)(const competency__suite_run *run);
} suites[COMPETENCY_SUITE_COUNT] = {
    [COMPETENCY_SUITE_SYNONYMS] = {"synonyms", competency__run_synonyms},
    [COMPETENCY_SUITE_NEAR_MISSES] = {"near-misses", competency__run_near_misses},
    [COMPETENCY_SUITE_RELATED] = {"related", competency__run_related},
    [COMPETENCY_SUITE_DEMO] = {"demo", competency__run_demo},
};

const char *competency_suite_name(competency_suite suite)
{
    return (unsigned)suite < COMPETENCY_SUITE_COUNT ? suites[suite].name : "";
}

competency_status competency_suite_parse(competency_suite *out, const char *name)
{
    for (unsigned i = 0; i < COMPETENCY_SUITE_COUNT; i++) {
        if (strcmp(suites[i].name, name) == 0) {
            *out = (competency_suite)i;
            return COMPETENCY_OK;
        }
    }
    return COMPETENCY_EINVAL;
}

competency_status competency__add_measure(const competency__suite_run *run, const char *cases,
                                          const char *method, const char *metric, double value,
                                          size_t count)
{
    if (run->out->count == COMPETENCY_MEASURES_MAX) {
        return competency__fail(run->err, COMPETENCY_ECAPACITY, "more than %d measures",
                                COMPETENCY_MEASURES_MAX);
    }
    if (isnan(value)) {
        return competency__fail(run->err, COMPETENCY_EFORMAT, "%s: nothing to measure %s on",
                                competency_suite_name(run->suite), metric);
    }
    run->out->measures[run->out->count++] = (competency_measure){.suite = run->suite,
                                                                 .cases = cases,
                                                                 .method = method,
                                                                 .metric = metric,
                                                                 .value = value,
                                                                 .count = count};
    return COMPETENCY_OK;
}

void competency__report_progress(const competency__suite_run *run, const char *what, size_t done,
                                 size_t total)
{
    if (run->options->progress != NULL) {
        run->options->progress(run->options->self, what, done, total);
    }
}

// NOLINTNEXTLINE(readability-non-const-parameter): it is scaled in place.
static void scale_to_length_1(float *vector, size_t dimension)
{
    double square = 0.0;
    for (size_t i = 0; i < dimension; i++) {
        square += (double)vector[i] * (double)vector[i];
    }
    const double scale = square > 0.0 ? 1.0 / sqrt(square) : 0.0;
    for (size_t i = 0; i < dimension; i++) {
        vector[i] = (float)((double)vector[i] * scale);
    }
}

competency_status competency__embed_all(const competency__suite_run *run, float **vectors,
                                        size_t *dimension, const char *const *texts, size_t count)
{
    const competency_embedder *const embedder = run->options->embedder;
    size_t numbers = 0;
    *dimension = embedder->dimension(embedder->self);
    *vectors = competency__mul(&numbers, count, *dimension)
                   ? competency__allocate_zeroed(run->memory, numbers + 1, sizeof(float))
                   : NULL;
    if (*vectors == NULL) {
        return competency__fail(run->err, COMPETENCY_ENOMEM, "no memory for %zu vectors", count);
    }
    competency_status status = COMPETENCY_OK;
    for (size_t done = 0; done < count && status == COMPETENCY_OK; done += CHUNK) {
        const size_t some = count - done < CHUNK ? count - done : CHUNK;
        competency__report_progress(run, "names embedded", done, count);
        status = embedder->embed(embedder->self, *vectors + done * *dimension, texts + done, some,
                                 run->err);
    }
    for (size_t i = 0; i < count && status == COMPETENCY_OK; i++) {
        scale_to_length_1(*vectors + i * *dimension, *dimension);
    }
    if (status != COMPETENCY_OK) {
        competency__release(run->memory, *vectors);
        *vectors = NULL;
    }
    return status;
}

double competency__unit_cosine(const float *a, const float *b, size_t dimension)
{
    float sums[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= dimension; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            sums[lane] += a[i + lane] * b[i + lane];
        }
    }
    double sum = 0.0;
    for (; i < dimension; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    for (size_t lane = 0; lane < LANES; lane++) {
        sum += (double)sums[lane];
    }
    return sum;
}

competency_status competency_evaluation_run(competency_evaluation *out, competency_suite suite,
                                            const char *directory,
                                            const competency_evaluation_options *options,
                                            competency_error *err)
{
    competency_evaluation_options chosen = COMPETENCY_EVALUATION_OPTIONS_INIT;
    if (options->size < sizeof(options->size)) {
        return competency__fail(err, COMPETENCY_EINVAL, "options of %u bytes", options->size);
    }
    memcpy(&chosen, options, options->size < sizeof(chosen) ? options->size : sizeof(chosen));
    if (chosen.embedder == NULL || (unsigned)suite >= COMPETENCY_SUITE_COUNT) {
        return competency__fail(err, COMPETENCY_EINVAL, "no embedder, or no suite %d", (int)suite);
    }
    const size_t before = out->count;
    const competency__suite_run run = {.out = out,
                                       .suite = suite,
                                       .directory = directory,
                                       .options = &chosen,
                                       .memory = chosen.allocator,
                                       .err = err};
    const competency_status status = suites[suite].run(&run);
    if (status != COMPETENCY_OK) {
        out->count = before;
    }
    return status;
}
