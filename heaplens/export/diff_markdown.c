// SPDX-License-Identifier: MIT
// A diff for a pull request: GitHub's Markdown with tables.
#include "export/diff_export.h"

#include <stdlib.h>

#include "export/diff_tables.h"
#include "export/frame_text.h"
#include "export/path_text.h"

static void write_change(heaplens_sink *sink, uint64_t before, uint64_t after)
{
    heaplens__sink_printf(sink, " | %s | %s | %s | %s |", heaplens__figure_count(before).text,
                          heaplens__figure_count(after).text,
                          heaplens__figure_change(before, after).text,
                          heaplens__figure_change_share(before, after).text);
}

static void write_totals(heaplens_sink *sink, const heaplens_diff *diff)
{
    heaplens__sink_puts(sink, "| | before | after | change | |\n|---|--:|--:|--:|--:|\n");
    for (size_t i = 0; i < HEAPLENS_DIFF_TOTALS; i++) {
        const heaplens_diff_total total = heaplens__diff_total(diff, i);
        heaplens__sink_printf(sink, "| %s", total.label);
        write_change(sink, total.before, total.after);
        heaplens__sink_puts(sink, "\n");
    }
    heaplens_diff_note notes[HEAPLENS_DIFF_NOTES_MAX];
    const size_t count = heaplens__diff_notes(diff, notes);
    for (size_t i = 0; i < count; i++) {
        heaplens__sink_printf(sink, "%s- Note: %s.\n", i == 0 ? "\n" : "", notes[i].text);
    }
}

static void write_renames(heaplens_sink *sink, const heaplens_diff *diff, size_t top)
{
    for (size_t i = 0; i < diff->rename_count && i < top; i++) {
        const heaplens_diff_rename *const rename = &diff->renames[i];
        heaplens__sink_puts(sink, i == 0 ? "\n- Likely renamed: " : "- Likely renamed: ");
        heaplens__sink_markdown(sink, heaplens__names_text(&diff->paths.names, rename->before));
        heaplens__sink_puts(sink, " &rarr; ");
        heaplens__sink_markdown(sink, heaplens__names_text(&diff->paths.names, rename->after));
        heaplens__sink_printf(
            sink, " (%s &rarr; %s bytes allocated)\n",
            heaplens__figure_count(rename->figures[0].values[HEAPLENS_METRIC_TOTAL]).text,
            heaplens__figure_count(rename->figures[1].values[HEAPLENS_METRIC_TOTAL]).text);
    }
    if (diff->rename_count > top) {
        heaplens__sink_printf(sink, "- and %zu more\n", diff->rename_count - top);
    }
}

static void write_site(heaplens_sink *sink, const heaplens_diff *diff,
                       const heaplens_diff_site *site, heaplens_metric metric)
{
    heaplens__sink_printf(sink, "| %s",
                          heaplens_change_name(heaplens_diff_site_change(site, metric)));
    write_change(sink, site->before.values[metric], site->after.values[metric]);
    heaplens__sink_puts(sink, " ");
    heaplens__put_path(sink, &diff->paths, site->path, " &larr; ", heaplens__sink_markdown);
    const heaplens_diff_place place = heaplens__diff_place_responsible(diff, site);
    if (place.file[0] != '\0') {
        heaplens__sink_puts(sink, " (");
        heaplens__sink_markdown(sink, heaplens__path_base(place.file));
        heaplens__sink_printf(sink, ":%u)", place.line);
    }
    heaplens__sink_puts(sink, " |\n");
}

static heaplens_status write_sites(heaplens_sink *sink, const heaplens_diff *diff,
                                   const heaplens_diff_options *options, heaplens_metric metric)
{
    heaplens_diff_ranking ranking;
    const size_t top = options->top == 0 ? HEAPLENS_DIFF_TOP : options->top;
    const heaplens_status status = heaplens_diff_rank_sites(diff, metric, options->noise, &ranking);
    if (status != HEAPLENS_OK) {
        return status;
    }
    heaplens__sink_printf(sink, "\n#### %s: %zu new, %zu gone, %zu grown, %zu shrunk\n\n",
                          heaplens__metric_title(metric), ranking.changes[HEAPLENS_CHANGE_NEW],
                          ranking.changes[HEAPLENS_CHANGE_GONE],
                          ranking.changes[HEAPLENS_CHANGE_GROWN],
                          ranking.changes[HEAPLENS_CHANGE_SHRUNK]);
    if (ranking.count > 0) {
        heaplens__sink_printf(sink,
                              "| | %s before | after | change | | call site |\n"
                              "|---|--:|--:|--:|--:|---|\n",
                              heaplens__metric_unit(metric));
    }
    for (size_t i = 0; i < ranking.count && i < top; i++) {
        write_site(sink, diff, &diff->sites[ranking.rows[i]], metric);
    }
    if (ranking.count > top) {
        heaplens__sink_printf(sink, "\n%zu more changed.\n", ranking.count - top);
    }
    if (ranking.hidden_count > 0) {
        heaplens__sink_printf(
            sink, "\n%zu changed by less than %s %s each, together +%s and -%s.\n",
            ranking.hidden_count, heaplens__figure_count(ranking.noise).text,
            heaplens__metric_unit(metric), heaplens__figure_count(ranking.hidden_grown).text,
            heaplens__figure_count(ranking.hidden_shrunk).text);
    }
    free(ranking.rows);
    return HEAPLENS_OK;
}

heaplens_status heaplens_write_diff_markdown(heaplens_sink *sink, const heaplens_diff *diff,
                                             const heaplens_diff_options *options)
{
    heaplens_metric metrics[HEAPLENS_METRIC_COUNT];
    const size_t count = heaplens__diff_metrics(options, metrics);
    heaplens_status status = HEAPLENS_OK;
    heaplens__sink_puts(sink, "### Heap, before and after\n\n");
    write_totals(sink, diff);
    write_renames(sink, diff, options->top == 0 ? HEAPLENS_DIFF_TOP : options->top);
    for (size_t i = 0; i < count && status == HEAPLENS_OK; i++) {
        status = write_sites(sink, diff, options, metrics[i]);
    }
    const heaplens_status flushed = heaplens__sink_flush(sink);
    return status == HEAPLENS_OK ? flushed : status;
}
