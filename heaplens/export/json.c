// SPDX-License-Identifier: MIT
// heaplens's own JSON, version 1: docs/format/json.md. Most of it is structs whose members are keys;
// which ones is written down in the tables below.
#include "export/json.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "export/finding_text.h"

typedef enum json_kind { JSON_U64, JSON_U32, JSON_F64, JSON_NAME } json_kind;

/** One key, and where its value is in a struct. */
typedef struct json_field {
    const char *key;
    size_t offset;
    json_kind kind;
} json_field;

#define U64(type, key, member)                \
    {                                         \
        key, offsetof(type, member), JSON_U64 \
    }
#define U32(type, key, member)                \
    {                                         \
        key, offsetof(type, member), JSON_U32 \
    }
#define F64(type, key, member)                \
    {                                         \
        key, offsetof(type, member), JSON_F64 \
    }
#define NAME(type, key, member)                \
    {                                          \
        key, offsetof(type, member), JSON_NAME \
    }
#define COUNT(fields) (sizeof(fields) / sizeof((fields)[0]))

static const json_field process_fields[] = {
    U32(heaplens_facts, "pid", pid),
    U32(heaplens_facts, "parent_pid", parent_pid),
    NAME(heaplens_facts, "command", command),
    NAME(heaplens_facts, "executable", executable),
    NAME(heaplens_facts, "folder", folder),
    NAME(heaplens_facts, "host", host),
    U64(heaplens_facts, "start_unix_ns", start_unix_ns),
    U64(heaplens_facts, "duration_ns", duration_ns),
    U64(heaplens_facts, "peak_ns", peak_ns),
    U64(heaplens_facts, "rss_peak_bytes", rss_peak_bytes),
    U64(heaplens_facts, "rss_end_bytes", rss_end_bytes),
    U64(heaplens_facts, "samples", samples),
    U64(heaplens_facts, "sample_bytes", sample_bytes),
    U32(heaplens_facts, "threads", threads),
    U32(heaplens_facts, "depth_max", depth_max),
};

static const json_field total_fields[] = {
    U64(heaplens_facts, "bytes_total", bytes_total),
    U64(heaplens_facts, "blocks_total", blocks_total),
    U64(heaplens_facts, "bytes_at_peak", bytes_peak),
    U64(heaplens_facts, "blocks_at_peak", blocks_peak),
    U64(heaplens_facts, "bytes_at_end", bytes_end),
    U64(heaplens_facts, "blocks_at_end", blocks_end),
    U64(heaplens_facts, "bytes_usable_at_end", bytes_usable_end),
    U64(heaplens_facts, "overflows", overflows),
    U64(heaplens_facts, "peak_error_bytes", peak_error_bytes),
};

static const json_field loss_fields[] = {
    U64(heaplens_facts, "frees_unknown", frees_unknown),
    U64(heaplens_facts, "frees_inherited", frees_inherited),
    U64(heaplens_facts, "allocations_failed", allocations_failed),
    U64(heaplens_facts, "allocations_cut", allocations_cut),
    U64(heaplens_facts, "operations_lost", operations_lost),
    U64(heaplens_facts, "stacks_cut", stacks_cut),
    U64(heaplens_facts, "stacks_broken", stacks_broken),
    U64(heaplens_facts, "store_bytes_max", store_bytes_max),
};

static const json_field session_fields[] = {
    U32(heaplens_facts, "pid", pid),
    U32(heaplens_facts, "parent_pid", parent_pid),
    NAME(heaplens_facts, "command", command),
    U64(heaplens_facts, "bytes_total", bytes_total),
    U64(heaplens_facts, "bytes_at_peak", bytes_peak),
    U64(heaplens_facts, "bytes_at_end", bytes_end),
};

static const json_field module_fields[] = {
    NAME(heaplens_module, "path", path),
    NAME(heaplens_module, "build_id", build_id),
};

static const json_field site_fields[] = {
    U64(heaplens_site, "bytes_total", bytes_total),
    U64(heaplens_site, "blocks_total", blocks_total),
    U64(heaplens_site, "bytes_at_peak", bytes_gmax),
    U64(heaplens_site, "blocks_at_peak", blocks_gmax),
    U64(heaplens_site, "bytes_at_end", bytes_end),
    U64(heaplens_site, "blocks_at_end", blocks_end),
    U64(heaplens_site, "bytes_own_peak", bytes_peak),
    U64(heaplens_site, "blocks_own_peak", blocks_peak),
    U64(heaplens_site, "blocks_temporary", blocks_temporary),
    U64(heaplens_site, "blocks_short", blocks_short),
    U64(heaplens_site, "blocks_zero", blocks_zero),
    U64(heaplens_site, "reallocs", reallocs),
    U64(heaplens_site, "bytes_copied", bytes_copied),
    U64(heaplens_site, "bytes_rounding", bytes_rounding),
    U64(heaplens_site, "lifetime_ns", lifetime_ns),
    U64(heaplens_site, "lifetime_bytes", lifetime_bytes),
    U64(heaplens_site, "lifetime_max_bytes", lifetime_max_bytes),
    U64(heaplens_site, "lifetime_max_ns", lifetime_max_ns),
    U64(heaplens_site, "first_ns", first_ns),
    U64(heaplens_site, "last_ns", last_ns),
    U32(heaplens_site, "threads", threads),
};

static const json_field moment_fields[] = {
    NAME(heaplens_moment, "label", label),
    U64(heaplens_moment, "time_ns", time_ns),
    U64(heaplens_moment, "bytes_live", bytes_live),
    U64(heaplens_moment, "blocks_live", blocks_live),
    U64(heaplens_moment, "bytes_peak", bytes_peak),
    U64(heaplens_moment, "blocks_peak", blocks_peak),
    U64(heaplens_moment, "bytes_total", bytes_total),
    U64(heaplens_moment, "blocks_total", blocks_total),
};

static const json_field site_size_fields[] = {
    U32(heaplens_site_size, "site", site),
    U32(heaplens_site_size, "size", size_class),
    U64(heaplens_site_size, "blocks", blocks),
};

static const json_field estimate_fields[] = {
    U32(heaplens_estimate, "site", site),
    U64(heaplens_estimate, "samples", samples),
    F64(heaplens_estimate, "bytes_total", bytes_total),
    F64(heaplens_estimate, "blocks_total", blocks_total),
    F64(heaplens_estimate, "bytes_at_peak", bytes_gmax),
    F64(heaplens_estimate, "blocks_at_peak", blocks_gmax),
    F64(heaplens_estimate, "bytes_at_end", bytes_end),
    F64(heaplens_estimate, "blocks_at_end", blocks_end),
    F64(heaplens_estimate, "bytes_own_peak", bytes_peak),
    F64(heaplens_estimate, "blocks_own_peak", blocks_peak),
};

static const json_field point_fields[] = {
    U64(heaplens_point, "time_ns", time_ns),
    U64(heaplens_point, "bytes_total", bytes_total),
    U64(heaplens_point, "bytes_live", bytes_live),
    U64(heaplens_point, "blocks_live", blocks_live),
    U64(heaplens_point, "bytes_usable", bytes_usable),
    U64(heaplens_point, "rss_bytes", rss_bytes),
};

static const json_field overflow_fields[] = {
    U32(heaplens_overflow, "site", site),
    U64(heaplens_overflow, "count", count),
    U64(heaplens_overflow, "size_bytes", size_bytes),
    U64(heaplens_overflow, "bytes_behind", bytes_behind),
    U64(heaplens_overflow, "time_ns", time_ns),
    U32(heaplens_overflow, "tid", tid),
};

static const json_field scope_fields[] = {
    NAME(heaplens_scope_total, "label", label),
    U64(heaplens_scope_total, "scopes", scopes),
    U64(heaplens_scope_total, "inexact", inexact),
    U64(heaplens_scope_total, "bytes_total", bytes_total),
    U64(heaplens_scope_total, "blocks_total", blocks_total),
    U64(heaplens_scope_total, "bytes_freed", bytes_freed),
    U64(heaplens_scope_total, "blocks_freed", blocks_freed),
    U64(heaplens_scope_total, "bytes_live", bytes_live),
    U64(heaplens_scope_total, "blocks_live", blocks_live),
    U64(heaplens_scope_total, "bytes_peak", bytes_peak),
    U64(heaplens_scope_total, "blocks_peak", blocks_peak),
    U64(heaplens_scope_total, "blocks_temporary", blocks_temporary),
    U64(heaplens_scope_total, "reallocs", reallocs),
};

static const json_field scope_site_fields[] = {
    U32(heaplens_scope_site, "scope", scope),
    U32(heaplens_scope_site, "site", site),
    U64(heaplens_scope_site, "bytes_total", bytes_total),
    U64(heaplens_scope_site, "blocks_total", blocks_total),
    U64(heaplens_scope_site, "bytes_live", bytes_live),
    U64(heaplens_scope_site, "blocks_live", blocks_live),
    U64(heaplens_scope_site, "bytes_peak", bytes_peak),
};

static const json_field thread_fields[] = {
    U32(heaplens_thread, "tid", tid),
    U32(heaplens_thread, "threads", threads),
    U64(heaplens_thread, "bytes_total", bytes_total),
    U64(heaplens_thread, "blocks_total", blocks_total),
};

static const json_field thread_site_fields[] = {
    U32(heaplens_thread_site, "thread", thread),
    U32(heaplens_thread_site, "site", site),
    U64(heaplens_thread_site, "bytes_total", bytes_total),
    U64(heaplens_thread_site, "blocks_total", blocks_total),
};

typedef struct json_writer {
    heaplens_sink *sink;
    const heaplens_session *session;
    const heaplens_process *process;
} json_writer;

// --------------------------------------------------------------------------------- pieces

static void put_number(const json_writer *w, const char *key, uint64_t value)
{
    heaplens__sink_printf(w->sink, "\"%s\":%llu", key, (unsigned long long)value);
}

static void put_address(const json_writer *w, const char *key, uint64_t value)
{
    heaplens__sink_printf(w->sink, "\"%s\":\"0x%llx\"", key, (unsigned long long)value);
}

static void put_text(const json_writer *w, const char *key, const char *text)
{
    heaplens__sink_printf(w->sink, "\"%s\":", key);
    heaplens__sink_json(w->sink, text);
}

static void put_truth(const json_writer *w, const char *key, bool truth)
{
    heaplens__sink_printf(w->sink, "\"%s\":%s", key, truth ? "true" : "false");
}

static void put_comma(const json_writer *w)
{
    heaplens__sink_put(w->sink, ",", 1);
}

// Keys and values of a struct, without braces.
static void put_fields(const json_writer *w, const json_field *fields, size_t count,
                       const void *object)
{
    for (size_t i = 0; i < count; i++) {
        const char *const at = (const char *)object + fields[i].offset;
        uint64_t wide = 0;
        uint32_t narrow = 0;
        double real = 0;
        if (i > 0) {
            put_comma(w);
        }
        switch (fields[i].kind) {
        case JSON_U64:
            memcpy(&wide, at, sizeof(wide));
            put_number(w, fields[i].key, wide);
            break;
        case JSON_U32:
            memcpy(&narrow, at, sizeof(narrow));
            put_number(w, fields[i].key, narrow);
            break;
        case JSON_F64:
            memcpy(&real, at, sizeof(real));
            heaplens__sink_printf(w->sink, "\"%s\":%.17g", fields[i].key, real);
            break;
        case JSON_NAME:
            memcpy(&narrow, at, sizeof(narrow));
            put_text(w, fields[i].key, heaplens__names_text(&w->session->names, narrow));
            break;
        }
    }
}

typedef void row_writer(const json_writer *w, size_t index);

// "key":[ rows, one a line ]
static void put_rows(const json_writer *w, const char *key, size_t count, row_writer *write_row)
{
    heaplens__sink_printf(w->sink, ",\n\"%s\":[", key);
    for (size_t i = 0; i < count; i++) {
        heaplens__sink_puts(w->sink, i == 0 ? "\n{" : ",\n{");
        write_row(w, i);
        heaplens__sink_puts(w->sink, "}");
    }
    heaplens__sink_puts(w->sink, "]");
}

// ------------------------------------------------------------------------ parts of the file

static const char *mode_text(uint32_t mode)
{
    switch ((heaplens_mode)mode) {
    case HEAPLENS_MODE_OFF: return "off";
    case HEAPLENS_MODE_COUNT: return "count";
    case HEAPLENS_MODE_FULL: return "full";
    case HEAPLENS_MODE_SAMPLE: return "sample";
    }
    return "unknown";
}

// Which part of a process this is about, by what is not known of it.
static void write_part(const json_writer *w)
{
    put_text(w, "peak_of", heaplens_peak_of_name(w->process->part.peak_of));
    heaplens__sink_puts(w->sink, ",\"not_recorded\":[");
    const char *between = "";
    for (int i = 0; i < HEAPLENS_METRIC_COUNT; i++) {
        if (!heaplens_metric_is_known(w->process, (heaplens_metric)i)) {
            heaplens__sink_printf(w->sink, "%s\"%s\"", between,
                                  heaplens_metric_name((heaplens_metric)i));
            between = ",";
        }
    }
    heaplens__sink_puts(w->sink, "]");
}

static void write_process(const json_writer *w)
{
    const heaplens_facts *const facts = &w->process->facts;
    heaplens__sink_puts(w->sink, ",\n\"process\":{");
    put_fields(w, process_fields, COUNT(process_fields), facts);
    put_comma(w);
    put_text(w, "mode", mode_text(facts->mode));
    put_comma(w);
    put_truth(w, "is_finished", (facts->flags & HEAPLENS_PROCESS_UNFINISHED) == 0);
    put_comma(w);
    put_truth(w, "is_counted", (facts->flags & HEAPLENS_PROCESS_COUNTED) != 0);
    put_comma(w);
    put_truth(w, "is_sampled", (facts->flags & HEAPLENS_PROCESS_SAMPLED) != 0);
    put_comma(w);
    write_part(w);
    heaplens__sink_puts(w->sink, "},\n\"totals\":{");
    put_fields(w, total_fields, COUNT(total_fields), facts);
    put_comma(w);
    put_truth(w, "is_peak_exact", (facts->flags & HEAPLENS_PROCESS_THREADED) == 0);
    heaplens__sink_puts(w->sink, "},\n\"losses\":{");
    put_fields(w, loss_fields, COUNT(loss_fields), facts);
    put_comma(w);
    put_truth(w, "is_store_full", (facts->flags & HEAPLENS_PROCESS_CUT) != 0);
    heaplens__sink_puts(w->sink, "}");
}

static void write_session_row(const json_writer *w, size_t index)
{
    put_fields(w, session_fields, COUNT(session_fields), &w->session->processes[index].facts);
}

static const char *symbols_text(uint32_t symbols)
{
    switch ((heaplens_symbols)symbols) {
    case HEAPLENS_SYMBOLS_PENDING: return "pending";
    case HEAPLENS_SYMBOLS_LINES: return "lines";
    case HEAPLENS_SYMBOLS_NAMES: return "names";
    case HEAPLENS_SYMBOLS_MISSING: return "missing";
    case HEAPLENS_SYMBOLS_CHANGED: return "changed";
    }
    return "pending";
}

static void write_module(const json_writer *w, size_t index)
{
    const heaplens_module *const module = &w->process->modules[index];
    put_fields(w, module_fields, COUNT(module_fields), module);
    put_comma(w);
    put_text(w, "symbols", symbols_text(module->symbols));
    put_comma(w);
    put_address(w, "start", module->start);
    put_comma(w);
    put_address(w, "end", module->end);
    put_comma(w);
    put_address(w, "bias", module->bias);
}

static void write_frame(const json_writer *w, const heaplens_frame *frame)
{
    heaplens__sink_puts(w->sink, "{");
    put_text(w, "function", heaplens__names_text(&w->session->names, frame->function));
    if (frame->file != HEAPLENS_NAME_NONE) {
        put_comma(w);
        put_text(w, "file", heaplens__names_text(&w->session->names, frame->file));
        put_comma(w);
        put_number(w, "line", frame->line);
    }
    heaplens__sink_puts(w->sink, "}");
}

static void write_location(const json_writer *w, size_t index)
{
    const heaplens_location *const location = &w->process->locations[index];
    put_address(w, "address", location->address);
    if (location->module != HEAPLENS_MODULE_NONE) {
        put_comma(w);
        put_number(w, "module", location->module);
    }
    heaplens__sink_puts(w->sink, ",\"frames\":[");
    for (uint32_t f = 0; f < location->frame_count; f++) {
        heaplens__sink_puts(w->sink, f == 0 ? "" : ",");
        write_frame(w, &w->process->frames[location->frame_first + f]);
    }
    heaplens__sink_puts(w->sink, "]");
}

static void write_site(const json_writer *w, size_t index)
{
    const heaplens_site *const site = &w->process->sites[index];
    const char *comma = "";
    put_fields(w, site_fields, COUNT(site_fields), site);
    heaplens__sink_puts(w->sink, ",\"stack\":[");
    for (uint32_t node = site->stack; node != HEAPLENS_NODE_ROOT;
         node = w->process->nodes[node].parent) {
        heaplens__sink_printf(w->sink, "%s%u", comma, w->process->nodes[node].location);
        comma = ",";
    }
    heaplens__sink_puts(w->sink, "]");
}

// kind: heaplens_scope_total.kind, in the order of heaplens_store_scope_kind
static void write_scope(const json_writer *w, size_t index)
{
    static const char *const kinds[] = {"thread", "process", "pool"};
    const heaplens_scope_total *const scope = &w->process->scopes[index];
    put_fields(w, scope_fields, COUNT(scope_fields), scope);
    put_comma(w);
    put_text(w, "kind", scope->kind < COUNT(kinds) ? kinds[scope->kind] : "unknown");
}

// A row writer of a table whose items are fields and nothing else.
#define PLAIN_ROWS(write_row, items, fields)                             \
    static void write_row(const json_writer *w, size_t index)            \
    {                                                                    \
        put_fields(w, fields, COUNT(fields), &w->process->items[index]); \
    }

PLAIN_ROWS(write_moment, moments, moment_fields)
PLAIN_ROWS(write_site_size, site_sizes, site_size_fields)
PLAIN_ROWS(write_estimate, estimates, estimate_fields)
PLAIN_ROWS(write_point, points, point_fields)
PLAIN_ROWS(write_overflow, overflows, overflow_fields)
PLAIN_ROWS(write_scope_site, scope_sites, scope_site_fields)
PLAIN_ROWS(write_thread, threads, thread_fields)
PLAIN_ROWS(write_thread_site, thread_sites, thread_site_fields)

// Class c > 0 holds [2^(c - 1), 2^c); class 0 holds zero bytes.
static void write_size(const json_writer *w, size_t index)
{
    const uint64_t least = index == 0 ? 0 : UINT64_C(1) << (index - 1);
    put_number(w, "bytes_min", least);
    put_comma(w);
    put_number(w, "bytes_max", index == 0 ? 0 : 2 * least - 1);
    put_comma(w);
    put_number(w, "blocks", w->process->sizes[index].blocks);
}

static void write_finding(const json_writer *w, const heaplens_finding *finding)
{
    const heaplens_finding_words words = heaplens_finding_explain(w->session, w->process, finding);
    heaplens__sink_puts(w->sink, "{");
    put_text(w, "kind", heaplens_finding_name(finding->kind));
    put_comma(w);
    put_number(w, "site", finding->site);
    put_comma(w);
    put_text(w, "function", heaplens__names_text(&w->session->names, finding->function));
    heaplens__sink_printf(w->sink, ",\"share\":%.6g,\"share_interval\":%.6g,", finding->weight,
                          finding->weight_interval);
    put_text(w, "text", words.text);
    heaplens__sink_puts(w->sink, "}");
}

static heaplens_status write_findings(const json_writer *w)
{
    heaplens_finding *findings = NULL;
    size_t count = 0;
    const heaplens_status status = heaplens_findings(w->session, w->process, &findings, &count);
    if (status != HEAPLENS_OK) {
        return status;
    }
    heaplens__sink_puts(w->sink, ",\n\"findings\":[");
    for (size_t i = 0; i < count; i++) {
        heaplens__sink_puts(w->sink, i == 0 ? "\n" : ",\n");
        write_finding(w, &findings[i]);
    }
    heaplens__sink_puts(w->sink, "]");
    free(findings);
    return HEAPLENS_OK;
}

heaplens_status heaplens_write_json(heaplens_sink *sink, const heaplens_session *session,
                                    const heaplens_process *process)
{
    const json_writer w = {sink, session, process};
    heaplens__sink_puts(sink, "{\"format\":\"heaplens-profile\",\"version\":1");
    write_process(&w);
    put_rows(&w, "session", session->process_count, write_session_row);
    put_rows(&w, "modules", process->module_count, write_module);
    put_rows(&w, "locations", process->location_count, write_location);
    put_rows(&w, "sites", process->site_count, write_site);
    put_rows(&w, "moments", process->moment_count, write_moment);
    put_rows(&w, "sizes", process->size_count, write_size);
    put_rows(&w, "site_sizes", process->site_size_count, write_site_size);
    put_rows(&w, "timeline", process->point_count, write_point);
    put_rows(&w, "threads", process->thread_count, write_thread);
    put_rows(&w, "thread_sites", process->thread_site_count, write_thread_site);
    put_rows(&w, "scopes", process->scope_count, write_scope);
    put_rows(&w, "scope_sites", process->scope_site_count, write_scope_site);
    put_rows(&w, "overflows", process->overflow_count, write_overflow);
    put_rows(&w, "variances", process->estimate_count, write_estimate);
    const heaplens_status status = write_findings(&w);
    heaplens__sink_puts(sink, "}\n");
    const heaplens_status flushed = heaplens__sink_flush(sink);
    return status == HEAPLENS_OK ? flushed : status;
}
