// SPDX-License-Identifier: MIT
// A diff as a page: each side as a process whose call stacks are the paths of the diff and whose sites
// are its rows, so that the page shows what the diff has matched and matches nothing itself.
#include <stdlib.h>

#include "export/diff_export.h"
#include "export/html.h"
#include "export/html_data.h"
#include "export/html_page.h"
#include "profile/array.h"
#include "profile/numbering.h"

// The process after has the tree of all paths; the one before shares it and has sites only.
typedef struct path_tree {
    heaplens_frame *frames;        // one a function
    heaplens_location *locations;  // likewise
    heaplens_node *nodes;          // one a step
    size_t function_count;
} path_tree;

static void fill_tree(path_tree *tree, const heaplens_paths *paths, heaplens_numbering *functions)
{
    for (size_t i = 1; i < paths->step_count; i++) {
        const heaplens_path_step *const step = &paths->steps[i];
        const uint32_t number = heaplens__numbering_of(functions, step->function);
        tree->nodes[i] = (heaplens_node){.parent = step->parent, .location = number};
        tree->frames[number] = (heaplens_frame){.function = step->function};
        tree->locations[number] = (heaplens_location){
            .module = HEAPLENS_MODULE_NONE, .frame_first = number, .frame_count = 1};
    }
    tree->function_count = functions->count;
}

static heaplens_status make_tree(path_tree *tree, const heaplens_paths *paths)
{
    const size_t most = paths->names.slots_used;
    heaplens_numbering functions;
    const bool is_ready = heaplens__numbering_init(&functions, most);
    tree->frames = heaplens__array_zeroed(most, sizeof(*tree->frames));
    tree->locations = heaplens__array_zeroed(most, sizeof(*tree->locations));
    tree->nodes = heaplens__array_zeroed(paths->step_count, sizeof(*tree->nodes));
    const bool is_complete =
        is_ready && tree->frames != NULL && tree->locations != NULL && tree->nodes != NULL;
    if (is_complete) {
        fill_tree(tree, paths, &functions);
    }
    heaplens__numbering_deinit(&functions);
    return is_complete ? HEAPLENS_OK : HEAPLENS_ENOMEM;
}

static heaplens_site site_of_row(const heaplens_diff_site *row, bool is_after)
{
    const heaplens_figures *const figures = is_after ? &row->after : &row->before;
    return (heaplens_site){
        .stack = row->path,
        .bytes_gmax = figures->values[HEAPLENS_METRIC_PEAK],
        .bytes_total = figures->values[HEAPLENS_METRIC_TOTAL],
        .blocks_total = figures->values[HEAPLENS_METRIC_BLOCKS],
        .bytes_end = figures->values[HEAPLENS_METRIC_LEAKED],
        .blocks_end = figures->blocks_leaked,
        .blocks_temporary = figures->values[HEAPLENS_METRIC_TEMPORARY],
        .lifetime_ns = figures->values[HEAPLENS_METRIC_LIFETIME],
    };
}

static heaplens_status write_side(heaplens_sink *sink, const heaplens_diff *diff,
                                  const path_tree *tree, bool is_after)
{
    static const heaplens_names no_names = {0};
    const heaplens_diff_side *const side = is_after ? &diff->after : &diff->before;
    // Facts, sizes and moments as they are; everything that has to do with call stacks is the diff's.
    heaplens_process process = side->process == NULL ? (heaplens_process){0} : *side->process;
    process.module_count = 0;
    process.frames = tree->frames;
    process.frame_count = is_after ? tree->function_count : 0;
    process.locations = tree->locations;
    process.location_count = is_after ? tree->function_count : 0;
    process.nodes = tree->nodes;
    process.node_count = is_after ? diff->paths.step_count : 0;
    process.sites = heaplens__array_zeroed(diff->site_count, sizeof(*process.sites));
    process.site_count = diff->site_count;
    process.site_size_count = 0;
    process.estimate_count = 0;
    if (process.sites == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < diff->site_count; i++) {
        process.sites[i] = site_of_row(&diff->sites[i], is_after);
    }
    const heaplens_session session = {
        .names = is_after ? diff->paths.names : no_names,
        .processes = &process,
        .process_count = 1,
    };
    const heaplens_html_data data = {
        .prefix = is_after ? "" : "before-",
        .session = &session,
        .texts = side->session == NULL ? &no_names : &side->session->names,
        .is_diff = true,
    };
    const heaplens_status status = heaplens__write_html_data(sink, &data);
    free(process.sites);
    return status;
}

static void write_renames(heaplens_sink *sink, const void *what)
{
    const heaplens_diff *const diff = what;
    heaplens__sink_puts(sink, "[");
    for (size_t i = 0; i < diff->rename_count; i++) {
        heaplens__sink_puts(sink, i == 0 ? "[" : ",\n[");
        heaplens__sink_json(sink,
                            heaplens__names_text(&diff->paths.names, diff->renames[i].before));
        heaplens__sink_puts(sink, ",");
        heaplens__sink_json(sink, heaplens__names_text(&diff->paths.names, diff->renames[i].after));
        heaplens__sink_puts(sink, "]");
    }
    heaplens__sink_puts(sink, "]");
}

heaplens_status heaplens_write_diff_html(heaplens_sink *sink, const heaplens_diff *diff,
                                         const heaplens_diff_options *options)
{
    (void)options;
    if (!heaplens_has_viewer()) {
        return HEAPLENS_EINVAL;
    }
    path_tree tree = {0};
    heaplens_status status = make_tree(&tree, &diff->paths);
    heaplens__html_begin(sink);
    if (status == HEAPLENS_OK) {
        status = write_side(sink, diff, &tree, false);
    }
    if (status == HEAPLENS_OK) {
        status = write_side(sink, diff, &tree, true);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__write_html_element(sink, "renames", write_renames, diff);
    }
    free(tree.frames);
    free(tree.locations);
    free(tree.nodes);
    return heaplens__html_end(sink, status);
}
