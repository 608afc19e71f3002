// SPDX-License-Identifier: MIT
// What can be asked of a loaded process: ranked sites, and shares of functions.
#include "profile/query.h"

#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/interval.h"
#include "profile/numbering.h"

static const char *const metric_names[HEAPLENS_METRIC_COUNT] = {
    [HEAPLENS_METRIC_PEAK] = "peak",           [HEAPLENS_METRIC_TOTAL] = "total",
    [HEAPLENS_METRIC_BLOCKS] = "blocks",       [HEAPLENS_METRIC_LEAKED] = "leaked",
    [HEAPLENS_METRIC_TEMPORARY] = "temporary", [HEAPLENS_METRIC_LIFETIME] = "lifetime",
};

const char *heaplens_metric_name(heaplens_metric metric)
{
    return metric_names[metric];
}

bool heaplens_metric_parse(const char *name, heaplens_metric *out)
{
    for (int i = 0; i < HEAPLENS_METRIC_COUNT; i++) {
        if (strcmp(name, metric_names[i]) == 0) {
            *out = (heaplens_metric)i;
            return true;
        }
    }
    return false;
}

const char *heaplens_peak_of_name(heaplens_peak_of peak_of)
{
    switch (peak_of) {
    case HEAPLENS_PEAK_OF_PROCESS: return "process";
    case HEAPLENS_PEAK_OF_WHOLE: return "whole";
    case HEAPLENS_PEAK_OF_SCOPE: return "scope";
    case HEAPLENS_PEAK_OF_NOTHING: return "nothing";
    }
    return "nothing";
}

bool heaplens_metric_is_known(const heaplens_process *process, heaplens_metric metric)
{
    return (process->part.unknown >> metric & 1) == 0;
}

uint64_t heaplens_site_value(const heaplens_site *site, heaplens_metric metric)
{
    switch (metric) {
    case HEAPLENS_METRIC_PEAK: return site->bytes_gmax;
    case HEAPLENS_METRIC_TOTAL: return site->bytes_total;
    case HEAPLENS_METRIC_BLOCKS: return site->blocks_total;
    case HEAPLENS_METRIC_LEAKED: return site->bytes_end;
    case HEAPLENS_METRIC_TEMPORARY: return site->blocks_temporary;
    case HEAPLENS_METRIC_LIFETIME:
        return site->blocks_total == 0 ? 0 : site->lifetime_ns / site->blocks_total;
    }
    return 0;
}

// ----------------------------------------------------------------------------------- sites

typedef struct ranked {
    uint64_t value;
    uint32_t site;
} ranked;

static int compare_ranked(const void *a, const void *b)
{
    const ranked *const x = a;
    const ranked *const y = b;
    if (x->value != y->value) {
        return x->value > y->value ? -1 : 1;
    }
    return (x->site > y->site) - (x->site < y->site);
}

heaplens_status heaplens_sites_rank(const heaplens_process *process, heaplens_metric metric,
                                    uint32_t **out, size_t *count)
{
    *out = NULL;
    *count = 0;
    ranked *const rows = heaplens__array_zeroed(process->site_count, sizeof(*rows));
    uint32_t *const sites = heaplens__array_zeroed(process->site_count, sizeof(*sites));
    if (rows == NULL || sites == NULL) {
        free(rows);
        free(sites);
        return HEAPLENS_ENOMEM;
    }
    size_t used = 0;
    for (size_t i = 0; i < process->site_count; i++) {
        const uint64_t value = heaplens_site_value(&process->sites[i], metric);
        if (value > 0) {
            rows[used++] = (ranked){.value = value, .site = (uint32_t)i};
        }
    }
    qsort(rows, used, sizeof(*rows), compare_ranked);
    for (size_t i = 0; i < used; i++) {
        sites[i] = rows[i].site;
    }
    free(rows);
    *out = sites;
    *count = used;
    return HEAPLENS_OK;
}

// ------------------------------------------------------------------------------- functions

typedef struct function_table {
    heaplens_numbering numbers;  // of rows, by name
    heaplens_function *rows;
    uint32_t *last_site;  // of each row: 1 + the site that counted last, against recursion
} function_table;

static void add_site(function_table *table, const heaplens_process *process, size_t index,
                     uint64_t value, double variance)
{
    bool is_innermost = true;
    for (uint32_t node = process->sites[index].stack; node != HEAPLENS_NODE_ROOT;
         node = process->nodes[node].parent) {
        const heaplens_location *const location =
            &process->locations[process->nodes[node].location];
        for (uint32_t f = 0; f < location->frame_count; f++) {
            const heaplens_name name = process->frames[location->frame_first + f].function;
            if (name == HEAPLENS_NAME_NONE) {
                continue;
            }
            const uint32_t row = heaplens__numbering_of(&table->numbers, name);
            heaplens_function *const function = &table->rows[row];
            uint32_t *const last = &table->last_site[row];
            function->name = name;
            function->self += is_innermost ? value : 0;
            function->self_variance += is_innermost ? variance : 0;
            function->cumulative += *last == index + 1 ? 0 : value;
            function->cumulative_variance += *last == index + 1 ? 0 : variance;
            *last = (uint32_t)(index + 1);
            is_innermost = false;
        }
    }
}

static int compare_functions(const void *a, const void *b)
{
    const heaplens_function *const x = a;
    const heaplens_function *const y = b;
    if (x->self != y->self) {
        return x->self > y->self ? -1 : 1;
    }
    if (x->cumulative != y->cumulative) {
        return x->cumulative > y->cumulative ? -1 : 1;
    }
    return (x->name > y->name) - (x->name < y->name);
}

heaplens_status heaplens_functions_rank(const heaplens_process *process, heaplens_metric metric,
                                        heaplens_function **out, size_t *count)
{
    *out = NULL;
    *count = 0;
    if (metric == HEAPLENS_METRIC_LIFETIME) {
        return HEAPLENS_EINVAL;
    }
    function_table table = {
        .rows = heaplens__array_zeroed(process->frame_count, sizeof(*table.rows)),
        .last_site = heaplens__array_zeroed(process->frame_count, sizeof(*table.last_site)),
    };
    double *variances = NULL;
    heaplens_status status = heaplens_site_variances(process, metric, &variances);
    if (table.rows == NULL || table.last_site == NULL ||
        !heaplens__numbering_init(&table.numbers, process->frame_count)) {
        status = HEAPLENS_ENOMEM;
    }
    if (status == HEAPLENS_OK) {
        for (size_t i = 0; i < process->site_count; i++) {
            const uint64_t value = heaplens_site_value(&process->sites[i], metric);
            if (value > 0) {
                add_site(&table, process, i, value, variances[i]);
            }
        }
        *out = table.rows;
        *count = table.numbers.count;
        qsort(*out, *count, sizeof(**out), compare_functions);
        table.rows = NULL;
    }
    free(variances);
    free(table.rows);
    free(table.last_site);
    heaplens__numbering_deinit(&table.numbers);
    return status;
}
