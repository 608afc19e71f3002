// SPDX-License-Identifier: MIT
// Two processes, row by row: what has the same path of functions is one row.
#include "profile/diff.h"

#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/diff_blind.h"

enum { BEFORE = 0, AFTER = 1 };

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t larger_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

// ------------------------------------------------------------------------------------- figures

void heaplens__figures_add(heaplens_figures *figures, const heaplens_site *site)
{
    for (int i = 0; i < HEAPLENS_METRIC_COUNT; i++) {
        const heaplens_metric metric = (heaplens_metric)i;
        const uint64_t value = metric == HEAPLENS_METRIC_LIFETIME
                                   ? site->lifetime_ns
                                   : heaplens_site_value(site, metric);
        figures->values[i] = add_saturated(figures->values[i], value);
    }
    figures->blocks_leaked = add_saturated(figures->blocks_leaked, site->blocks_end);
    figures->lifetime_max_bytes = larger_of(figures->lifetime_max_bytes, site->lifetime_max_bytes);
    figures->lifetime_max_ns = larger_of(figures->lifetime_max_ns, site->lifetime_max_ns);
}

void heaplens__figures_sum(heaplens_figures *to, const heaplens_figures *from)
{
    for (int i = 0; i < HEAPLENS_METRIC_COUNT; i++) {
        to->values[i] = add_saturated(to->values[i], from->values[i]);
    }
    to->blocks_leaked = add_saturated(to->blocks_leaked, from->blocks_leaked);
    to->lifetime_max_bytes = larger_of(to->lifetime_max_bytes, from->lifetime_max_bytes);
    to->lifetime_max_ns = larger_of(to->lifetime_max_ns, from->lifetime_max_ns);
}

heaplens_figures heaplens_figures_of_process(const heaplens_process *process)
{
    heaplens_figures figures = {0};
    for (size_t i = 0; i < process->site_count; i++) {
        heaplens__figures_add(&figures, &process->sites[i]);
    }
    figures.values[HEAPLENS_METRIC_PEAK] = process->facts.bytes_peak;
    figures.values[HEAPLENS_METRIC_TOTAL] = process->facts.bytes_total;
    figures.values[HEAPLENS_METRIC_BLOCKS] = process->facts.blocks_total;
    figures.values[HEAPLENS_METRIC_LEAKED] = process->facts.bytes_end;
    figures.blocks_leaked = process->facts.blocks_end;
    return figures;
}

// ---------------------------------------------------------------------------------------- sites

static heaplens_status find_paths(heaplens_diff *diff, heaplens_path *before, heaplens_path *after)
{
    heaplens_status status = HEAPLENS_OK;
    if (diff->before.process != NULL) {
        status = heaplens__paths_of_nodes(&diff->paths, &diff->before, &diff->after, before);
    }
    if (status == HEAPLENS_OK && diff->after.process != NULL) {
        status = heaplens__paths_of_nodes(&diff->paths, &diff->after, &diff->before, after);
    }
    return status;
}

static size_t site_count_of(const heaplens_process *process)
{
    return process == NULL ? 0 : process->site_count;
}

static void add_sites(heaplens_diff *diff, const heaplens_process *process,
                      const heaplens_path *path_of_node, uint32_t *row_of_path, int when)
{
    for (size_t i = 0; i < site_count_of(process); i++) {
        const heaplens_site *const site = &process->sites[i];
        const heaplens_path path = path_of_node[site->stack];
        if (row_of_path[path] == 0) {
            diff->sites[diff->site_count] =
                (heaplens_diff_site){.path = path, .example = (uint32_t)i};
            row_of_path[path] = (uint32_t)++diff->site_count;
        }
        heaplens_diff_site *const row = &diff->sites[row_of_path[path] - 1];
        heaplens__figures_add(when == BEFORE ? &row->before : &row->after, site);
        if (when == BEFORE) {
            row->sites_before++;
            diff->row_before[i] = row_of_path[path] - 1;
        } else {
            row->example = row->sites_after == 0 ? (uint32_t)i : row->example;
            row->sites_after++;
            diff->row_after[i] = row_of_path[path] - 1;
        }
    }
}

static heaplens_status match_sites(heaplens_diff *diff)
{
    const heaplens_process *const before = diff->before.process;
    const heaplens_process *const after = diff->after.process;
    heaplens_path *const path_before =
        heaplens__array_zeroed(before == NULL ? 0 : before->node_count, sizeof(*path_before));
    heaplens_path *const path_after =
        heaplens__array_zeroed(after == NULL ? 0 : after->node_count, sizeof(*path_after));
    uint32_t *row_of_path = NULL;
    heaplens_status status = path_before == NULL || path_after == NULL
                                 ? HEAPLENS_ENOMEM
                                 : find_paths(diff, path_before, path_after);
    if (status == HEAPLENS_OK) {
        row_of_path = heaplens__array_zeroed(diff->paths.step_count, sizeof(*row_of_path));
        status = row_of_path == NULL ? HEAPLENS_ENOMEM : HEAPLENS_OK;
    }
    if (status == HEAPLENS_OK) {
        add_sites(diff, before, path_before, row_of_path, BEFORE);
        add_sites(diff, after, path_after, row_of_path, AFTER);
    }
    free(path_before);
    free(path_after);
    free(row_of_path);
    return status;
}

// ------------------------------------------------------------------------------------ functions

// Rows by name: names are offsets into the texts of the paths.
typedef struct function_index {
    uint32_t *row_of_name;  // 1 + row; 0: none
    uint32_t *last_site;    // by row: 1 + the site that counted last, against recursion
} function_index;

static void add_to_functions(heaplens_diff *diff, function_index *index, size_t site)
{
    const heaplens_diff_site *const row = &diff->sites[site];
    const heaplens_path self = heaplens__path_responsible(&diff->paths, row->path);
    for (heaplens_path path = row->path; path != HEAPLENS_PATH_EMPTY;
         path = diff->paths.steps[path].parent) {
        const heaplens_name name = diff->paths.steps[path].function;
        if (index->row_of_name[name] == 0) {
            diff->functions[diff->function_count] = (heaplens_diff_function){.name = name};
            index->row_of_name[name] = (uint32_t)++diff->function_count;
        }
        const size_t at = index->row_of_name[name] - 1;
        heaplens_diff_function *const function = &diff->functions[at];
        if (path == self) {
            heaplens__figures_sum(&function->self[BEFORE], &row->before);
            heaplens__figures_sum(&function->self[AFTER], &row->after);
        }
        if (index->last_site[at] != site + 1) {
            index->last_site[at] = (uint32_t)(site + 1);
            heaplens__figures_sum(&function->within[BEFORE], &row->before);
            heaplens__figures_sum(&function->within[AFTER], &row->after);
        }
    }
}

heaplens_status heaplens__diff_sum_functions(heaplens_diff *diff)
{
    const size_t most = diff->paths.names.slots_used;
    function_index index = {
        .row_of_name = heaplens__array_zeroed(diff->paths.names.size, sizeof(*index.row_of_name)),
        .last_site = heaplens__array_zeroed(most, sizeof(*index.last_site)),
    };
    free(diff->functions);
    diff->function_count = 0;
    diff->functions = heaplens__array_zeroed(most, sizeof(*diff->functions));
    heaplens_status status = HEAPLENS_ENOMEM;
    if (diff->functions != NULL && index.row_of_name != NULL && index.last_site != NULL) {
        for (size_t i = 0; i < diff->site_count; i++) {
            add_to_functions(diff, &index, i);
        }
        status = HEAPLENS_OK;
    }
    free(index.row_of_name);
    free(index.last_site);
    return status;
}

// ------------------------------------------------------------------------------------ lifecycle

static heaplens_status fill_diff(heaplens_diff *diff)
{
    const size_t before = site_count_of(diff->before.process);
    const size_t after = site_count_of(diff->after.process);
    diff->sites = heaplens__array_zeroed(before + after, sizeof(*diff->sites));
    diff->row_before = heaplens__array_zeroed(before, sizeof(*diff->row_before));
    diff->row_after = heaplens__array_zeroed(after, sizeof(*diff->row_after));
    heaplens_status status = heaplens__paths_init(&diff->paths);
    if (diff->sites == NULL || diff->row_before == NULL || diff->row_after == NULL) {
        return HEAPLENS_ENOMEM;
    }
    if (status == HEAPLENS_OK) {
        status = match_sites(diff);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__diff_match_blind(diff);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__diff_sum_functions(diff);
    }
    return status;
}

heaplens_status heaplens_diff_create(heaplens_diff **out, const heaplens_diff_side *before,
                                     const heaplens_diff_side *after)
{
    *out = NULL;
    heaplens_diff *const diff = calloc(1, sizeof(*diff));
    if (diff == NULL) {
        return HEAPLENS_ENOMEM;
    }
    diff->before = *before;
    diff->after = *after;
    if (before->process != NULL) {
        diff->whole[BEFORE] = heaplens_figures_of_process(before->process);
    }
    if (after->process != NULL) {
        diff->whole[AFTER] = heaplens_figures_of_process(after->process);
    }
    const heaplens_status status = fill_diff(diff);
    if (status != HEAPLENS_OK) {
        heaplens_diff_destroy(diff);
        return status;
    }
    *out = diff;
    return HEAPLENS_OK;
}

void heaplens_diff_destroy(heaplens_diff *diff)
{
    if (diff == NULL) {
        return;
    }
    heaplens__paths_deinit(&diff->paths);
    free(diff->sites);
    free(diff->functions);
    free(diff->renames);
    free(diff->row_before);
    free(diff->row_after);
    free(diff);
}
