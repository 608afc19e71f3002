// SPDX-License-Identifier: MIT
// Folded stacks with two counts, as difffolded.pl writes them.
#include "export/diff_export.h"

#include <stdlib.h>

#include "profile/array.h"

// The separators of the form must not come from a name.
static void put_name(heaplens_sink *sink, const char *name)
{
    for (; *name != '\0'; name++) {
        const bool is_control = (unsigned char)*name < 0x20 || (unsigned char)*name == 0x7f;
        heaplens__sink_put(sink, is_control ? "?" : *name == ';' ? ":" : name, 1);
    }
}

static size_t depth_of(const heaplens_paths *paths, heaplens_path path)
{
    size_t depth = 0;
    for (; path != HEAPLENS_PATH_EMPTY; path = paths->steps[path].parent) {
        depth++;
    }
    return depth;
}

static size_t deepest(const heaplens_diff *diff)
{
    size_t most = 0;
    for (size_t i = 0; i < diff->site_count; i++) {
        const size_t depth = depth_of(&diff->paths, diff->sites[i].path);
        most = depth > most ? depth : most;
    }
    return most;
}

static void write_path(heaplens_sink *sink, const heaplens_paths *paths, heaplens_path path,
                       heaplens_path *stack)
{
    size_t depth = 0;
    for (; path != HEAPLENS_PATH_EMPTY; path = paths->steps[path].parent) {
        stack[depth++] = path;
    }
    if (depth == 0) {
        heaplens__sink_puts(sink, "(no call stack)");
    }
    for (size_t i = depth; i > 0; i--) {
        put_name(sink, heaplens__path_function(paths, stack[i - 1]));
        heaplens__sink_puts(sink, i == 1 ? "" : ";");
    }
}

heaplens_status heaplens_write_diff_folded(heaplens_sink *sink, const heaplens_diff *diff,
                                           const heaplens_diff_options *options)
{
    const heaplens_metric metric = options->has_metric ? options->metric : HEAPLENS_METRIC_PEAK;
    if (metric == HEAPLENS_METRIC_LIFETIME) {
        return HEAPLENS_EINVAL;
    }
    heaplens_path *const stack = heaplens__array_zeroed(deepest(diff), sizeof(*stack));
    if (stack == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < diff->site_count; i++) {
        const heaplens_diff_site *const site = &diff->sites[i];
        if (site->before.values[metric] == 0 && site->after.values[metric] == 0) {
            continue;
        }
        write_path(sink, &diff->paths, site->path, stack);
        heaplens__sink_printf(sink, " %llu %llu\n", (unsigned long long)site->before.values[metric],
                              (unsigned long long)site->after.values[metric]);
    }
    free(stack);
    return heaplens__sink_flush(sink);
}
