// SPDX-License-Identifier: MIT
// Findings, sizes, scopes and threads in the report for people.
#include "export/report_context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/figure_text.h"
#include "export/finding_text.h"
#include "format/store.h"
#include "profile/interval.h"

enum {
    FINDINGS_SHOWN = 10,
    ROWS_SHOWN = 20,
    BAR_COLUMNS = 32,
};

heaplens_status heaplens__report_findings(const heaplens_report *r)
{
    heaplens_finding *findings = NULL;
    size_t count = 0;
    const heaplens_status status = heaplens_findings(r->session, r->process, &findings, &count);
    if (status != HEAPLENS_OK || count == 0) {
        free(findings);
        return status;
    }
    heaplens__report_heading(r, heaplens__report_is_estimated(r)
                                    ? "Worth a look (figures are estimates from the sample)"
                                    : "Worth a look");
    for (size_t i = 0; i < count && i < FINDINGS_SHOWN; i++) {
        heaplens__sink_puts(r->sink, "  - ");
        heaplens__report_put(r,
                             heaplens_finding_explain(r->session, r->process, &findings[i]).text);
        heaplens__sink_puts(r->sink, "\n");
    }
    if (count > FINDINGS_SHOWN) {
        heaplens__sink_printf(r->sink, "  - and %zu more, smaller ones\n", count - FINDINGS_SHOWN);
    }
    free(findings);
    return HEAPLENS_OK;
}

// Every request of the process is counted in every mode; those of some call sites only if drawn.
static bool has_estimated_sizes(const heaplens_report *r)
{
    return r->process->part.whole != NULL && heaplens__report_is_estimated(r);
}

static void write_size_class(const heaplens_report *r, size_t class, uint64_t blocks,
                             uint64_t largest)
{
    static const char bar[BAR_COLUMNS + 1] = "################################";
    char range[64];
    if (class < 2) {
        (void)snprintf(range, sizeof(range), "%s", class == 0 ? "0 B" : "1 B");
    } else {
        (void)snprintf(range, sizeof(range), "from %s",
                       heaplens__figure_bytes(UINT64_C(1) << (class - 1)).text);
    }
    const int columns = (int)((double)blocks / (double)largest * BAR_COLUMNS + 0.5);
    heaplens__sink_printf(r->sink, "  %-16s %14s", range, heaplens__figure_count(blocks).text);
    if (has_estimated_sizes(r)) {
        const double variance = heaplens_blocks_variance_most(
            blocks, heaplens_size_class_least((uint32_t) class), r->process->facts.sample_bytes);
        heaplens__sink_printf(r->sink, "%-14s",
                              heaplens__report_interval(variance, HEAPLENS_METRIC_BLOCKS).text);
    }
    heaplens__sink_printf(r->sink, "  %8s%s%.*s\n",
                          heaplens__figure_share(blocks, r->process->facts.blocks_total).text,
                          columns == 0 ? "" : "  ", columns, bar);
}

heaplens_status heaplens__report_sizes(const heaplens_report *r)
{
    uint64_t largest = 0;
    for (size_t i = 0; i < r->process->size_count; i++) {
        const uint64_t blocks = r->process->sizes[i].blocks;
        largest = blocks > largest ? blocks : largest;
    }
    if (largest == 0) {
        return HEAPLENS_OK;
    }
    heaplens__report_heading(r, "Sizes of blocks, as requested");
    for (size_t i = 0; i < r->process->size_count; i++) {
        if (r->process->sizes[i].blocks > 0) {
            write_size_class(r, i, r->process->sizes[i].blocks, largest);
        }
    }
    return HEAPLENS_OK;
}

static const char *kind_words(uint32_t kind)
{
    switch (kind) {
    case HEAPLENS_STORE_SCOPE_PROCESS: return " (whole process)";
    case HEAPLENS_STORE_SCOPE_POOL: return " (pool)";
    default: return "";  // of a thread; the number comes from a file
    }
}

heaplens_status heaplens__report_scopes(const heaplens_report *r)
{
    if (r->process->scope_count == 0 || r->process->part.whole != NULL) {
        return HEAPLENS_OK;
    }
    heaplens__report_heading(r, "Scopes and pools (--scope LABEL shows the sites of one)");
    heaplens__sink_printf(r->sink, "  %10s  %12s  %14s  %12s  %14s\n", "times", "allocated",
                          "blocks", "largest peak", "live at end");
    for (size_t i = 0; i < r->process->scope_count && i < ROWS_SHOWN; i++) {
        const heaplens_scope_total *const scope = &r->process->scopes[i];
        heaplens__sink_printf(r->sink, "  %10s  %12s  %14s  %12s  %14s  ",
                              heaplens__figure_count(scope->scopes).text,
                              heaplens__figure_bytes(scope->bytes_total).text,
                              heaplens__figure_count(scope->blocks_total).text,
                              heaplens__figure_bytes(scope->bytes_peak).text,
                              heaplens__figure_bytes(scope->bytes_live).text);
        heaplens__report_put(r, heaplens__names_text(&r->session->names, scope->label));
        heaplens__sink_printf(r->sink, "%s%s\n", kind_words(scope->kind),
                              scope->inexact > 0 ? " (not exact)" : "");
    }
    return HEAPLENS_OK;
}

// Largest first.
static int compare_threads(const void *a, const void *b)
{
    const heaplens_thread *const x = a;
    const heaplens_thread *const y = b;
    if (x->bytes_total != y->bytes_total) {
        return x->bytes_total > y->bytes_total ? -1 : 1;
    }
    return (x->tid > y->tid) - (x->tid < y->tid);
}

heaplens_status heaplens__report_threads(const heaplens_report *r)
{
    const size_t count = r->process->thread_count;
    if (count < 2 || r->process->part.whole != NULL) {
        return HEAPLENS_OK;
    }
    heaplens_thread *const threads = calloc(count, sizeof(*threads));
    if (threads == NULL) {
        return HEAPLENS_ENOMEM;
    }
    memcpy(threads, r->process->threads, count * sizeof(*threads));
    qsort(threads, count, sizeof(*threads), compare_threads);
    heaplens__report_heading(r, "Threads (--thread TID shows the sites of one)");
    heaplens__sink_printf(r->sink, "  %10s  %12s  %14s\n", "thread", "allocated", "blocks");
    for (size_t i = 0; i < count && i < ROWS_SHOWN; i++) {
        heaplens__sink_printf(r->sink, "  %10u  %12s  %14s", threads[i].tid,
                              heaplens__figure_bytes(threads[i].bytes_total).text,
                              heaplens__figure_count(threads[i].blocks_total).text);
        if (threads[i].threads > 1) {
            heaplens__sink_printf(
                r->sink, "  and %s before it",
                heaplens__figure_counted(threads[i].threads - 1, "thread", "threads").text);
        }
        heaplens__sink_puts(r->sink, "\n");
    }
    if (count > ROWS_SHOWN) {
        heaplens__sink_printf(r->sink, "  %10s  and %zu more\n", "", count - ROWS_SHOWN);
    }
    free(threads);
    return HEAPLENS_OK;
}
