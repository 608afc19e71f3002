// SPDX-License-Identifier: MIT
// The model as it is, each table as columns, which browsers parse fastest; docs/format/html.md.
#include "export/html_data.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/finding_text.h"
#include "profile/array.h"
#include "profile/responsible.h"

// How the page's reader takes the data apart; raised when an older page could not read them.
enum { DATA_VERSION = 1 };

typedef enum column_kind {
    COLUMN_NUMBER,
    COLUMN_NAME,     // as an index of the page's list of names
    COLUMN_TEXT,     // a name as itself: for those that are few
    COLUMN_REAL,     // a double
    COLUMN_ADDRESS,  // as hexadecimal text: a double cannot hold every address
} column_kind;

typedef struct column {
    const char *key;
    uint32_t offset;
    uint32_t bytes;
    column_kind kind;
} column;

typedef struct column_table {
    const char *key;
    const column *columns;
    size_t column_count;
    size_t item_bytes;
    size_t items_at;  // of the array's pointer in heaplens_process
    size_t count_at;
} column_table;

#define COLUMN(type, member, kind)                                           \
    {                                                                        \
#member, offsetof(type, member), sizeof(((type *)0)->member), (kind) \
    }
#define NUMBER(type, member)  COLUMN(heaplens_##type, member, COLUMN_NUMBER)
#define NAME(type, member)    COLUMN(heaplens_##type, member, COLUMN_NAME)
#define TEXT(type, member)    COLUMN(heaplens_##type, member, COLUMN_TEXT)
#define REAL(type, member)    COLUMN(heaplens_##type, member, COLUMN_REAL)
#define ADDRESS(type, member) COLUMN(heaplens_##type, member, COLUMN_ADDRESS)

static const column fact_columns[] = {
    NUMBER(facts, start_unix_ns),
    NUMBER(facts, duration_ns),
    NUMBER(facts, peak_ns),
    NUMBER(facts, bytes_total),
    NUMBER(facts, blocks_total),
    NUMBER(facts, bytes_peak),
    NUMBER(facts, blocks_peak),
    NUMBER(facts, bytes_end),
    NUMBER(facts, blocks_end),
    NUMBER(facts, peak_error_bytes),
    NUMBER(facts, frees_unknown),
    NUMBER(facts, allocations_failed),
    NUMBER(facts, allocations_cut),
    NUMBER(facts, operations_lost),
    NUMBER(facts, stacks_cut),
    NUMBER(facts, stacks_broken),
    NUMBER(facts, store_bytes_max),
    NUMBER(facts, rss_peak_bytes),
    NUMBER(facts, rss_end_bytes),
    NUMBER(facts, bytes_usable_end),
    NUMBER(facts, frees_inherited),
    NUMBER(facts, overflows),
    NUMBER(facts, samples),
    NUMBER(facts, sample_bytes),
    NUMBER(facts, pid),
    NUMBER(facts, parent_pid),
    NUMBER(facts, mode),
    NUMBER(facts, depth_max),
    NUMBER(facts, threads),
    NUMBER(facts, flags),
    TEXT(facts, command),
    TEXT(facts, executable),
    TEXT(facts, folder),
    TEXT(facts, host),
};
static const column module_columns[] = {
    ADDRESS(module, bias),
    NAME(module, path),
    NAME(module, build_id),
    NUMBER(module, symbols),
};
static const column frame_columns[] = {
    NAME(frame, function),
    NAME(frame, file),
    NUMBER(frame, line),
};
static const column location_columns[] = {
    ADDRESS(location, address),
    NUMBER(location, module),
    NUMBER(location, frame_first),
    NUMBER(location, frame_count),
};
static const column node_columns[] = {
    NUMBER(node, parent),
    NUMBER(node, location),
};
static const column site_columns[] = {
    NUMBER(site, bytes_total),  NUMBER(site, blocks_total),     NUMBER(site, bytes_gmax),
    NUMBER(site, blocks_gmax),  NUMBER(site, bytes_peak),       NUMBER(site, blocks_peak),
    NUMBER(site, bytes_end),    NUMBER(site, blocks_end),       NUMBER(site, lifetime_ns),
    NUMBER(site, blocks_short), NUMBER(site, blocks_temporary), NUMBER(site, reallocs),
    NUMBER(site, bytes_copied), NUMBER(site, bytes_rounding),   NUMBER(site, blocks_zero),
    NUMBER(site, first_ns),     NUMBER(site, last_ns),          NUMBER(site, stack),
    NUMBER(site, threads),
};
static const column moment_columns[] = {
    NUMBER(moment, time_ns),      NUMBER(moment, bytes_live),  NUMBER(moment, blocks_live),
    NUMBER(moment, bytes_peak),   NUMBER(moment, blocks_peak), NUMBER(moment, bytes_total),
    NUMBER(moment, blocks_total), TEXT(moment, label),
};
static const column point_columns[] = {
    NUMBER(point, time_ns),     NUMBER(point, bytes_total),  NUMBER(point, bytes_live),
    NUMBER(point, blocks_live), NUMBER(point, bytes_usable), NUMBER(point, rss_bytes),
};
static const column site_size_columns[] = {
    NUMBER(site_size, site),
    NUMBER(site_size, size_class),
    NUMBER(site_size, blocks),
};
static const column estimate_columns[] = {
    NUMBER(estimate, site),      REAL(estimate, bytes_total), REAL(estimate, blocks_total),
    REAL(estimate, bytes_gmax),  REAL(estimate, blocks_gmax), REAL(estimate, bytes_peak),
    REAL(estimate, blocks_peak), REAL(estimate, bytes_end),   REAL(estimate, blocks_end),
    NUMBER(estimate, samples),
};
static const column scope_columns[] = {
    TEXT(scope_total, label),          NUMBER(scope_total, kind),
    NUMBER(scope_total, scopes),       NUMBER(scope_total, bytes_total),
    NUMBER(scope_total, blocks_total), NUMBER(scope_total, bytes_peak),
    NUMBER(scope_total, bytes_live),   NUMBER(scope_total, inexact),
};
static const column thread_columns[] = {
    NUMBER(thread, tid),
    NUMBER(thread, threads),
    NUMBER(thread, bytes_total),
    NUMBER(thread, blocks_total),
};
static const column size_columns[] = {
    NUMBER(size_class, blocks),
};

#define TABLE(plural, columns, type, items, count)                                        \
    {                                                                                     \
        plural, columns, sizeof(columns) / sizeof((columns)[0]), sizeof(heaplens_##type), \
            offsetof(heaplens_process, items), offsetof(heaplens_process, count)          \
    }

static const column_table tables[] = {
    TABLE("modules", module_columns, module, modules, module_count),
    TABLE("frames", frame_columns, frame, frames, frame_count),
    TABLE("locations", location_columns, location, locations, location_count),
    TABLE("nodes", node_columns, node, nodes, node_count),
    TABLE("sites", site_columns, site, sites, site_count),
    TABLE("moments", moment_columns, moment, moments, moment_count),
    TABLE("sizes", size_columns, size_class, sizes, size_count),
    TABLE("points", point_columns, point, points, point_count),
    TABLE("site_sizes", site_size_columns, site_size, site_sizes, site_size_count),
    TABLE("scopes", scope_columns, scope_total, scopes, scope_count),
    TABLE("threads", thread_columns, thread, threads, thread_count),
    TABLE("estimates", estimate_columns, estimate, estimates, estimate_count),
};

typedef struct page {
    heaplens_sink *sink;
    const heaplens_html_data *data;
    heaplens_name *names;  // owned; ascending; a name's place in it is its number in the page
    size_t name_count;
} page;

// ------------------------------------------------------------------------------------- names

static bool list_names(page *p)
{
    const heaplens_names *const names = &p->data->session->names;
    size_t count = 0;
    for (size_t at = 0; at < names->size; at += strlen(names->text + at) + 1) {
        count++;
    }
    p->names = heaplens__array_zeroed(count + 1, sizeof(*p->names));
    if (p->names == NULL) {
        return false;
    }
    for (size_t at = 0; at < names->size; at += strlen(names->text + at) + 1) {
        p->names[p->name_count++] = (heaplens_name)at;
    }
    return true;
}

static size_t number_of_name(const page *p, uint64_t name)
{
    size_t low = 0;
    size_t high = p->name_count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (p->names[middle] <= name) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

// ------------------------------------------------------------------------------------ values

static uint64_t load(const void *item, const column *c)
{
    uint32_t narrow = 0;
    uint64_t wide = 0;
    if (c->bytes == sizeof(narrow)) {
        memcpy(&narrow, (const char *)item + c->offset, sizeof(narrow));
        return narrow;
    }
    memcpy(&wide, (const char *)item + c->offset, sizeof(wide));
    return wide;
}

static void write_value(const page *p, const void *item, const column *c)
{
    const unsigned long long value = load(item, c);
    double real = 0;
    switch (c->kind) {
    case COLUMN_NUMBER: heaplens__sink_printf(p->sink, "%llu", value); return;
    case COLUMN_NAME: heaplens__sink_printf(p->sink, "%zu", number_of_name(p, value)); return;
    case COLUMN_TEXT:
        heaplens__sink_json(p->sink, heaplens__names_text(p->data->texts, (heaplens_name)value));
        return;
    case COLUMN_REAL:
        memcpy(&real, (const char *)item + c->offset, sizeof(real));
        heaplens__sink_printf(p->sink, "%.17g", isfinite(real) ? real : 0);
        return;
    case COLUMN_ADDRESS: heaplens__sink_printf(p->sink, "\"%llx\"", value); return;
    }
}

static void write_table(const page *p, const heaplens_process *process, const column_table *table)
{
    const char *items = NULL;
    size_t count = 0;
    memcpy(&items, (const char *)process + table->items_at, sizeof(items));
    memcpy(&count, (const char *)process + table->count_at, sizeof(count));
    heaplens__sink_printf(p->sink, "\"%s\":{", table->key);
    for (size_t c = 0; c < table->column_count; c++) {
        heaplens__sink_printf(p->sink, "%s\"%s\":[", c == 0 ? "" : ",\n", table->columns[c].key);
        for (size_t i = 0; i < count; i++) {
            heaplens__sink_puts(p->sink, i == 0 ? "" : ",");
            write_value(p, items + i * table->item_bytes, &table->columns[c]);
        }
        heaplens__sink_puts(p->sink, "]");
    }
    heaplens__sink_puts(p->sink, "}");
}

// ---------------------------------------------------------------------------------- elements

static void write_facts(const page *p, const heaplens_facts *facts)
{
    heaplens__sink_puts(p->sink, "{");
    for (size_t c = 0; c < sizeof(fact_columns) / sizeof(fact_columns[0]); c++) {
        heaplens__sink_printf(p->sink, "%s\"%s\":", c == 0 ? "" : ",", fact_columns[c].key);
        write_value(p, facts, &fact_columns[c]);
    }
    heaplens__sink_puts(p->sink, "}");
}

// What a page about a part must not take for the process's.
static void write_part(const page *p, const heaplens_process *process)
{
    if (process->part.whole == NULL) {
        return;
    }
    heaplens__sink_printf(p->sink,
                          ",\"part\":{\"peak_of\":\"%s\",\"bytes_peak\":%llu,\"unknown\":[",
                          heaplens_peak_of_name(process->part.peak_of),
                          (unsigned long long)process->part.whole->facts.bytes_peak);
    const char *between = "";
    for (int i = 0; i < HEAPLENS_METRIC_COUNT; i++) {
        if (!heaplens_metric_is_known(process, (heaplens_metric)i)) {
            heaplens__sink_printf(p->sink, "%s\"%s\"", between,
                                  heaplens_metric_name((heaplens_metric)i));
            between = ",";
        }
    }
    heaplens__sink_puts(p->sink, "]}");
}

static void write_overview(const page *p)
{
    heaplens__sink_printf(p->sink, "{\"version\":%d,\"shown\":%zu", DATA_VERSION, p->data->shown);
    if (p->data->session->process_count == 1) {
        write_part(p, &p->data->session->processes[0]);
    }
    heaplens__sink_puts(p->sink, ",\"processes\":[");
    for (size_t i = 0; i < p->data->session->process_count; i++) {
        heaplens__sink_puts(p->sink, i == 0 ? "\n" : ",\n");
        write_facts(p, &p->data->session->processes[i].facts);
    }
    heaplens__sink_puts(p->sink, "]}");
}

static void write_names(const page *p)
{
    heaplens__sink_puts(p->sink, "[");
    for (size_t i = 0; i < p->name_count; i++) {
        heaplens__sink_puts(p->sink, i == 0 ? "" : ",\n");
        heaplens__sink_json(p->sink, heaplens__names_text(&p->data->session->names, p->names[i]));
    }
    heaplens__sink_puts(p->sink, p->name_count == 0 ? "\"\"]" : "]");
}

// Which frame of its stack a site is the doing of: the one that called malloc's wrappers.
static void write_responsible(const page *p, const heaplens_process *process)
{
    heaplens__sink_puts(p->sink, ",\n\"responsible\":[");
    for (size_t i = 0; i < process->site_count; i++) {
        const heaplens_place place =
            heaplens__responsible(p->data->session, process, process->sites[i].stack);
        const long long location =
            place.location == NULL ? -1 : (long long)(place.location - process->locations);
        heaplens__sink_printf(p->sink, "%s%lld,%u", i == 0 ? "" : ",", location, place.frame);
    }
    heaplens__sink_puts(p->sink, "]");
}

static heaplens_status write_findings(const page *p, const heaplens_process *process)
{
    heaplens_finding *findings = NULL;
    size_t count = 0;
    const heaplens_status status = heaplens_findings(p->data->session, process, &findings, &count);
    heaplens__sink_puts(p->sink, ",\n\"findings\":[");
    for (size_t i = 0; i < count; i++) {
        const heaplens_finding_words words =
            heaplens_finding_explain(p->data->session, process, &findings[i]);
        heaplens__sink_printf(p->sink,
                              "%s{\"kind\":\"%s\",\"site\":%u,\"text\":", i == 0 ? "" : ",\n",
                              heaplens_finding_name(findings[i].kind), findings[i].site);
        heaplens__sink_json(p->sink, words.text);
        heaplens__sink_puts(p->sink, "}");
    }
    heaplens__sink_puts(p->sink, "]");
    free(findings);
    return status;
}

static heaplens_status write_process(const page *p, const heaplens_process *process)
{
    heaplens_status status = HEAPLENS_OK;
    heaplens__sink_puts(p->sink, "{");
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        heaplens__sink_puts(p->sink, i == 0 ? "" : ",\n");
        write_table(p, process, &tables[i]);
    }
    if (!p->data->is_diff) {
        write_responsible(p, process);
        status = write_findings(p, process);
    }
    heaplens__sink_puts(p->sink, "}");
    return status;
}

// Names of the profiled program must not end the element they stand in. In JSON "<" occurs only
// inside of strings, where it can be spelt like this.
static heaplens_status write_without_tags(void *self, const char *data, size_t size)
{
    heaplens_sink *const out = self;
    while (size > 0) {
        const char *const tag = memchr(data, '<', size);
        const size_t plain = tag == NULL ? size : (size_t)(tag - data);
        heaplens__sink_put(out, data, plain);
        if (tag == NULL) {
            break;
        }
        heaplens__sink_puts(out, "\\u003c");
        data = tag + 1;
        size -= plain + 1;
    }
    return out->status;
}

static void open_element(const page *p, heaplens_sink *out, const char *id)
{
    heaplens__sink_printf(out, "<script type=\"application/json\" id=\"%s%s\">", p->data->prefix,
                          id);
}

static void close_element(const page *p, heaplens_sink *out)
{
    (void)heaplens__sink_flush(p->sink);
    heaplens__sink_puts(out, "</script>\n");
}

heaplens_status heaplens__write_html_data(heaplens_sink *out, const heaplens_html_data *data)
{
    heaplens_sink escaping = {.write = write_without_tags, .self = out};
    page p = {.sink = &escaping, .data = data};
    if (!list_names(&p)) {
        return HEAPLENS_ENOMEM;
    }
    open_element(&p, out, "session");
    write_overview(&p);
    close_element(&p, out);
    open_element(&p, out, "names");
    write_names(&p);
    close_element(&p, out);
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < data->session->process_count && status == HEAPLENS_OK; i++) {
        char id[40];
        (void)snprintf(id, sizeof(id), "process-%zu", i);
        open_element(&p, out, id);
        status = write_process(&p, &data->session->processes[i]);
        close_element(&p, out);
    }
    free(p.names);
    return status == HEAPLENS_OK ? escaping.status : status;
}

heaplens_status heaplens__write_html_element(heaplens_sink *out, const char *id,
                                             void (*write)(heaplens_sink *sink, const void *what),
                                             const void *what)
{
    heaplens_sink escaping = {.write = write_without_tags, .self = out};
    heaplens__sink_printf(out, "<script type=\"application/json\" id=\"%s\">", id);
    write(&escaping, what);
    const heaplens_status status = heaplens__sink_flush(&escaping);
    heaplens__sink_puts(out, "</script>\n");
    return status;
}
