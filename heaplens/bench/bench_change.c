// SPDX-License-Identifier: MIT
#include "bench/bench_change.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/independent.h"

enum { BLOCKS_MIN = 5 };  // of a series that is cut into blocks of neighbours

static size_t smaller(size_t left, size_t right)
{
    return left < right ? left : right;
}

// As long as the more dependent of the two asks for, while there are blocks enough to draw from.
static size_t shared_block_length(const heaplens_case_result *base,
                                  const heaplens_case_result *head)
{
    const size_t b = base->estimates.block_length;
    const size_t h = head->estimates.block_length;
    const size_t most = smaller(base->sample_count, head->sample_count) / BLOCKS_MIN;
    const size_t wanted = b > h ? b : h;
    const size_t length = wanted < most ? wanted : most;
    return length > 0 ? length : 1;
}

static heaplens_status compare_series(heaplens_comparison *item, heaplens_independent *data,
                                      const heaplens_bench_settings *settings, uint64_t stream)
{
    data->resamples = settings->resamples - 1;
    data->alpha = settings->alpha;
    *item = heaplens__comparison_start(settings->noise);
    heaplens_random random = heaplens__random_stream(settings->seed, stream);
    return heaplens__compare_independent(item, data, &random);
}

// Samples that took no time at all cannot be divided by.
static heaplens_status compare_time(heaplens_case_result *head, const heaplens_case_result *base,
                                    const heaplens_bench_settings *settings, uint64_t stream)
{
    const size_t count = base->sample_count + head->sample_count;
    if (base->sample_count < 2 || head->sample_count < 2) {
        return HEAPLENS_OK;
    }
    double *const values = calloc(count, sizeof *values);
    if (values == NULL) {
        return HEAPLENS_ENOMEM;
    }
    const heaplens_samples of_base = {base->iterations, base->ns, base->sample_count};
    const heaplens_samples of_head = {head->iterations, head->ns, head->sample_count};
    heaplens__samples_per_iteration(&of_base, values);
    heaplens__samples_per_iteration(&of_head, values + base->sample_count);
    heaplens_independent data = {
        .base = values,
        .base_count = base->sample_count,
        .head = values + base->sample_count,
        .head_count = head->sample_count,
        .block_length = shared_block_length(base, head),
    };
    const heaplens_status status = compare_series(&head->change.time, &data, settings, stream);
    head->change.has_time = status == HEAPLENS_OK;
    free(values);
    return status == HEAPLENS_EINVAL ? HEAPLENS_OK : status;
}

static void copy_values(double *out, const heaplens_memory *memory, heaplens_memory_kind kind)
{
    for (size_t i = 0; i < memory->iterations; i++) {
        out[i] = (double)memory->values[kind][i];
    }
}

static heaplens_status compare_memory(heaplens_case_result *head, const heaplens_case_result *base,
                                      heaplens_memory_kind kind,
                                      const heaplens_bench_settings *settings, uint64_t stream)
{
    double of_base[HEAPLENS_MEMORY_ITERATIONS_MAX];
    double of_head[HEAPLENS_MEMORY_ITERATIONS_MAX];
    copy_values(of_base, &base->memory, kind);
    copy_values(of_head, &head->memory, kind);
    heaplens_comparison *const item = &head->change.memory[kind];
    bool *const has = &head->change.has_memory[kind];
    const size_t base_count = base->memory.iterations;
    const size_t head_count = head->memory.iterations;
    *has = heaplens__compare_exact(item, of_base, base_count, of_head, head_count);
    if (*has) {
        return HEAPLENS_OK;
    }
    heaplens_independent data = {
        .base = of_base,
        .base_count = base_count,
        .head = of_head,
        .head_count = head_count,
        .block_length = 1,
    };
    const heaplens_status status = compare_series(item, &data, settings, stream);
    *has = status == HEAPLENS_OK;
    return status == HEAPLENS_EINVAL ? HEAPLENS_OK : status;
}

static heaplens_status compare_case(heaplens_case_result *head, const heaplens_case_result *base,
                                    const heaplens_bench_settings *settings, uint64_t stream)
{
    head->has_change = true;
    head->change = (heaplens_case_change){.has_time = false};
    heaplens_status status = compare_time(head, base, settings, stream);
    const bool has_memory = head->memory.is_measured && base->memory.is_measured;
    for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS && has_memory && status == HEAPLENS_OK;
         kind++) {
        status = compare_memory(head, base, (heaplens_memory_kind)kind, settings,
                                stream + 1 + (uint64_t)kind);
    }
    return status;
}

// All comparisons of the run, one after the other, or back from there.
typedef void move_comparison(heaplens_comparison *inside, heaplens_comparison *outside);

static void move_out(heaplens_comparison *inside, heaplens_comparison *outside)
{
    *outside = *inside;
}

static void move_back(heaplens_comparison *inside, heaplens_comparison *outside)
{
    *inside = *outside;
}

static size_t for_each_comparison(heaplens_bench_report *report, heaplens_comparison *all,
                                  move_comparison *move)
{
    size_t count = 0;
    for (size_t i = 0; i < report->case_count; i++) {
        heaplens_case_change *const change = &report->cases[i].change;
        if (change->has_time) {
            move(&change->time, &all[count]);
            count++;
        }
        for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS; kind++) {
            if (change->has_memory[kind]) {
                move(&change->memory[kind], &all[count]);
                count++;
            }
        }
    }
    return count;
}

static heaplens_status settle(heaplens_bench_report *head)
{
    heaplens_comparison *const all =
        calloc(head->case_count * (HEAPLENS_MEMORY_KINDS + 1) + 1, sizeof *all);
    if (all == NULL) {
        return HEAPLENS_ENOMEM;
    }
    const size_t count = for_each_comparison(head, all, move_out);
    const heaplens_status status = heaplens__comparisons_settle(all, count, head->settings.alpha);
    if (status == HEAPLENS_OK) {
        (void)for_each_comparison(head, all, move_back);
    }
    free(all);
    return status;
}

heaplens_status heaplens__report_compare(heaplens_bench_report *head,
                                         const heaplens_bench_report *base)
{
    heaplens_status status = HEAPLENS_OK;
    head->base.cases = 0;
    for (size_t i = 0; i < head->case_count && status == HEAPLENS_OK; i++) {
        const heaplens_case_result *const other =
            heaplens__bench_report_find(base, head->cases[i].id);
        if (other != NULL) {
            status = compare_case(&head->cases[i], other, &head->settings,
                                  (i + 1) * (HEAPLENS_MEMORY_KINDS + 1));
            head->base.cases++;
        }
    }
    return status == HEAPLENS_OK ? settle(head) : status;
}

bool heaplens__report_has_regressed(const heaplens_bench_report *report)
{
    for (size_t i = 0; i < report->case_count; i++) {
        const heaplens_case_change *const change = &report->cases[i].change;
        if (change->has_time && change->time.outcome == HEAPLENS_OUTCOME_REGRESSED) {
            return true;
        }
        for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS; kind++) {
            if (change->has_memory[kind] &&
                change->memory[kind].outcome == HEAPLENS_OUTCOME_REGRESSED) {
                return true;
            }
        }
    }
    return false;
}

static heaplens_site_change *find_site(heaplens_site_change *changes, size_t *count,
                                       const char *path)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(changes[i].path, path) == 0) {
            return &changes[i];
        }
    }
    changes[*count] = (heaplens_site_change){.path = path};
    (*count)++;
    return &changes[*count - 1];
}

static int compare_changes(const void *left, const void *right)
{
    const heaplens_site_change *const l = left;
    const heaplens_site_change *const r = right;
    const double of_l[] = {fabs(l->blocks_head - l->blocks_base),
                           fabs(l->bytes_head - l->bytes_base)};
    const double of_r[] = {fabs(r->blocks_head - r->blocks_base),
                           fabs(r->bytes_head - r->bytes_base)};
    for (size_t i = 0; i < 2; i++) {
        if (of_l[i] != of_r[i]) {
            return of_l[i] < of_r[i] ? 1 : -1;
        }
    }
    return strcmp(l->path, r->path);
}

heaplens_status heaplens__site_changes(const heaplens_memory *base, const heaplens_memory *head,
                                       heaplens_site_change **out, size_t *count)
{
    *count = 0;
    *out = calloc(base->site_count + head->site_count + 1, sizeof **out);
    if (*out == NULL) {
        return HEAPLENS_ENOMEM;
    }
    size_t found = 0;
    for (size_t i = 0; i < base->site_count; i++) {
        heaplens_site_change *const change = find_site(*out, &found, base->sites[i].path);
        change->blocks_base = (double)base->sites[i].blocks / (double)base->iterations;
        change->bytes_base = (double)base->sites[i].bytes / (double)base->iterations;
    }
    for (size_t i = 0; i < head->site_count; i++) {
        heaplens_site_change *const change = find_site(*out, &found, head->sites[i].path);
        change->blocks_head = (double)head->sites[i].blocks / (double)head->iterations;
        change->bytes_head = (double)head->sites[i].bytes / (double)head->iterations;
    }
    for (size_t i = 0; i < found; i++) {
        if ((*out)[i].blocks_base != (*out)[i].blocks_head ||
            (*out)[i].bytes_base != (*out)[i].bytes_head) {
            (*out)[*count] = (*out)[i];
            (*count)++;
        }
    }
    qsort(*out, *count, sizeof **out, compare_changes);
    return HEAPLENS_OK;
}
