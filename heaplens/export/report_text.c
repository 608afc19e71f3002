// SPDX-License-Identifier: MIT
// The report for people: what it is about, totals, what they leave out, then the parts.
#include "export/report_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "export/figure_text.h"
#include "export/frame_text.h"
#include "export/ranking_text.h"
#include "export/report_context.h"
#include "profile/interval.h"

enum { PROCESSES_SHOWN = 12 };

static const char *name_of(const heaplens_report *r, heaplens_name name)
{
    return heaplens__names_text(&r->session->names, name);
}

const char *heaplens__report_style(const heaplens_report *r, const char *code)
{
    return r->options->has_color ? code : "";
}

void heaplens__report_put(const heaplens_report *r, const char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        heaplens__sink_put(r->sink, byte < 0x20 || byte == 0x7f ? "?" : text, 1);
    }
}

void heaplens__report_put_function(const heaplens_report *r, const char *function)
{
    char name[512];
    (void)snprintf(name, sizeof(name), "%.*s", (int)heaplens__plain_length(function), function);
    heaplens__report_put(r, name);
}

void heaplens__report_heading(const heaplens_report *r, const char *text)
{
    heaplens__sink_printf(r->sink, "\n%s%s%s\n", heaplens__report_style(r, HEAPLENS_BOLD), text,
                          heaplens__report_style(r, HEAPLENS_PLAIN));
}

void heaplens__report_put_place(const heaplens_report *r, heaplens_place place)
{
    if (place.location == NULL) {
        heaplens__sink_puts(r->sink, "(no call stack)");
        return;
    }
    heaplens_shown_frame frame;
    heaplens__frame_show(r->session, r->process, place.location, place.frame, &frame);
    heaplens__sink_puts(r->sink, heaplens__report_style(r, HEAPLENS_CYAN));
    heaplens__report_put_function(r, frame.function);
    heaplens__sink_puts(r->sink, heaplens__report_style(r, HEAPLENS_PLAIN));
}

void heaplens__report_put_value(const heaplens_report *r, uint64_t value, double variance,
                                heaplens_metric metric)
{
    const char *const bold = heaplens__report_style(r, HEAPLENS_BOLD);
    const char *const plain = heaplens__report_style(r, HEAPLENS_PLAIN);
    if (metric == HEAPLENS_METRIC_LIFETIME) {
        heaplens__sink_printf(r->sink, "%s%s%s", bold, heaplens__figure_time(value).text, plain);
        return;
    }
    const bool is_blocks = metric == HEAPLENS_METRIC_BLOCKS || metric == HEAPLENS_METRIC_TEMPORARY;
    heaplens__sink_printf(r->sink, "%s%s %s%s", bold, heaplens__figure_count(value).text,
                          is_blocks ? "blocks" : "bytes", plain);
    if (variance > 0) {
        heaplens__sink_printf(r->sink, " +- %s",
                              heaplens__figure_count(heaplens_interval(variance)).text);
    }
    heaplens__sink_printf(
        r->sink, " (%s)",
        heaplens__figure_share(value, heaplens__ranking_whole(r->process, metric)).text);
}

// ----------------------------------------------------------------------------------- head

static void write_total(const heaplens_report *r, const char *label, uint64_t bytes,
                        uint64_t blocks, double variance, const char *remark)
{
    char interval[64] = "";
    if (variance > 0) {
        (void)snprintf(interval, sizeof(interval), " +- %s",
                       heaplens__figure_bytes(heaplens_interval(variance)).text);
    }
    heaplens__sink_printf(
        r->sink, "  %-12s %s%20s bytes%s  %10s%s  in %s blocks%s\n", label,
        heaplens__report_style(r, HEAPLENS_BOLD), heaplens__figure_count(bytes).text,
        heaplens__report_style(r, HEAPLENS_PLAIN), heaplens__figure_bytes(bytes).text, interval,
        heaplens__figure_count(blocks).text, remark);
}

// Resident memory, and how much of it is blocks of this profile.
static void write_resident(const heaplens_report *r)
{
    const heaplens_facts *const facts = &r->process->facts;
    if (facts->rss_peak_bytes == 0) {
        return;
    }
    heaplens__sink_printf(r->sink, "  %-12s %20s bytes  %10s  at its largest", "resident",
                          heaplens__figure_count(facts->rss_peak_bytes).text,
                          heaplens__figure_bytes(facts->rss_peak_bytes).text);
    uint64_t explained = 0;
    uint64_t resident = 0;
    for (size_t i = 0; i < r->process->point_count; i++) {
        const heaplens_point *const point = &r->process->points[i];
        if (point->rss_bytes > resident) {
            resident = point->rss_bytes;
            explained = point->bytes_live;
        }
    }
    if (resident > 0 && explained <= resident) {
        heaplens__sink_printf(r->sink, "; live blocks explain %s of it",
                              heaplens__figure_share(explained, resident).text);
    }
    heaplens__sink_puts(r->sink, "\n");
}

static void write_totals(const heaplens_report *r)
{
    const heaplens_facts *const facts = &r->process->facts;
    char when[64];
    (void)snprintf(when, sizeof(when), ", %s after the start",
                   heaplens__figure_time(facts->peak_ns).text);
    const bool is_counted = (facts->flags & HEAPLENS_PROCESS_COUNTED) != 0;
    write_total(r, "peak", facts->bytes_peak, facts->blocks_peak,
                heaplens_process_variance(r->process, HEAPLENS_METRIC_PEAK),
                is_counted ? "" : when);
    write_total(r, "allocated", facts->bytes_total, facts->blocks_total, 0, " over the whole run");
    write_total(r, "never freed", facts->bytes_end, facts->blocks_end,
                heaplens_process_variance(r->process, HEAPLENS_METRIC_LEAKED), "");
    write_resident(r);
}

static void write_note(const heaplens_report *r, uint64_t count, const char *text)
{
    if (count > 0) {
        heaplens__sink_printf(r->sink, "  note: %s %s\n", heaplens__figure_count(count).text, text);
    }
}

// What the figures do not say: everything that was cut, lost or seen only in part.
static void write_notes(const heaplens_report *r)
{
    const heaplens_facts *const facts = &r->process->facts;
    if ((facts->flags & HEAPLENS_PROCESS_UNFINISHED) != 0) {
        heaplens__sink_puts(r->sink, "  note: the process did not end by itself, or still runs: "
                                     "\"never freed\" is what was live when last heard of\n");
    }
    if ((facts->flags & HEAPLENS_PROCESS_COUNTED) != 0) {
        heaplens__sink_puts(r->sink,
                            "  note: only counted: there are no call sites, and live bytes "
                            "are what the allocator gave\n");
    }
    if ((facts->flags & HEAPLENS_PROCESS_SAMPLED) != 0) {
        heaplens__sink_printf(
            r->sink,
            "  note: sampled, one block in %s: all but \"allocated\" is estimated "
            "from %s blocks; +- is a 95 %% interval\n",
            heaplens__figure_bytes(facts->sample_bytes).text,
            heaplens__figure_count(facts->samples).text);
    }
    if ((facts->flags & HEAPLENS_PROCESS_THREADED) != 0) {
        heaplens__sink_printf(r->sink,
                              "  note: %u threads allocated: peaks are within %s of the truth\n",
                              facts->threads, heaplens__figure_bytes(facts->peak_error_bytes).text);
    }
    if ((facts->flags & HEAPLENS_PROCESS_CUT) != 0) {
        heaplens__sink_printf(r->sink,
                              "  note: the recorder's store of %s was full; see "
                              "--store-max\n",
                              heaplens__figure_bytes(facts->store_bytes_max).text);
    }
    write_note(r, facts->allocations_cut, "blocks have no call site, for want of room");
    write_note(r, facts->operations_lost, "operations were not counted, for want of room");
    write_note(r, facts->allocations_failed, "allocations failed");
    write_note(r, facts->frees_unknown, "frees of blocks that were allocated before recording");
    write_note(r, facts->stacks_cut, "blocks have a call stack that was cut; see --depth");
    write_note(r, facts->stacks_broken, "blocks have a call stack whose outer end was not found");

    size_t nameless = 0;
    for (size_t i = 0; i < r->process->location_count; i++) {
        nameless += r->process->locations[i].frame_count == 0 ? 1 : 0;
    }
    if (nameless > 0) {
        heaplens__sink_printf(r->sink, "  note: %s of %s addresses have no symbol\n",
                              heaplens__figure_count(nameless).text,
                              heaplens__figure_count(r->process->location_count).text);
    }
    for (size_t i = 0; i < r->process->module_count; i++) {
        if (r->process->modules[i].symbols == HEAPLENS_SYMBOLS_CHANGED) {
            heaplens__sink_puts(r->sink, "  note: not the file that ran, so without names: ");
            heaplens__report_put(r, name_of(r, r->process->modules[i].path));
            heaplens__sink_puts(r->sink, "\n");
        }
    }
}

static void write_head(const heaplens_report *r)
{
    const heaplens_facts *const facts = &r->process->facts;
    heaplens__sink_puts(r->sink, heaplens__report_style(r, HEAPLENS_BOLD));
    heaplens__report_put(r, name_of(r, facts->command));
    heaplens__sink_printf(r->sink, "%s\n  process %u, recorded for %s, %s call sites",
                          heaplens__report_style(r, HEAPLENS_PLAIN), facts->pid,
                          heaplens__figure_time(facts->duration_ns).text,
                          heaplens__figure_count(r->process->site_count).text);
    const char *const host = name_of(r, facts->host);
    heaplens__sink_puts(r->sink, host[0] == '\0' ? "" : ", on ");
    heaplens__report_put(r, host);
    heaplens__sink_puts(r->sink, "\n\n");
    write_totals(r);
    write_notes(r);
}

typedef struct ranked_process {
    uint64_t bytes_peak;
    size_t index;
} ranked_process;

// Largest peak first.
static int compare_processes(const void *a, const void *b)
{
    const ranked_process *const x = a;
    const ranked_process *const y = b;
    if (x->bytes_peak != y->bytes_peak) {
        return x->bytes_peak > y->bytes_peak ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static void write_process_row(const heaplens_report *r, const heaplens_facts *facts)
{
    // A part of a process is another object.
    const bool is_shown = facts->pid == r->process->facts.pid &&
                          facts->start_unix_ns == r->process->facts.start_unix_ns;
    heaplens__sink_printf(r->sink, "%c %8u %8u  %10s  %10s  %11s  ", is_shown ? '>' : ' ',
                          facts->pid, facts->parent_pid,
                          heaplens__figure_bytes(facts->bytes_peak).text,
                          heaplens__figure_bytes(facts->bytes_total).text,
                          heaplens__figure_bytes(facts->bytes_end).text);
    heaplens__report_put(r, name_of(r, facts->command));
    heaplens__sink_puts(r->sink, "\n");
}

static heaplens_status write_process_list(const heaplens_report *r)
{
    const size_t count = r->session->process_count;
    if (count < 2) {
        return HEAPLENS_OK;
    }
    ranked_process *const order = calloc(count, sizeof(*order));
    if (order == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = (ranked_process){r->session->processes[i].facts.bytes_peak, i};
    }
    qsort(order, count, sizeof(*order), compare_processes);
    heaplens__report_heading(r, "Processes (--process PID shows another one)");
    heaplens__sink_printf(r->sink, "  %8s %8s  %10s  %10s  %10s\n", "pid", "parent", "peak",
                          "allocated", "never freed");
    for (size_t i = 0; i < count && i < PROCESSES_SHOWN; i++) {
        write_process_row(r, &r->session->processes[order[i].index].facts);
    }
    if (count > PROCESSES_SHOWN) {
        heaplens__sink_printf(r->sink, "  and %zu smaller ones, which --format json lists\n",
                              count - PROCESSES_SHOWN);
    }
    free(order);
    return HEAPLENS_OK;
}

// ---------------------------------------------------------------------------------- parts

heaplens_status heaplens_write_text(heaplens_sink *sink, const heaplens_session *session,
                                    const heaplens_process *process,
                                    const heaplens_report_options *options)
{
    typedef heaplens_status (*report_part)(const heaplens_report *r);
    static const report_part parts[] = {
        heaplens__report_functions, heaplens__report_tree,    heaplens__report_sizes,
        heaplens__report_scopes,    heaplens__report_threads,
    };
    heaplens_report r = {.sink = sink, .session = session, .process = process, .options = options};
    write_head(&r);
    // Counted only: there are no sites, which is not "nothing".
    const bool has_sites =
        process->site_count > 0 || (process->facts.flags & HEAPLENS_PROCESS_COUNTED) == 0;
    heaplens_status status = has_sites ? heaplens__report_answers(&r) : HEAPLENS_OK;
    if (status == HEAPLENS_OK) {
        status = heaplens__report_findings(&r);
    }
    if (status == HEAPLENS_OK) {
        status = write_process_list(&r);
    }
    if (status == HEAPLENS_OK && has_sites) {
        status = heaplens__report_sites(&r);
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && status == HEAPLENS_OK; i++) {
        status = parts[i](&r);
    }
    if (status == HEAPLENS_OK) {
        heaplens__report_stacks(&r);
        status = heaplens__sink_flush(sink);
    }
    free(r.shown);
    return status;
}
