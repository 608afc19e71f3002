// SPDX-License-Identifier: MIT
// A diff for people: the totals side by side, then what changed, the largest change first.
#include "export/diff_export.h"

#include <stdlib.h>

#include "export/diff_tables.h"
#include "export/frame_text.h"
#include "export/function_text.h"
#include "export/path_text.h"

#define BOLD  "\033[1m"
#define RED   "\033[31m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

typedef struct diff_report {
    heaplens_sink *sink;
    const heaplens_diff *diff;
    const heaplens_diff_options *options;
} diff_report;

static const char *style(const diff_report *r, const char *code)
{
    return r->options->has_color ? code : "";
}

static const char *style_of_change(const diff_report *r, uint64_t before, uint64_t after)
{
    return before == after ? "" : style(r, after > before ? RED : GREEN);
}

static void write_side(const diff_report *r, const char *label, const heaplens_diff_side *side)
{
    heaplens__sink_printf(r->sink, "%s%-7s%s ", style(r, BOLD), label, style(r, PLAIN));
    if (side->process == NULL) {
        heaplens__sink_puts(r->sink, "nothing\n");
        return;
    }
    const heaplens_facts *const facts = &side->process->facts;
    heaplens__sink_safe(r->sink, heaplens__names_text(&side->session->names, facts->command));
    heaplens__sink_printf(
        r->sink, "\n        process %u, %s", facts->pid,
        heaplens__figure_counted(side->process->site_count, "call site", "call sites").text);
    if (side->session->process_count > 1) {
        heaplens__sink_printf(r->sink, "; one of %zu processes", side->session->process_count);
    }
    const char *const host = heaplens__names_text(&side->session->names, facts->host);
    heaplens__sink_puts(r->sink, host[0] == '\0' ? "" : ", on ");
    heaplens__sink_safe(r->sink, host);
    heaplens__sink_puts(r->sink, "\n");
}

static void write_totals(const diff_report *r)
{
    heaplens__sink_printf(r->sink, "\n%s  %-20s %18s %18s %18s%s\n", style(r, BOLD), "", "before",
                          "after", "change", style(r, PLAIN));
    for (size_t i = 0; i < HEAPLENS_DIFF_TOTALS; i++) {
        const heaplens_diff_total total = heaplens__diff_total(r->diff, i);
        heaplens__sink_printf(
            r->sink, "  %-20s %18s %18s %s%18s%s  %s\n", total.label,
            heaplens__figure_count(total.before).text, heaplens__figure_count(total.after).text,
            style_of_change(r, total.before, total.after),
            heaplens__figure_change(total.before, total.after).text, style(r, PLAIN),
            heaplens__figure_change_share(total.before, total.after).text);
    }
}

// What stands between the reader and taking the figures at their word.
static void write_notes(const diff_report *r)
{
    heaplens_diff_note notes[HEAPLENS_DIFF_NOTES_MAX];
    const size_t count = heaplens__diff_notes(r->diff, notes);
    for (size_t i = 0; i < count; i++) {
        heaplens__sink_printf(r->sink, "  note: %s\n", notes[i].text);
    }
}

static void write_renames(const diff_report *r, size_t top)
{
    const heaplens_diff *const diff = r->diff;
    if (diff->rename_count == 0) {
        return;
    }
    heaplens__sink_printf(
        r->sink,
        "\n%sRenamed (likely)%s: %s with the callers, the callees and nearly the "
        "figures of one that is gone\n",
        style(r, BOLD), style(r, PLAIN),
        heaplens__figure_counted(diff->rename_count, "function", "functions").text);
    for (size_t i = 0; i < diff->rename_count && i < top; i++) {
        const heaplens_diff_rename *const rename = &diff->renames[i];
        heaplens__sink_puts(r->sink, "      ");
        heaplens__sink_safe(
            r->sink,
            heaplens__function_text(heaplens__names_text(&diff->paths.names, rename->before)).text);
        heaplens__sink_puts(r->sink, " -> ");
        heaplens__sink_safe(
            r->sink,
            heaplens__function_text(heaplens__names_text(&diff->paths.names, rename->after)).text);
        heaplens__sink_printf(
            r->sink, "  (%s bytes allocated -> %s)\n",
            heaplens__figure_count(rename->figures[0].values[HEAPLENS_METRIC_TOTAL]).text,
            heaplens__figure_count(rename->figures[1].values[HEAPLENS_METRIC_TOTAL]).text);
    }
    if (diff->rename_count > top) {
        heaplens__sink_printf(r->sink, "      and %zu more; see --top\n", diff->rename_count - top);
    }
}

static void write_hidden(const diff_report *r, const heaplens_diff_ranking *ranking,
                         heaplens_metric metric, const char *one, const char *several)
{
    if (ranking->hidden_count > 0) {
        heaplens__sink_printf(r->sink,
                              "      not shown: %s that changed by less than %s %s each, "
                              "together +%s and -%s\n",
                              heaplens__figure_counted(ranking->hidden_count, one, several).text,
                              heaplens__figure_count(ranking->noise).text,
                              heaplens__metric_unit(metric),
                              heaplens__figure_count(ranking->hidden_grown).text,
                              heaplens__figure_count(ranking->hidden_shrunk).text);
    }
}

static void write_site(const diff_report *r, const heaplens_diff_site *site, size_t number,
                       heaplens_metric metric)
{
    const uint64_t before = site->before.values[metric];
    const uint64_t after = site->after.values[metric];
    heaplens__sink_printf(r->sink, "\n%4zu. %-6s %s%s %s%s  %s  (%s -> %s)\n      ", number,
                          heaplens_change_name(heaplens_diff_site_change(site, metric)),
                          style_of_change(r, before, after),
                          heaplens__figure_change(before, after).text,
                          heaplens__metric_unit(metric), style(r, PLAIN),
                          heaplens__figure_change_share(before, after).text,
                          heaplens__figure_count(before).text, heaplens__figure_count(after).text);
    heaplens__put_path(r->sink, &r->diff->paths, site->path, " <- ", heaplens__sink_safe);
    const heaplens_diff_place place = heaplens__diff_place_responsible(r->diff, site);
    if (place.file[0] != '\0') {
        heaplens__sink_puts(r->sink, "\n      at ");
        heaplens__sink_safe(r->sink, heaplens__path_base(place.file));
        heaplens__sink_printf(r->sink, ":%u", place.line);
    }
    if (site->is_renamed) {
        heaplens__sink_puts(r->sink, "\n      (likely renamed, was: ");
        heaplens__put_path(r->sink, &r->diff->paths, site->path_before, " <- ",
                           heaplens__sink_safe);
        heaplens__sink_puts(r->sink, ")");
    }
    heaplens__sink_puts(r->sink, site->is_loose ? "\n      (matched without the functions that one "
                                                  "profile cannot see)\n"
                                                : "\n");
}

static heaplens_status write_sites(const diff_report *r, heaplens_metric metric, size_t top)
{
    heaplens_diff_ranking ranking;
    const heaplens_status status =
        heaplens_diff_rank_sites(r->diff, metric, r->options->noise, &ranking);
    if (status != HEAPLENS_OK) {
        return status;
    }
    heaplens__sink_printf(r->sink, "\n%s%s%s: ", style(r, BOLD), heaplens__metric_title(metric),
                          style(r, PLAIN));
    heaplens__sink_printf(
        r->sink, "%zu new, %zu gone, %zu grown, %zu shrunk call sites\n",
        ranking.changes[HEAPLENS_CHANGE_NEW], ranking.changes[HEAPLENS_CHANGE_GONE],
        ranking.changes[HEAPLENS_CHANGE_GROWN], ranking.changes[HEAPLENS_CHANGE_SHRUNK]);
    write_hidden(r, &ranking, metric, "call site", "call sites");
    for (size_t i = 0; i < ranking.count && i < top; i++) {
        write_site(r, &r->diff->sites[ranking.rows[i]], i + 1, metric);
    }
    if (ranking.count > top) {
        heaplens__sink_printf(r->sink, "\n      and %zu more; see --top\n", ranking.count - top);
    }
    free(ranking.rows);
    return HEAPLENS_OK;
}

static heaplens_status write_functions(const diff_report *r, heaplens_metric metric, size_t top)
{
    heaplens_diff_ranking ranking;
    const heaplens_status status =
        heaplens_diff_rank_functions(r->diff, metric, r->options->noise, &ranking);
    if (status != HEAPLENS_OK) {
        return status;
    }
    if (ranking.count > 0) {
        heaplens__sink_printf(r->sink, "\n      functions, by %s of their own:\n",
                              heaplens__metric_unit(metric));
    }
    for (size_t i = 0; i < ranking.count && i < top; i++) {
        const heaplens_diff_function *const function = &r->diff->functions[ranking.rows[i]];
        const uint64_t before = function->self[0].values[metric];
        const uint64_t after = function->self[1].values[metric];
        heaplens__sink_printf(r->sink, "      %s%18s%s  %9s  ", style_of_change(r, before, after),
                              heaplens__figure_change(before, after).text, style(r, PLAIN),
                              heaplens__figure_change_share(before, after).text);
        heaplens__sink_safe(
            r->sink,
            heaplens__function_text(heaplens__names_text(&r->diff->paths.names, function->name))
                .text);
        heaplens__sink_puts(r->sink, "\n");
    }
    write_hidden(r, &ranking, metric, "function", "functions");
    free(ranking.rows);
    return HEAPLENS_OK;
}

heaplens_status heaplens_write_diff_text(heaplens_sink *sink, const heaplens_diff *diff,
                                         const heaplens_diff_options *options)
{
    const diff_report r = {sink, diff, options};
    const size_t top = options->top == 0 ? HEAPLENS_DIFF_TOP : options->top;
    heaplens_metric metrics[HEAPLENS_METRIC_COUNT];
    const size_t count = heaplens__diff_metrics(options, metrics);
    write_side(&r, "before", &diff->before);
    write_side(&r, "after", &diff->after);
    write_totals(&r);
    write_notes(&r);
    write_renames(&r, top);
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < count && status == HEAPLENS_OK; i++) {
        status = write_sites(&r, metrics[i], top);
        if (status == HEAPLENS_OK) {
            status = write_functions(&r, metrics[i], top);
        }
    }
    const heaplens_status flushed = heaplens__sink_flush(sink);
    return status == HEAPLENS_OK ? flushed : status;
}
