// SPDX-License-Identifier: MIT
// The report for people: what it is about, totals, what they leave out, then the parts.
#include "export/report_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "export/figure_text.h"
#include "export/frame_text.h"
#include "export/function_text.h"
#include "export/ranking_text.h"
#include "export/report_context.h"
#include "profile/interval.h"
#include "profile/select.h"

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
    heaplens__report_put(r, heaplens__function_text_plain(function).text);
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

// ----------------------------------------------------------------------------------- head

// One line of the totals, and where each column of it comes from.
typedef struct total_line {
    const char *label;
    const char *remark;
    uint64_t bytes;
    uint64_t blocks;
    double bytes_variance;  // 0: exact
    double blocks_variance;
} total_line;

static void write_total(const heaplens_report *r, const total_line *line)
{
    heaplens__sink_printf(
        r->sink, "  %-12s %s%20s bytes%s  %10s", line->label,
        heaplens__report_style(r, HEAPLENS_BOLD), heaplens__figure_count(line->bytes).text,
        heaplens__report_style(r, HEAPLENS_PLAIN), heaplens__figure_bytes(line->bytes).text);
    if (heaplens__report_is_estimated(r)) {
        heaplens__sink_printf(
            r->sink, "%-14s",
            heaplens__report_interval(line->bytes_variance, HEAPLENS_METRIC_TOTAL).text);
    }
    heaplens__sink_printf(
        r->sink, "  in %s%s %s%s\n", heaplens__figure_count(line->blocks).text,
        heaplens__report_interval(line->blocks_variance, HEAPLENS_METRIC_BLOCKS).text,
        line->blocks == 1 ? "block" : "blocks", line->remark);
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
    // At the heap's largest: resident memory often stays when blocks are gone.
    heaplens_point top = {0};
    for (size_t i = 0; i < r->process->point_count; i++) {
        const heaplens_point *const point = &r->process->points[i];
        top = point->bytes_live >= top.bytes_live && point->rss_bytes > 0 ? *point : top;
    }
    if (top.rss_bytes > 0 && top.bytes_live <= top.rss_bytes) {
        heaplens__sink_printf(r->sink, "; at the heap's peak live blocks explain %s%s",
                              heaplens__report_is_estimated(r) ? "an estimated " : "",
                              heaplens__figure_share(top.bytes_live, top.rss_bytes).text);
    }
    heaplens__sink_puts(r->sink, "\n");
}

// What the peak is the peak of.
static void describe_peak(const heaplens_report *r, char *remark, size_t cap)
{
    const heaplens_facts *const facts = &r->process->facts;
    remark[0] = '\0';
    if (r->process->part.peak_of == HEAPLENS_PEAK_OF_SCOPE) {
        (void)snprintf(remark, cap, ", the largest of one scope or pool");
    } else if (r->process->part.peak_of == HEAPLENS_PEAK_OF_PROCESS &&
               (facts->flags & HEAPLENS_PROCESS_COUNTED) == 0) {
        (void)snprintf(remark, cap, ", %s after the start",
                       heaplens__figure_time(facts->peak_ns).text);
    }
}

// Of a part, what it had at the process's peak is not a peak of its own.
static void write_whose_peak(const heaplens_report *r)
{
    const heaplens_facts *const facts = &r->process->facts;
    const uint64_t whole = r->process->part.whole->facts.bytes_peak;
    heaplens__sink_printf(
        r->sink, "  %-12s that is %s of the process's peak, %s, %s after the start\n", "",
        heaplens__figure_share(facts->bytes_peak, whole).text, heaplens__figure_bytes(whole).text,
        heaplens__figure_time(facts->peak_ns).text);
}

// A part's own peak has not been recorded; that of one call site has.
static void write_own_peak(const heaplens_report *r)
{
    if (r->process->site_count == 0 || heaplens__report_is_estimated(r)) {
        return;
    }
    const heaplens_peak_bounds bounds = heaplens_part_peak_bounds(r->process);
    if (bounds.least == bounds.most) {
        heaplens__sink_printf(r->sink, "  %-12s %20s bytes  %10s\n", "own peak",
                              heaplens__figure_count(bounds.least).text,
                              heaplens__figure_bytes(bounds.least).text);
    } else {
        heaplens__sink_printf(
            r->sink, "  %-12s between %s and %s, by the peaks of its call sites\n", "own peak",
            heaplens__figure_bytes(bounds.least).text, heaplens__figure_bytes(bounds.most).text);
    }
}

static void write_peak(const heaplens_report *r, const heaplens_estimate *spread)
{
    const heaplens_facts *const facts = &r->process->facts;
    const heaplens_peak_of peak_of = r->process->part.peak_of;
    if (peak_of == HEAPLENS_PEAK_OF_NOTHING) {
        heaplens__sink_printf(r->sink, "  %-12s not recorded of such a part\n", "peak");
        return;
    }
    char remark[160];
    describe_peak(r, remark, sizeof(remark));
    write_total(r, &(total_line){
                       .label = peak_of == HEAPLENS_PEAK_OF_WHOLE ? "at the peak" : "peak",
                       .remark = remark,
                       .bytes = facts->bytes_peak,
                       .blocks = facts->blocks_peak,
                       .bytes_variance = spread->bytes_gmax,
                       .blocks_variance = spread->blocks_gmax,
                   });
    if (peak_of == HEAPLENS_PEAK_OF_WHOLE) {
        write_whose_peak(r);
        write_own_peak(r);
    }
}

static void write_totals(const heaplens_report *r)
{
    const heaplens_facts *const facts = &r->process->facts;
    const bool is_part = r->process->part.whole != NULL;
    const heaplens_estimate spread = heaplens_process_estimate(r->process);
    write_peak(r, &spread);
    // The process's are counted in every mode; those of some of its call sites are not.
    write_total(r, &(total_line){
                       .label = "allocated",
                       .remark = " over the whole run",
                       .bytes = facts->bytes_total,
                       .blocks = facts->blocks_total,
                       .bytes_variance = is_part ? spread.bytes_total : 0,
                       .blocks_variance = is_part ? spread.blocks_total : 0,
                   });
    if (!heaplens_metric_is_known(r->process, HEAPLENS_METRIC_LEAKED)) {
        heaplens__sink_printf(r->sink, "  %-12s not recorded of such a part\n", "never freed");
        return;
    }
    write_total(r, &(total_line){
                       .label = r->process->part.peak_of == HEAPLENS_PEAK_OF_SCOPE ? "live at end"
                                                                                   : "never freed",
                       .remark = "",
                       .bytes = facts->bytes_end,
                       .blocks = facts->blocks_end,
                       .bytes_variance = spread.bytes_end,
                       .blocks_variance = spread.blocks_end,
                   });
    if (!is_part) {
        write_resident(r);
    }
}

// "1 block has", "2 blocks have": `one` and `several` are what stands behind the count.
static void write_note(const heaplens_report *r, uint64_t count, const char *one,
                       const char *several)
{
    if (count > 0) {
        heaplens__sink_printf(r->sink, "  note: %s %s\n", heaplens__figure_count(count).text,
                              count == 1 ? one : several);
    }
}

// What the figures do not say: everything that was cut, lost or seen only in part.
// How it was recorded, and what that means for every figure.
static void write_notes_of_mode(const heaplens_report *r)
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
            "from %s; +- is half a 95 %% interval\n",
            heaplens__figure_bytes(facts->sample_bytes).text,
            heaplens__figure_counted(facts->samples, "block", "blocks").text);
    }
    if ((facts->flags & HEAPLENS_PROCESS_THREADED) != 0) {
        heaplens__sink_printf(r->sink, "  note: %s allocated: peaks are within %s of the truth\n",
                              heaplens__figure_counted(facts->threads, "thread", "threads").text,
                              heaplens__figure_bytes(facts->peak_error_bytes).text);
    }
    if ((facts->flags & HEAPLENS_PROCESS_CUT) != 0) {
        heaplens__sink_printf(r->sink,
                              "  note: the recorder's store of %s was full; see "
                              "--store-max\n",
                              heaplens__figure_bytes(facts->store_bytes_max).text);
    }
}

static void write_notes_of_losses(const heaplens_report *r)
{
    const heaplens_facts *const facts = &r->process->facts;
    write_note(r, facts->allocations_cut, "block has no call site, for want of room",
               "blocks have no call site, for want of room");
    write_note(r, facts->operations_lost, "operation was not counted, for want of room",
               "operations were not counted, for want of room");
    write_note(r, facts->allocations_failed, "allocation failed", "allocations failed");
    write_note(r, facts->frees_unknown, "free of a block that was allocated before recording",
               "frees of blocks that were allocated before recording");
    write_note(r, facts->stacks_cut, "block has a call stack that was cut; see --depth",
               "blocks have a call stack that was cut; see --depth");
    write_note(r, facts->stacks_broken, "block has a call stack whose outer end was not found",
               "blocks have a call stack whose outer end was not found");
}

static void write_notes_of_names(const heaplens_report *r)
{
    size_t nameless = 0;
    for (size_t i = 0; i < r->process->location_count; i++) {
        nameless += r->process->locations[i].frame_count == 0 ? 1 : 0;
    }
    if (nameless > 0) {
        heaplens__sink_printf(
            r->sink,
            "  note: %s of %s have no symbol; debug symbols of the "
            "program, or DEBUGINFOD_URLS, give names\n",
            heaplens__figure_count(nameless).text,
            heaplens__figure_counted(r->process->location_count, "address", "addresses").text);
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
    heaplens__sink_printf(
        r->sink, "%s\n  process %u, recorded for %s, %s", heaplens__report_style(r, HEAPLENS_PLAIN),
        facts->pid, heaplens__figure_time(facts->duration_ns).text,
        heaplens__figure_counted(r->process->site_count, "call site", "call sites").text);
    const char *const host = name_of(r, facts->host);
    heaplens__sink_puts(r->sink, host[0] == '\0' ? "" : ", on ");
    heaplens__report_put(r, host);
    heaplens__sink_puts(r->sink, "\n\n");
    write_totals(r);
    write_notes_of_mode(r);
    write_notes_of_losses(r);
    write_notes_of_names(r);
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
    if (count < 2 || r->process->part.whole != NULL) {
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
        heaplens__report_timeline(&r);
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
