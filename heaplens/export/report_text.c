// SPDX-License-Identifier: MIT
// The report for people: totals, the answers in a sentence each, then the sites with their stacks.
#include "export/report_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/figure_text.h"
#include "export/frame_text.h"
#include "export/ranking_text.h"

enum {
    TOP_OF_ONE = 10,
    TOP_OF_SEVERAL = 5,
    NAME_COLUMNS = 36,  // of a frame's function, before its place
};

typedef struct report {
    heaplens_sink *sink;
    const heaplens_session *session;
    const heaplens_process *process;
    const heaplens_report_options *options;
} report;

static const char *name_of(const report *r, heaplens_name name)
{
    return heaplens__names_text(&r->session->names, name);
}

static const char *style(const report *r, const char *code)
{
    return r->options->has_color ? code : "";
}

#define BOLD  "\033[1m"
#define DIM   "\033[2m"
#define CYAN  "\033[36m"
#define PLAIN "\033[0m"

// Text of the profiled program can hold escape sequences: they must not reach the terminal.
static void put_safe(const report *r, const char *text)
{
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        heaplens__sink_put(r->sink, byte < 0x20 || byte == 0x7f ? "?" : text, 1);
    }
}

// ----------------------------------------------------------------------------------- head

static void write_total(const report *r, const char *label, uint64_t bytes, uint64_t blocks,
                        const char *remark)
{
    heaplens__sink_printf(r->sink, "  %-12s %s%20s bytes%s  %10s  in %s blocks%s\n", label,
                          style(r, BOLD), heaplens__figure_count(bytes).text, style(r, PLAIN),
                          heaplens__figure_bytes(bytes).text, heaplens__figure_count(blocks).text,
                          remark);
}

static void write_totals(const report *r)
{
    const heaplens_facts *const facts = &r->process->facts;
    char when[64];
    (void)snprintf(when, sizeof(when), ", %s after the start",
                   heaplens__figure_time(facts->peak_ns).text);
    write_total(r, "peak", facts->bytes_peak, facts->blocks_peak, when);
    write_total(r, "allocated", facts->bytes_total, facts->blocks_total, " over the whole run");
    write_total(r, "never freed", facts->bytes_end, facts->blocks_end, "");
}

static void write_note(const report *r, uint64_t count, const char *text)
{
    if (count > 0) {
        heaplens__sink_printf(r->sink, "  note: %s %s\n", heaplens__figure_count(count).text, text);
    }
}

// What the figures do not say: everything that was cut, lost or seen only in part.
static void write_notes(const report *r)
{
    const heaplens_facts *const facts = &r->process->facts;
    if ((facts->flags & HEAPLENS_PROCESS_UNFINISHED) != 0) {
        heaplens__sink_puts(r->sink, "  note: the process did not end by itself, or still runs: "
                                     "\"never freed\" is what was live when last heard of\n");
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
            put_safe(r, name_of(r, r->process->modules[i].path));
            heaplens__sink_puts(r->sink, "\n");
        }
    }
}

static void write_head(const report *r)
{
    const heaplens_facts *const facts = &r->process->facts;
    heaplens__sink_puts(r->sink, style(r, BOLD));
    put_safe(r, name_of(r, facts->command));
    heaplens__sink_printf(r->sink, "%s\n  process %u, recorded for %s, %s call sites",
                          style(r, PLAIN), facts->pid,
                          heaplens__figure_time(facts->duration_ns).text,
                          heaplens__figure_count(r->process->site_count).text);
    const char *const host = name_of(r, facts->host);
    heaplens__sink_puts(r->sink, host[0] == '\0' ? "" : ", on ");
    put_safe(r, host);
    heaplens__sink_puts(r->sink, "\n\n");
    write_totals(r);
    write_notes(r);
}

static void write_process_list(const report *r)
{
    if (r->session->process_count < 2) {
        return;
    }
    heaplens__sink_printf(r->sink, "\n%sProcesses%s (--process PID shows another one)\n",
                          style(r, BOLD), style(r, PLAIN));
    heaplens__sink_printf(r->sink, "  %8s %8s  %10s  %10s  %10s\n", "pid", "parent", "peak",
                          "allocated", "never freed");
    for (size_t i = 0; i < r->session->process_count; i++) {
        const heaplens_process *const process = &r->session->processes[i];
        const heaplens_facts *const facts = &process->facts;
        heaplens__sink_printf(r->sink, "%c %8u %8u  %10s  %10s  %11s  ",
                              process == r->process ? '>' : ' ', facts->pid, facts->parent_pid,
                              heaplens__figure_bytes(facts->bytes_peak).text,
                              heaplens__figure_bytes(facts->bytes_total).text,
                              heaplens__figure_bytes(facts->bytes_end).text);
        put_safe(r, name_of(r, facts->command));
        heaplens__sink_puts(r->sink, "\n");
    }
}

// --------------------------------------------------------------------------------- stacks

// Where no name is known, the place in the file, as addr2line and objdump take it.
static void describe_nameless(const report *r, const heaplens_location *location, char *text,
                              size_t cap)
{
    if (location->address == 0) {
        (void)snprintf(text, cap, "(outer frames were cut)");
    } else if (location->module == HEAPLENS_MODULE_NONE) {
        (void)snprintf(text, cap, "0x%llx", (unsigned long long)location->address);
    } else {
        const uint64_t bias = r->process->modules[location->module].bias;
        (void)snprintf(text, cap, "+0x%llx", (unsigned long long)(location->address - bias));
    }
}

// "function                file.c:12  [module]", the place on a line of its own if it does not fit.
static void write_frame(const report *r, const heaplens_location *location, uint32_t index)
{
    heaplens_frame frame = {0};
    if (index < location->frame_count) {
        frame = r->process->frames[location->frame_first + index];
    }
    char nameless[64];
    const char *function = name_of(r, frame.function);
    const char *const module =
        heaplens__path_base(heaplens__location_module(r->session, r->process, location));
    if (function[0] == '\0') {
        describe_nameless(r, location, nameless, sizeof(nameless));
        function = nameless;
    }
    const char *const file = heaplens__path_base(name_of(r, frame.file));
    char line[16] = "";
    if (file[0] != '\0') {
        (void)snprintf(line, sizeof(line), ":%u", frame.line);
    }

    const size_t columns = strlen(function);
    const size_t shown = columns < NAME_COLUMNS ? NAME_COLUMNS : columns;
    const size_t needed = 6 + shown + 2 + strlen(file) + strlen(line) + 3 + strlen(module);
    heaplens__sink_printf(r->sink, "      %s", style(r, CYAN));
    put_safe(r, function);
    heaplens__sink_puts(r->sink, style(r, PLAIN));
    if (r->options->width > 0 && needed > r->options->width) {
        heaplens__sink_puts(r->sink, "\n          ");
    } else {
        heaplens__sink_printf(r->sink, "%*s", (int)(shown - columns + 2), "");
    }
    put_safe(r, file);
    heaplens__sink_puts(r->sink, line);
    if (module[0] != '\0') {
        heaplens__sink_printf(r->sink, "%s%s[", file[0] == '\0' ? "" : "  ", style(r, DIM));
        put_safe(r, module);
        heaplens__sink_printf(r->sink, "]%s", style(r, PLAIN));
    }
    heaplens__sink_puts(r->sink, "\n");
}

static void write_stack(const report *r, uint32_t node)
{
    if (node == HEAPLENS_NODE_ROOT) {
        heaplens__sink_puts(r->sink, "      (no call stack)\n");
    }
    for (; node != HEAPLENS_NODE_ROOT; node = r->process->nodes[node].parent) {
        const heaplens_location *const location =
            &r->process->locations[r->process->nodes[node].location];
        const uint32_t frames = location->frame_count == 0 ? 1 : location->frame_count;
        for (uint32_t f = 0; f < frames; f++) {
            write_frame(r, location, f);
        }
    }
}

// The innermost function of a site that has a name.
static const char *site_name(const report *r, const heaplens_site *site)
{
    for (uint32_t node = site->stack; node != HEAPLENS_NODE_ROOT;
         node = r->process->nodes[node].parent) {
        const heaplens_location *const location =
            &r->process->locations[r->process->nodes[node].location];
        for (uint32_t f = 0; f < location->frame_count; f++) {
            const heaplens_name function = r->process->frames[location->frame_first + f].function;
            if (function != HEAPLENS_NAME_NONE) {
                return name_of(r, function);
            }
        }
    }
    return "code without symbols";
}

// ------------------------------------------------------------------------------- rankings

static void write_value(const report *r, const heaplens_site *site, heaplens_metric metric)
{
    const uint64_t value = heaplens_site_value(site, metric);
    const char *const bold = style(r, BOLD);
    const char *const plain = style(r, PLAIN);
    switch (metric) {
    case HEAPLENS_METRIC_PEAK:
    case HEAPLENS_METRIC_TOTAL:
    case HEAPLENS_METRIC_LEAKED:
        heaplens__sink_printf(
            r->sink, "%s%s bytes%s (%s)", bold, heaplens__figure_count(value).text, plain,
            heaplens__figure_share(value, heaplens__ranking_whole(r->process, metric)).text);
        return;
    case HEAPLENS_METRIC_BLOCKS:
    case HEAPLENS_METRIC_TEMPORARY:
        heaplens__sink_printf(
            r->sink, "%s%s blocks%s (%s)", bold, heaplens__figure_count(value).text, plain,
            heaplens__figure_share(value, heaplens__ranking_whole(r->process, metric)).text);
        return;
    case HEAPLENS_METRIC_LIFETIME:
        heaplens__sink_printf(r->sink, "%s%s%s", bold, heaplens__figure_time(value).text, plain);
        return;
    }
}

static void write_site(const report *r, size_t rank, const heaplens_site *site,
                       heaplens_metric metric)
{
    const uint64_t blocks = site->blocks_total == 0 ? 1 : site->blocks_total;
    heaplens__sink_printf(r->sink, "\n%4zu. ", rank);
    write_value(r, site, metric);
    heaplens__sink_printf(r->sink,
                          "\n      peak %s in %s, total %s in %s, never freed %s in %s blocks\n",
                          heaplens__figure_bytes(site->bytes_gmax).text,
                          heaplens__figure_count(site->blocks_gmax).text,
                          heaplens__figure_bytes(site->bytes_total).text,
                          heaplens__figure_count(site->blocks_total).text,
                          heaplens__figure_bytes(site->bytes_end).text,
                          heaplens__figure_count(site->blocks_end).text);
    heaplens__sink_printf(r->sink, "      mean block %s, mean lifetime %s, temporary %s",
                          heaplens__figure_bytes(site->bytes_total / blocks).text,
                          heaplens__figure_time(site->lifetime_ns / blocks).text,
                          heaplens__figure_share(site->blocks_temporary, blocks).text);
    if (site->reallocs > 0) {
        heaplens__sink_printf(r->sink, ", %s reallocs copied %s",
                              heaplens__figure_count(site->reallocs).text,
                              heaplens__figure_bytes(site->bytes_copied).text);
    }
    heaplens__sink_puts(r->sink, "\n");
    write_stack(r, site->stack);
}

static heaplens_status write_ranking(const report *r, heaplens_metric metric, size_t top)
{
    uint32_t *sites = NULL;
    size_t count = 0;
    const heaplens_status status = heaplens_sites_rank(r->process, metric, &sites, &count);
    if (status != HEAPLENS_OK) {
        return status;
    }
    const size_t shown = count < top ? count : top;
    heaplens__sink_printf(r->sink, "\n%s%s%s", style(r, BOLD), heaplens__ranking_title(metric),
                          style(r, PLAIN));
    if (count == 0) {
        heaplens__sink_puts(r->sink, ": nothing\n");
    } else {
        heaplens__sink_printf(r->sink, " (%zu of %s sites)\n", shown,
                              heaplens__figure_count(count).text);
    }
    for (size_t i = 0; i < shown; i++) {
        write_site(r, i + 1, &r->process->sites[sites[i]], metric);
    }
    free(sites);
    return HEAPLENS_OK;
}

// One sentence: the largest site's share of a metric.
static heaplens_status write_answer(const report *r, const char *question, heaplens_metric metric)
{
    uint32_t *sites = NULL;
    size_t count = 0;
    const heaplens_status status = heaplens_sites_rank(r->process, metric, &sites, &count);
    if (status != HEAPLENS_OK) {
        return status;
    }
    heaplens__sink_printf(r->sink, "  %-24s ", question);
    if (count == 0) {
        heaplens__sink_puts(r->sink, "nothing\n");
    } else {
        const heaplens_site *const site = &r->process->sites[sites[0]];
        write_value(r, site, metric);
        heaplens__sink_puts(r->sink, " from ");
        put_safe(r, site_name(r, site));
        heaplens__sink_puts(r->sink, "\n");
    }
    free(sites);
    return HEAPLENS_OK;
}

static const heaplens_metric questions[] = {
    HEAPLENS_METRIC_PEAK,
    HEAPLENS_METRIC_TOTAL,
    HEAPLENS_METRIC_LEAKED,
    HEAPLENS_METRIC_TEMPORARY,
};

static heaplens_status write_answers(const report *r)
{
    static const char *const words[] = {"most at the peak", "most allocated", "most never freed",
                                        "most churn"};
    heaplens_status status = HEAPLENS_OK;
    heaplens__sink_printf(r->sink, "\n%sIn short%s\n", style(r, BOLD), style(r, PLAIN));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && status == HEAPLENS_OK; i++) {
        status = write_answer(r, words[i], questions[i]);
    }
    return status;
}

heaplens_status heaplens_write_text(heaplens_sink *sink, const heaplens_session *session,
                                    const heaplens_process *process,
                                    const heaplens_report_options *options)
{
    const report r = {sink, session, process, options};
    write_head(&r);
    write_process_list(&r);
    heaplens_status status = write_answers(&r);
    if (status == HEAPLENS_OK && options->has_metric) {
        status = write_ranking(&r, options->metric, options->top == 0 ? TOP_OF_ONE : options->top);
    }
    for (size_t i = 0; status == HEAPLENS_OK && !options->has_metric &&
                       i < sizeof(questions) / sizeof(questions[0]);
         i++) {
        status = write_ranking(&r, questions[i], options->top == 0 ? TOP_OF_SEVERAL : options->top);
    }
    const heaplens_status flushed = heaplens__sink_flush(sink);
    return status == HEAPLENS_OK ? flushed : status;
}
