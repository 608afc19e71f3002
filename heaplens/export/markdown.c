// SPDX-License-Identifier: MIT
// The report as GitHub-flavored Markdown. Specification: "GitHub Flavored Markdown Spec", 0.29.
#include "export/markdown.h"

#include <stdio.h>
#include <stdlib.h>

#include "export/figure_text.h"
#include "export/finding_text.h"
#include "export/frame_text.h"
#include "export/function_text.h"
#include "export/path_text.h"
#include "export/ranking_text.h"

enum {
    TOP_OF_ONE = 10,
    TOP_OF_SEVERAL = 5,
    CALLERS_SHOWN = 3,
    FINDINGS_SHOWN = 5,
};

#define CALLED_BY " \xe2\x86\x90 "  // an arrow to the left

typedef struct markdown {
    heaplens_sink *sink;
    const heaplens_session *session;
    const heaplens_process *process;
} markdown;

// A code span is fenced by one more backtick than its text has in a row. A space inside of the fences
// is taken off again, which is what keeps backticks at the ends of the text apart from them. In a
// table a bar ends the cell, also inside of code.
static void put_code(const markdown *m, const char *text, const char *bar)
{
    size_t run = 0;
    size_t longest = 0;
    for (const char *at = text; *at != '\0'; at++) {
        run = *at == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (size_t i = 0; i <= longest; i++) {
        heaplens__sink_put(m->sink, "`", 1);
    }
    heaplens__sink_puts(m->sink, longest > 0 ? " " : "");
    heaplens__sink_line(m->sink, text, '|', bar);
    heaplens__sink_puts(m->sink, longest > 0 ? " " : "");
    for (size_t i = 0; i <= longest; i++) {
        heaplens__sink_put(m->sink, "`", 1);
    }
}

// ----------------------------------------------------------------------------------- head

static const char *peak_label(const heaplens_process *process)
{
    switch (process->part.peak_of) {
    case HEAPLENS_PEAK_OF_PROCESS: return "live at the peak";
    case HEAPLENS_PEAK_OF_WHOLE: return "live at the process's peak";
    case HEAPLENS_PEAK_OF_SCOPE: return "largest peak of one scope";
    case HEAPLENS_PEAK_OF_NOTHING: break;
    }
    return "";
}

static void write_total(const markdown *m, const char *label, uint64_t bytes, uint64_t blocks)
{
    heaplens__sink_printf(m->sink, "| %s | %s | %s | %s |\n", label,
                          heaplens__figure_count(bytes).text, heaplens__figure_bytes(bytes).text,
                          heaplens__figure_count(blocks).text);
}

static void write_head(const markdown *m)
{
    const heaplens_facts *const facts = &m->process->facts;
    const char *const command = heaplens__names_text(&m->session->names, facts->command);
    heaplens__sink_puts(m->sink, "## Heap of ");
    put_code(m, command[0] == '\0' ? "?" : command, "|");
    heaplens__sink_puts(m->sink, "\n\n| | bytes | | blocks |\n| :-- | --: | --: | --: |\n");
    if (m->process->part.peak_of != HEAPLENS_PEAK_OF_NOTHING) {
        write_total(m, peak_label(m->process), facts->bytes_peak, facts->blocks_peak);
    }
    write_total(m, "allocated", facts->bytes_total, facts->blocks_total);
    if (heaplens_metric_is_known(m->process, HEAPLENS_METRIC_LEAKED)) {
        write_total(m, "never freed", facts->bytes_end, facts->blocks_end);
    }
    heaplens__sink_printf(
        m->sink, "\nProcess %u, recorded for %s; its peak was %s after the start.\n", facts->pid,
        heaplens__figure_time(facts->duration_ns).text, heaplens__figure_time(facts->peak_ns).text);
}

static void write_notes(const markdown *m)
{
    const heaplens_facts *const facts = &m->process->facts;
    if ((facts->flags & HEAPLENS_PROCESS_UNFINISHED) != 0) {
        heaplens__sink_puts(m->sink, "\n> The process did not end by itself, or still runs: "
                                     "\"never freed\" is what was live when last heard of.\n");
    }
    if ((facts->flags & HEAPLENS_PROCESS_THREADED) != 0) {
        heaplens__sink_printf(m->sink, "\n> %s allocated: peaks are within %s of the truth.\n",
                              heaplens__figure_counted(facts->threads, "thread", "threads").text,
                              heaplens__figure_bytes(facts->peak_error_bytes).text);
    }
    if (facts->allocations_cut > 0 || facts->operations_lost > 0) {
        heaplens__sink_printf(
            m->sink,
            "\n> The recorder's store was full: %s without a call site, %s not "
            "counted.\n",
            heaplens__figure_counted(facts->allocations_cut, "block", "blocks").text,
            heaplens__figure_counted(facts->operations_lost, "operation", "operations").text);
    }
}

// --------------------------------------------------------------------------------- tables

static void write_place(const markdown *m, const heaplens_shown_frame *frame)
{
    put_code(m, heaplens__function_text_plain(frame->function).text, "\\|");
    if (frame->file[0] != '\0') {
        char line[16];
        (void)snprintf(line, sizeof(line), ":%u", frame->line);
        heaplens__sink_puts(m->sink, " in ");
        put_code(m, heaplens__path_base(frame->file), "\\|");
        heaplens__sink_puts(m->sink, line);
    }
}

// Two cells: the function that is responsible, with its place, and the functions around it. Wrappers
// of malloc inside of it are passed over.
static void write_stack(const markdown *m, uint32_t node)
{
    const heaplens_place place = heaplens__responsible(m->session, m->process, node);
    size_t shown = 0;
    heaplens_shown_frame frame;
    if (place.location == NULL) {
        heaplens__sink_puts(m->sink, HEAPLENS_NO_STACK_TEXT " |");
    }
    for (; node != HEAPLENS_NODE_ROOT; node = m->process->nodes[node].parent) {
        const heaplens_location *const location =
            &m->process->locations[m->process->nodes[node].location];
        if (shown == 0 && location != place.location) {
            continue;
        }
        uint32_t f = shown == 0 ? place.frame : 0;
        for (; f < heaplens__location_frames(location) && shown <= CALLERS_SHOWN; f++, shown++) {
            heaplens__frame_show(m->session, m->process, location, f, &frame);
            // How a thread comes to its first function is the same in every stack.
            if (shown > 0 && heaplens__is_thread_start(frame.function)) {
                break;
            }
            if (shown == 0) {
                write_place(m, &frame);
                heaplens__sink_puts(m->sink, " |");
            } else {
                heaplens__sink_puts(m->sink, shown == 1 ? " " : CALLED_BY);
                put_code(m, heaplens__function_text_plain(frame.function).text, "\\|");
            }
        }
    }
    heaplens__sink_puts(m->sink, " |\n");
}

static heaplens_figure value_text(uint64_t value, heaplens_metric metric)
{
    return metric == HEAPLENS_METRIC_LIFETIME ? heaplens__figure_time(value)
                                              : heaplens__figure_count(value);
}

static void write_site(const markdown *m, const heaplens_site *site, heaplens_metric metric)
{
    const uint64_t value = heaplens_site_value(site, metric);
    const uint64_t blocks = site->blocks_total == 0 ? 1 : site->blocks_total;
    heaplens__sink_printf(
        m->sink, "| %s | %s | %s | ", value_text(value, metric).text,
        heaplens__figure_share(value, heaplens__ranking_whole(m->process, metric)).text,
        heaplens__figure_bytes(site->bytes_total / blocks).text);
    write_stack(m, site->stack);
}

static heaplens_status write_ranking(const markdown *m, heaplens_metric metric, size_t top)
{
    uint32_t *sites = NULL;
    size_t count = 0;
    const heaplens_status status = heaplens_sites_rank(m->process, metric, &sites, &count);
    if (status != HEAPLENS_OK) {
        return status;
    }
    const size_t shown = count < top ? count : top;
    heaplens__sink_printf(m->sink, "\n### %s\n\n", heaplens__ranking_title(metric));
    if (count == 0) {
        heaplens__sink_puts(m->sink, "Nothing.\n");
    } else {
        heaplens__sink_printf(m->sink,
                              "%zu of %s call sites.\n\n"
                              "| %s | share | mean block | allocated by | called from |\n"
                              "| --: | --: | --: | :-- | :-- |\n",
                              shown, heaplens__figure_count(count).text,
                              metric == HEAPLENS_METRIC_LIFETIME ? "mean"
                                                                 : heaplens__metric_unit(metric));
    }
    for (size_t i = 0; i < shown; i++) {
        write_site(m, &m->process->sites[sites[i]], metric);
    }
    free(sites);
    return HEAPLENS_OK;
}

static heaplens_status write_findings(const markdown *m)
{
    heaplens_finding *findings = NULL;
    size_t count = 0;
    const heaplens_status status = heaplens_findings(m->session, m->process, &findings, &count);
    if (status != HEAPLENS_OK) {
        return status;
    }
    heaplens__sink_puts(m->sink, count > 0 ? "\n### Findings\n\n" : "");
    for (size_t i = 0; i < count && i < FINDINGS_SHOWN; i++) {
        const heaplens_finding_words words =
            heaplens_finding_explain(m->session, m->process, &findings[i]);
        heaplens__sink_puts(m->sink, "- ");
        heaplens__sink_markdown(m->sink, words.text);
        heaplens__sink_puts(m->sink, "\n");
    }
    free(findings);
    return HEAPLENS_OK;
}

heaplens_status heaplens_write_markdown(heaplens_sink *sink, const heaplens_session *session,
                                        const heaplens_process *process,
                                        const heaplens_report_options *options)
{
    static const heaplens_metric questions[] = {HEAPLENS_METRIC_PEAK, HEAPLENS_METRIC_TOTAL,
                                                HEAPLENS_METRIC_LEAKED, HEAPLENS_METRIC_TEMPORARY};
    const markdown m = {sink, session, process};
    const heaplens_metric *const metrics = options->has_metric ? &options->metric : questions;
    const size_t count = options->has_metric ? 1 : sizeof(questions) / sizeof(questions[0]);
    const size_t usual = options->has_metric ? TOP_OF_ONE : TOP_OF_SEVERAL;
    write_head(&m);
    write_notes(&m);
    heaplens_status status = write_findings(&m);
    for (size_t i = 0; i < count && status == HEAPLENS_OK; i++) {
        if (!heaplens_metric_is_known(process, metrics[i])) {
            continue;
        }
        status = write_ranking(&m, metrics[i], options->top == 0 ? usual : options->top);
    }
    const heaplens_status flushed = heaplens__sink_flush(sink);
    return status == HEAPLENS_OK ? flushed : status;
}
