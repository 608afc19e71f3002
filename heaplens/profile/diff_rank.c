// SPDX-License-Identifier: MIT
// Which rows of a diff changed, the largest change first, without the noise.
#include <stdlib.h>

#include "profile/array.h"
#include "profile/diff.h"

const char *heaplens_change_name(heaplens_change change)
{
    switch (change) {
    case HEAPLENS_CHANGE_NONE: return "same";
    case HEAPLENS_CHANGE_NEW: return "new";
    case HEAPLENS_CHANGE_GONE: return "gone";
    case HEAPLENS_CHANGE_GROWN: return "grown";
    case HEAPLENS_CHANGE_SHRUNK: return "shrunk";
    }
    return "";
}

// A value of 0 on both sides is no change, whether the row is new or not.
static heaplens_change change_between(uint64_t before, uint64_t after, bool was_there,
                                      bool is_there)
{
    if (before == after) {
        return HEAPLENS_CHANGE_NONE;
    }
    if (after > before) {
        return was_there ? HEAPLENS_CHANGE_GROWN : HEAPLENS_CHANGE_NEW;
    }
    return is_there ? HEAPLENS_CHANGE_SHRUNK : HEAPLENS_CHANGE_GONE;
}

heaplens_change heaplens_diff_site_change(const heaplens_diff_site *site, heaplens_metric metric)
{
    return change_between(site->before.values[metric], site->after.values[metric],
                          site->sites_before > 0, site->sites_after > 0);
}

typedef struct changed_row {
    uint64_t size;
    uint64_t before;
    uint64_t after;
    heaplens_change change;
    uint32_t row;
} changed_row;

static changed_row changed_site(const heaplens_diff *diff, size_t index, heaplens_metric metric)
{
    const heaplens_diff_site *const site = &diff->sites[index];
    return (changed_row){
        .before = site->before.values[metric],
        .after = site->after.values[metric],
        .change = heaplens_diff_site_change(site, metric),
    };
}

static changed_row changed_function(const heaplens_diff *diff, size_t index, heaplens_metric metric)
{
    const heaplens_diff_function *const function = &diff->functions[index];
    const uint64_t before = function->self[0].values[metric];
    const uint64_t after = function->self[1].values[metric];
    return (changed_row){
        .before = before,
        .after = after,
        .change =
            change_between(before, after, function->within[0].values[HEAPLENS_METRIC_BLOCKS] > 0,
                           function->within[1].values[HEAPLENS_METRIC_BLOCKS] > 0),
    };
}

static int compare_changed(const void *a, const void *b)
{
    const changed_row *const x = a;
    const changed_row *const y = b;
    if (x->size != y->size) {
        return x->size > y->size ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

static uint64_t noise_in(const heaplens_diff *diff, heaplens_metric metric,
                         heaplens_diff_noise noise)
{
    const uint64_t before = diff->whole[0].values[metric];
    const uint64_t after = diff->whole[1].values[metric];
    const uint64_t share = (uint64_t)((double)(before > after ? before : after) * noise.share);
    return share > noise.amount ? share : noise.amount;
}

typedef changed_row read_row(const heaplens_diff *diff, size_t index, heaplens_metric metric);

static heaplens_status rank(const heaplens_diff *diff, heaplens_metric metric,
                            heaplens_diff_noise noise, read_row *read, size_t row_count,
                            heaplens_diff_ranking *out)
{
    *out = (heaplens_diff_ranking){0};
    if (metric == HEAPLENS_METRIC_LIFETIME) {
        return HEAPLENS_EINVAL;
    }
    changed_row *const changed = heaplens__array_zeroed(row_count, sizeof(*changed));
    uint32_t *const rows = heaplens__array_zeroed(row_count, sizeof(*rows));
    if (changed == NULL || rows == NULL) {
        free(changed);
        free(rows);
        return HEAPLENS_ENOMEM;
    }
    out->noise = noise_in(diff, metric, noise);
    for (size_t i = 0; i < row_count; i++) {
        changed_row row = read(diff, i, metric);
        const bool is_growth = row.after > row.before;
        row.size = is_growth ? row.after - row.before : row.before - row.after;
        row.row = (uint32_t)i;
        if (row.size == 0) {
            continue;
        }
        if (row.size < out->noise) {
            out->hidden_count++;
            out->hidden_grown += is_growth ? row.size : 0;
            out->hidden_shrunk += is_growth ? 0 : row.size;
            continue;
        }
        out->changes[row.change]++;
        changed[out->count++] = row;
    }
    qsort(changed, out->count, sizeof(*changed), compare_changed);
    for (size_t i = 0; i < out->count; i++) {
        rows[i] = changed[i].row;
    }
    free(changed);
    out->rows = rows;
    return HEAPLENS_OK;
}

heaplens_status heaplens_diff_rank_sites(const heaplens_diff *diff, heaplens_metric metric,
                                         heaplens_diff_noise noise, heaplens_diff_ranking *out)
{
    return rank(diff, metric, noise, changed_site, diff->site_count, out);
}

heaplens_status heaplens_diff_rank_functions(const heaplens_diff *diff, heaplens_metric metric,
                                             heaplens_diff_noise noise, heaplens_diff_ranking *out)
{
    return rank(diff, metric, noise, changed_function, diff->function_count, out);
}
