// SPDX-License-Identifier: MIT
// Functions in the report for people: a table of their shares, and the tree of calls.
#include "export/report_context.h"

#include <stdio.h>
#include <stdlib.h>

#include "export/figure_text.h"
#include "export/frame_text.h"
#include "export/function_text.h"
#include "export/ranking_text.h"
#include "profile/tree.h"

enum {
    TOP_FUNCTIONS = 10,
    TREE_SHARE = 20,  // branches below the whole's 1/20 are summed up
    TREE_LINES = 60,  // a report is read by a person
};

// Means do not add up: functions and trees count bytes then.
static heaplens_metric metric_of(const heaplens_report *r)
{
    if (r->options->has_metric && r->options->metric != HEAPLENS_METRIC_LIFETIME) {
        return r->options->metric;
    }
    return heaplens_metric_is_known(r->process, HEAPLENS_METRIC_PEAK) ? HEAPLENS_METRIC_PEAK
                                                                      : HEAPLENS_METRIC_TOTAL;
}

static const char *unit_of(heaplens_metric metric)
{
    switch (metric) {
    case HEAPLENS_METRIC_PEAK: return "bytes at the peak";
    case HEAPLENS_METRIC_TOTAL: return "bytes allocated";
    case HEAPLENS_METRIC_BLOCKS: return "blocks allocated";
    case HEAPLENS_METRIC_LEAKED: return "bytes never freed";
    case HEAPLENS_METRIC_TEMPORARY: return "temporary blocks";
    case HEAPLENS_METRIC_LIFETIME: return "lifetime";
    }
    return "";
}

// What a function itself allocated is what it is responsible for: not malloc's wrappers have it, but
// who called them.
static int compare_by_name(const void *a, const void *b)
{
    const heaplens_culprit *const x = a;
    const heaplens_culprit *const y = b;
    return (x->function > y->function) - (x->function < y->function);
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

static heaplens_status rank_responsible(const heaplens_report *r, heaplens_metric metric,
                                        heaplens_function **functions, size_t *count)
{
    heaplens_culprit *culprits = NULL;
    size_t culprit_count = 0;
    heaplens_status status = heaplens_culprits(r->session, r->process, &culprits, &culprit_count);
    if (status == HEAPLENS_OK) {
        status = heaplens_functions_rank(r->process, metric, functions, count);
    }
    if (status == HEAPLENS_OK && *count > 0) {
        qsort(culprits, culprit_count, sizeof(*culprits), compare_by_name);
        for (size_t i = 0; i < *count; i++) {
            heaplens_function *const function = &(*functions)[i];
            const heaplens_culprit wanted = {.function = function->name};
            const heaplens_culprit *const found =
                bsearch(&wanted, culprits, culprit_count, sizeof(*culprits), compare_by_name);
            function->self = found == NULL ? 0 : heaplens_site_value(&found->sum, metric);
            function->self_variance = found == NULL ? 0 : found->spread.variance[metric];
        }
        qsort(*functions, *count, sizeof(**functions), compare_functions);
    }
    free(culprits);
    return status;
}

static void write_function(const heaplens_report *r, const heaplens_function *function,
                           heaplens_metric metric, uint64_t whole)
{
    heaplens__sink_puts(r->sink, "  ");
    heaplens__report_put_columns(r, function->self, function->self_variance, metric, whole);
    heaplens__sink_puts(r->sink, "   ");
    heaplens__report_put_columns(r, function->cumulative, function->cumulative_variance, metric,
                                 whole);
    heaplens__sink_printf(r->sink, "   %s", heaplens__report_style(r, HEAPLENS_CYAN));
    heaplens__report_put(
        r, heaplens__function_text(heaplens__names_text(&r->session->names, function->name)).text);
    heaplens__sink_printf(r->sink, "%s\n", heaplens__report_style(r, HEAPLENS_PLAIN));
}

heaplens_status heaplens__report_functions(const heaplens_report *r)
{
    const heaplens_metric metric = metric_of(r);
    const uint64_t whole = heaplens__ranking_whole(r->process, metric);
    heaplens_function *functions = NULL;
    size_t count = 0;
    const heaplens_status status = rank_responsible(r, metric, &functions, &count);
    if (status != HEAPLENS_OK || count == 0) {
        free(functions);
        return status;
    }
    const size_t top = r->options->top == 0 ? TOP_FUNCTIONS : r->options->top;
    char title[120];
    (void)snprintf(title, sizeof(title), "Functions by %s (%zu of %s)", unit_of(metric),
                   count < top ? count : top, heaplens__figure_count(count).text);
    heaplens__report_heading(r, title);
    const int columns = heaplens__report_is_estimated(r) ? 35 : 21;  // of put_columns()
    heaplens__sink_printf(r->sink, "  %*s   %*s\n", columns, "itself", columns,
                          "with what it calls");
    for (size_t i = 0; i < count && i < top; i++) {
        write_function(r, &functions[i], metric, whole);
    }
    free(functions);
    return HEAPLENS_OK;
}

// ----------------------------------------------------------------------------------- tree

typedef struct tree_page {
    const heaplens_report *report;
    const heaplens_tree *tree;
    heaplens_metric metric;
    uint64_t whole;
    size_t lines;
} tree_page;

static void write_branch(const tree_page *page, uint32_t id, int depth)
{
    const heaplens_report *const r = page->report;
    const heaplens_branch *const branch = &page->tree->branches[id];
    heaplens_shown_frame frame = {.function = "everything"};
    if (branch->function != HEAPLENS_NAME_NONE) {
        frame.function = heaplens__names_text(&r->session->names, branch->function);
    } else if (id != 0) {
        heaplens__frame_show(r->session, r->process, &r->process->locations[branch->location], 0,
                             &frame);
    }
    heaplens__sink_puts(r->sink, "  ");
    heaplens__report_put_columns(r, branch->value, branch->variance, page->metric, page->whole);
    heaplens__sink_printf(r->sink, "  %*s%s", depth * 2, "",
                          heaplens__report_style(r, HEAPLENS_CYAN));
    heaplens__report_put(r, heaplens__function_text(frame.function).text);
    heaplens__sink_printf(r->sink, "%s\n", heaplens__report_style(r, HEAPLENS_PLAIN));
}

// A chain of calls that share all their memory stays at one depth, so that depth says where memory
// divides. Each call writes a line first, so TREE_LINES bounds the recursion too.
static void write_branches(tree_page *page, uint32_t parent, int depth)
{
    const heaplens_branch *const branches = page->tree->branches;
    const uint64_t least = page->whole / TREE_SHARE;
    for (uint32_t id = branches[parent].child; id != 0; id = branches[id].sibling) {
        if (branches[id].value < least || branches[id].value == 0 || page->lines >= TREE_LINES) {
            break;  // largest first: all that follow are smaller
        }
        page->lines++;
        write_branch(page, id, depth);
        const uint32_t child = branches[id].child;
        const bool is_chain = child != 0 && branches[child].value == branches[id].value;
        write_branches(page, id, is_chain ? depth : depth + 1);
    }
}

heaplens_status heaplens__report_tree(const heaplens_report *r)
{
    const heaplens_metric metric = metric_of(r);
    const uint64_t whole = heaplens__ranking_whole(r->process, metric);
    heaplens_tree tree = {0};
    const heaplens_status status =
        heaplens_tree_build(r->process, metric, r->options->is_inverted, whole / TREE_SHARE, &tree);
    if (status != HEAPLENS_OK) {
        return status;
    }
    // Of several threads the branches can add up to less: shares are of what the tables' are of.
    tree_page page = {r, &tree, metric, whole, 0};
    if (page.whole > 0) {
        char title[120];
        (void)snprintf(title, sizeof(title), "%s, by %s (branches of %d %% and more)",
                       r->options->is_inverted ? "Callers of what allocated" : "Tree of calls",
                       unit_of(metric), 100 / TREE_SHARE);
        heaplens__report_heading(r, title);
        write_branches(&page, 0, 0);
    }
    heaplens_tree_deinit(&tree);
    return HEAPLENS_OK;
}
