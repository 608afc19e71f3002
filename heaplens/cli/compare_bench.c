// SPDX-License-Identifier: MIT
#define _GNU_SOURCE

#include "cli/compare_bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_change.h"
#include "bench/paired.h"

static const struct {
    heaplens_memory_kind kind;
    const char *name;
    const char *key;
    heaplens_unit unit;
    heaplens_metric metric;
} figures[HEAPLENS_BENCH_MEMORY_FIGURES] = {
    {HEAPLENS_MEMORY_BLOCKS, "blocks", "blocks", HEAPLENS_UNIT_BLOCKS, HEAPLENS_METRIC_BLOCKS},
    {HEAPLENS_MEMORY_BYTES, "bytes", "bytes", HEAPLENS_UNIT_BYTES, HEAPLENS_METRIC_TOTAL},
    {HEAPLENS_MEMORY_PEAK, "peak bytes", "peak_bytes", HEAPLENS_UNIT_BYTES, HEAPLENS_METRIC_PEAK},
    {HEAPLENS_MEMORY_GROWTH, "growth", "growth_bytes", HEAPLENS_UNIT_BYTES, HEAPLENS_METRIC_LEAKED},
};

void heaplens__bench_runs_deinit(heaplens_bench_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++) {
        free(runs->ids[i]);
    }
    free(runs->ids);
    for (size_t version = 0; version < 2; version++) {
        free(runs->only[version]);
        free(runs->values[version]);
        heaplens__bench_report_deinit(&runs->last[version]);
    }
    *runs = (heaplens_bench_runs){0};
}

// The first benchmark of `report` that `other` has not; NULL if it has all.
static const char *find_lonely(const heaplens_bench_report *report,
                               const heaplens_bench_report *other)
{
    for (size_t i = 0; i < report->case_count; i++) {
        if (heaplens__bench_report_find(other, report->cases[i].id) == NULL) {
            return report->cases[i].id;
        }
    }
    return NULL;
}

static bool note_lonely(char **out, const char *id)
{
    *out = id == NULL ? NULL : strdup(id);
    return id == NULL || *out != NULL;
}

static bool is_measured(const heaplens_case_result *result)
{
    return result != NULL && result->status == HEAPLENS_CASE_MEASURED && result->sample_count > 0;
}

heaplens_status heaplens__bench_runs_match(heaplens_bench_runs *runs,
                                           const heaplens_bench_report *base,
                                           const heaplens_bench_report *head)
{
    runs->ids = calloc(base->case_count + 1, sizeof(*runs->ids));
    if (runs->ids == NULL || !note_lonely(&runs->only[0], find_lonely(base, head)) ||
        !note_lonely(&runs->only[1], find_lonely(head, base))) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < base->case_count; i++) {
        const char *const id = base->cases[i].id;
        if (is_measured(&base->cases[i]) && is_measured(heaplens__bench_report_find(head, id))) {
            runs->ids[runs->count] = strdup(id);
            if (runs->ids[runs->count] == NULL) {
                return HEAPLENS_ENOMEM;
            }
            runs->count++;
        }
    }
    const size_t values =
        (runs->count + 1) * HEAPLENS_BENCH_MEMORY_FIGURES * HEAPLENS_RECORDINGS_MAX;
    runs->values[0] = calloc(values, sizeof(double));
    runs->values[1] = calloc(values, sizeof(double));
    return runs->values[0] != NULL && runs->values[1] != NULL ? HEAPLENS_OK : HEAPLENS_ENOMEM;
}

bool heaplens__bench_times(const heaplens_bench_runs *runs, const heaplens_bench_report *report,
                           double *out)
{
    for (size_t i = 0; i < runs->count; i++) {
        const heaplens_case_result *const result =
            heaplens__bench_report_find(report, runs->ids[i]);
        if (!is_measured(result)) {
            return false;
        }
        double least = (double)INFINITY;
        for (size_t s = 0; s < result->sample_count; s++) {
            least = fmin(least, (double)result->ns[s] / (double)result->iterations[s]);
        }
        out[i] = least * 1e-9;
    }
    return true;
}

static double mean_of(const heaplens_memory *memory, heaplens_memory_kind kind)
{
    double sum = 0;
    for (size_t i = 0; i < memory->iterations; i++) {
        sum += (double)memory->values[kind][i];
    }
    return sum / (double)memory->iterations;
}

static double *values_of(const heaplens_bench_runs *runs, size_t version, size_t benchmark,
                         size_t figure)
{
    return runs->values[version] +
           (benchmark * HEAPLENS_BENCH_MEMORY_FIGURES + figure) * HEAPLENS_RECORDINGS_MAX;
}

bool heaplens__bench_keep_memory(heaplens_bench_runs *runs, size_t version,
                                 heaplens_bench_report *report)
{
    for (size_t i = 0; i < runs->count; i++) {
        const heaplens_case_result *const result =
            heaplens__bench_report_find(report, runs->ids[i]);
        if (result == NULL || !result->memory.is_measured || result->memory.iterations == 0) {
            return false;
        }
        for (size_t f = 0; f < HEAPLENS_BENCH_MEMORY_FIGURES; f++) {
            values_of(runs, version, i, f)[runs->recordings] =
                mean_of(&result->memory, figures[f].kind);
        }
    }
    heaplens__bench_report_deinit(&runs->last[version]);
    runs->last[version] = *report;
    *report = (heaplens_bench_report){0};
    return true;
}

heaplens_status heaplens__bench_compare_memory(const heaplens_bench_runs *runs, size_t benchmark,
                                               double margin, double alpha, heaplens_compared *out)
{
    for (size_t f = 0; f < HEAPLENS_BENCH_MEMORY_FIGURES; f++) {
        const heaplens_pairs pairs = {.base = values_of(runs, 0, benchmark, f),
                                      .head = values_of(runs, 1, benchmark, f),
                                      .blocks = runs->recordings,
                                      .runs = 1};
        out[f] = (heaplens_compared){
            .benchmark = runs->ids[benchmark],
            .name = figures[f].name,
            .key = figures[f].key,
            .unit = figures[f].unit,
            .has_metric = true,
            .metric = figures[f].metric,
            .item = heaplens__comparison_start(margin),
            .values = {pairs.base, pairs.head},
            .value_counts = {runs->recordings, runs->recordings},
        };
        if (heaplens__compare_exact(&out[f].item, pairs.base, runs->recordings, pairs.head,
                                    runs->recordings)) {
            continue;
        }
        const heaplens_status status = heaplens__compare_paired(&out[f].item, &pairs, alpha, 1);
        if (status != HEAPLENS_OK) {
            return status;
        }
    }
    return HEAPLENS_OK;
}

heaplens_status heaplens__bench_growth(heaplens_growth *out, const heaplens_bench_runs *runs,
                                       const heaplens_compared *figure)
{
    *out = (heaplens_growth){0};
    const heaplens_case_result *const base =
        heaplens__bench_report_find(&runs->last[0], figure->benchmark);
    const heaplens_case_result *const head =
        heaplens__bench_report_find(&runs->last[1], figure->benchmark);
    if (base == NULL || head == NULL) {
        return HEAPLENS_OK;
    }
    heaplens_site_change *changes = NULL;
    size_t count = 0;
    const heaplens_status status =
        heaplens__site_changes(&base->memory, &head->memory, &changes, &count);
    if (status != HEAPLENS_OK) {
        return status;
    }
    const bool is_blocks = figure->unit == HEAPLENS_UNIT_BLOCKS;
    for (size_t i = 0; i < count; i++) {
        const double before = is_blocks ? changes[i].blocks_base : changes[i].bytes_base;
        const double after = is_blocks ? changes[i].blocks_head : changes[i].bytes_head;
        if (after <= before) {
            continue;
        }
        if (out->count < sizeof(out->sites) / sizeof(out->sites[0])) {
            out->sites[out->count++] = (heaplens_grown_site){.before = (uint64_t)llround(before),
                                                             .after = (uint64_t)llround(after),
                                                             .path = changes[i].path};
        } else {
            out->more++;
        }
    }
    free(changes);  // their paths are the reports'
    return HEAPLENS_OK;
}
