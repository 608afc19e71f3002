// SPDX-License-Identifier: MIT
#include "bench/bench_report.h"

#include <stdlib.h>
#include <string.h>

#include "bench/bootstrap.h"
#include "bench/statistics.h"

const char *heaplens__memory_kind_name(heaplens_memory_kind kind)
{
    switch (kind) {
    case HEAPLENS_MEMORY_BLOCKS: return "blocks";
    case HEAPLENS_MEMORY_BYTES: return "bytes";
    case HEAPLENS_MEMORY_PEAK: return "peak_bytes";
    case HEAPLENS_MEMORY_GROWTH: return "growth_bytes";
    case HEAPLENS_MEMORY_GROWTH_BLOCKS: return "growth_blocks";
    case HEAPLENS_MEMORY_REALLOCS: return "reallocs";
    }
    return "unknown";
}

void heaplens__case_deinit(heaplens_case_result *result)
{
    free(result->id);
    free(result->group);
    free(result->name);
    free(result->message);
    free(result->iterations);
    free(result->ns);
    for (size_t i = 0; i < result->memory.site_count; i++) {
        free(result->memory.sites[i].path);
    }
    free(result->memory.sites);
    *result = (heaplens_case_result){.id = NULL};
}

void heaplens__bench_report_deinit(heaplens_bench_report *report)
{
    for (size_t i = 0; i < report->case_count; i++) {
        heaplens__case_deinit(&report->cases[i]);
    }
    free(report->cases);
    free(report->program);
    free(report->memory_reason);
    free(report->hardware_reason);
    free(report->base.name);
    free(report->base.path);
    *report = (heaplens_bench_report){0};
}

const heaplens_case_result *heaplens__bench_report_find(const heaplens_bench_report *report,
                                                        const char *id)
{
    for (size_t i = 0; i < report->case_count; i++) {
        if (strcmp(report->cases[i].id, id) == 0) {
            return &report->cases[i];
        }
    }
    return NULL;
}

// FNV-1a (www.isthe.com/chongo/tech/comp/fnv), so that a case draws the same numbers whichever
// others ran with it.
static uint64_t stream_of(const char *id)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (const char *c = id; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3U;
    }
    return hash;
}

static void compute_mean(void *context, const uint32_t *draw, size_t count, double *out)
{
    const int64_t *const values = context;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)values[draw[i]];
    }
    *out = sum / (double)count;
}

static bool all_equal(const int64_t *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (values[i] != values[0]) {
            return false;
        }
    }
    return true;
}

static heaplens_status estimate_memory(heaplens_memory *memory, heaplens_memory_kind kind,
                                       const heaplens_bench_settings *settings, uint64_t stream)
{
    int64_t *const values = memory->values[kind];
    double sum = 0;
    for (size_t i = 0; i < memory->iterations; i++) {
        sum += (double)values[i];
    }
    const double mean = sum / (double)memory->iterations;
    memory->repeats[kind] = all_equal(values, memory->iterations);
    if (memory->repeats[kind]) {
        const double value = (double)values[0];
        memory->figures[kind] = (heaplens_estimated){.value = value, .low = value, .high = value};
        return HEAPLENS_OK;
    }
    memory->figures[kind].value = mean;
    const heaplens_bootstrap bootstrap = {
        .compute = compute_mean,
        .data = values,
        .count = memory->iterations,
        .statistics = 1,
        .block_length = 1,
        .resamples = settings->resamples,
        .confidence = settings->confidence,
    };
    heaplens_random random = heaplens__random_stream(settings->seed, stream + 1 + (uint64_t)kind);
    return heaplens__bootstrap_run(&bootstrap, &random, &memory->figures[kind]);
}

heaplens_status heaplens__case_estimate(heaplens_case_result *result,
                                        const heaplens_bench_settings *settings)
{
    const uint64_t stream = stream_of(result->id);
    heaplens_status status = HEAPLENS_OK;
    if (result->sample_count > 0) {
        const heaplens_samples samples = {result->iterations, result->ns, result->sample_count};
        const heaplens_estimate_options options = {
            .confidence = settings->confidence,
            .resamples = settings->resamples,
            .seed = settings->seed,
            .stream = stream,
        };
        status = heaplens__estimate(&result->estimates, &samples, &options);
    }
    for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS && status == HEAPLENS_OK; kind++) {
        if (result->memory.is_measured && result->memory.iterations > 0) {
            status = estimate_memory(&result->memory, (heaplens_memory_kind)kind, settings, stream);
        }
    }
    return status;
}
