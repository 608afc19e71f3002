// SPDX-License-Identifier: MIT
// A part of a process, as a process of its own, so that every report and every format can show it.
#define _GNU_SOURCE

#include "profile/select.h"

#include <fnmatch.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "profile/array.h"

enum { NAME_UNKNOWN = 0, NAME_MATCHES = 1, NAME_DIFFERS = 2 };

typedef struct matcher {
    const heaplens_session *session;
    const char *pattern;
    regex_t regex;
    bool is_regex;
    unsigned char *memo;  // (names.size) NAME_* of each name
} matcher;

// ------------------------------------------------------------------------------- patterns

static heaplens_status open_matcher(matcher *m, heaplens_failure *failure)
{
    const size_t length = strlen(m->pattern);
    m->memo = heaplens__array_zeroed(m->session->names.size, 1);
    if (m->memo == NULL) {
        return HEAPLENS_ENOMEM;
    }
    if (length < 2 || m->pattern[0] != '/' || m->pattern[length - 1] != '/') {
        return HEAPLENS_OK;
    }
    char *const inner = strndup(m->pattern + 1, length - 2);
    if (inner == NULL) {
        return HEAPLENS_ENOMEM;
    }
    const int result = regcomp(&m->regex, inner, REG_EXTENDED | REG_NOSUB);
    free(inner);
    if (result != 0) {
        char reason[120];
        (void)regerror(result, &m->regex, reason, sizeof(reason));
        return heaplens__fail(failure, HEAPLENS_EINVAL, "%s: %s", m->pattern, reason);
    }
    m->is_regex = true;
    return HEAPLENS_OK;
}

static void close_matcher(matcher *m)
{
    if (m->is_regex) {
        regfree(&m->regex);
    }
    free(m->memo);
}

// "ns::parse(char const*)" is also matched as "ns::parse".
static bool matches_without_parameters(const char *pattern, const char *text)
{
    char name[512];
    const char *const parameters = strchr(text, '(');
    if (parameters == NULL || parameters == text || (size_t)(parameters - text) >= sizeof(name)) {
        return false;
    }
    memcpy(name, text, (size_t)(parameters - text));
    name[parameters - text] = '\0';
    return fnmatch(pattern, name, 0) == 0;
}

static bool text_matches(const matcher *m, const char *text)
{
    if (m->is_regex) {
        return regexec(&m->regex, text, 0, NULL, 0) == 0;
    }
    const char *const slash = strrchr(text, '/');
    return fnmatch(m->pattern, text, 0) == 0 || matches_without_parameters(m->pattern, text) ||
           (text[0] == '/' && fnmatch(m->pattern, slash + 1, 0) == 0);
}

static bool name_matches(matcher *m, heaplens_name name)
{
    if (name == HEAPLENS_NAME_NONE) {
        return false;
    }
    if (m->memo[name] == NAME_UNKNOWN) {
        const char *const text = heaplens__names_text(&m->session->names, name);
        m->memo[name] = text_matches(m, text) ? NAME_MATCHES : NAME_DIFFERS;
    }
    return m->memo[name] == NAME_MATCHES;
}

static bool location_matches(matcher *m, const heaplens_process *process,
                             const heaplens_location *location)
{
    if (location->module != HEAPLENS_MODULE_NONE &&
        name_matches(m, process->modules[location->module].path)) {
        return true;
    }
    for (uint32_t f = 0; f < location->frame_count; f++) {
        if (name_matches(m, process->frames[location->frame_first + f].function)) {
            return true;
        }
    }
    return false;
}

// Drop the sites of which no frame matches. A node matches if it or its parent does.
static heaplens_status keep_matching(const heaplens_session *session,
                                     const heaplens_process *process, const char *pattern,
                                     bool *keep, heaplens_failure *failure)
{
    matcher m = {.session = session, .pattern = pattern};
    bool *const nodes = heaplens__array_zeroed(process->node_count, sizeof(*nodes));
    heaplens_status status = open_matcher(&m, failure);
    if (nodes == NULL) {
        status = HEAPLENS_ENOMEM;
    }
    if (status == HEAPLENS_OK) {
        for (size_t i = 1; i < process->node_count; i++) {
            const heaplens_node *const node = &process->nodes[i];
            nodes[i] = nodes[node->parent] ||
                       location_matches(&m, process, &process->locations[node->location]);
        }
        for (size_t i = 0; i < process->site_count; i++) {
            keep[i] = keep[i] && nodes[process->sites[i].stack];
        }
    }
    free(nodes);
    close_matcher(&m);
    return status;
}

// ---------------------------------------------------------------------- scopes and threads

static heaplens_site narrow_site(const heaplens_site *site)
{
    return (heaplens_site){.first_ns = site->first_ns,
                           .last_ns = site->last_ns,
                           .stack = site->stack,
                           .threads = site->threads};
}

static heaplens_status narrow_to_scope(const heaplens_session *session,
                                       const heaplens_process *process, const char *label,
                                       heaplens_site *sites, bool *keep, heaplens_failure *failure)
{
    bool is_there = false;
    bool *const inside = heaplens__array_zeroed(process->site_count, sizeof(*inside));
    if (inside == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < process->site_count; i++) {
        sites[i] = narrow_site(&process->sites[i]);
    }
    for (size_t i = 0; i < process->scope_count; i++) {
        const char *const name = heaplens__names_text(&session->names, process->scopes[i].label);
        is_there = is_there || strcmp(name, label) == 0;
    }
    for (size_t i = 0; i < process->scope_site_count; i++) {
        const heaplens_scope_site *const row = &process->scope_sites[i];
        const char *const name =
            heaplens__names_text(&session->names, process->scopes[row->scope].label);
        if (strcmp(name, label) == 0) {
            heaplens_site *const site = &sites[row->site];
            inside[row->site] = true;
            site->bytes_total += row->bytes_total;
            site->blocks_total += row->blocks_total;
            site->bytes_end += row->bytes_live;
            site->blocks_end += row->blocks_live;
            // Of one scope, as the figure of the label: scopes of several kinds are not one.
            site->bytes_peak =
                row->bytes_peak > site->bytes_peak ? row->bytes_peak : site->bytes_peak;
        }
    }
    for (size_t i = 0; i < process->site_count; i++) {
        keep[i] = keep[i] && inside[i];
    }
    free(inside);
    return is_there ? HEAPLENS_OK
                    : heaplens__fail(failure, HEAPLENS_ENOINPUT, "no scope \"%s\"", label);
}

// With one thread, the sites are the thread's.
static heaplens_status narrow_to_thread(const heaplens_process *process, uint32_t tid,
                                        heaplens_site *sites, bool *keep, heaplens_failure *failure)
{
    bool is_there = false;
    for (size_t i = 0; i < process->thread_count; i++) {
        is_there = is_there || process->threads[i].tid == tid;
    }
    if (!is_there) {
        return heaplens__fail(failure, HEAPLENS_ENOINPUT, "no thread %u", tid);
    }
    if (process->thread_count == 1) {
        return HEAPLENS_OK;
    }
    for (size_t i = 0; i < process->site_count; i++) {
        sites[i] = narrow_site(&process->sites[i]);
    }
    for (size_t i = 0; i < process->thread_site_count; i++) {
        const heaplens_thread_site *const row = &process->thread_sites[i];
        if (process->threads[row->thread].tid == tid) {
            sites[row->site].bytes_total += row->bytes_total;
            sites[row->site].blocks_total += row->blocks_total;
        }
    }
    for (size_t i = 0; i < process->site_count; i++) {
        keep[i] = keep[i] && sites[i].blocks_total > 0;
    }
    return HEAPLENS_OK;
}

// -------------------------------------------------------------------------------- the part

// Keep the rows of a table whose site is kept, and number their sites anew. `site_at` is where a row
// has its site.
static void keep_rows(void *rows, size_t *count, size_t row_bytes, size_t site_at,
                      const uint32_t *place)
{
    char *const bytes = rows;
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        uint32_t site = 0;
        memcpy(&site, bytes + i * row_bytes + site_at, sizeof(site));
        if (place[site] == UINT32_MAX) {
            continue;
        }
        memmove(bytes + kept * row_bytes, bytes + i * row_bytes, row_bytes);
        memcpy(bytes + kept * row_bytes + site_at, &place[site], sizeof(site));
        kept++;
    }
    *count = kept;
}

static void *copy_rows(const void *rows, size_t count, size_t row_bytes)
{
    void *const copy = heaplens__array_zeroed(count, row_bytes);
    if (copy != NULL && count > 0) {
        memcpy(copy, rows, count * row_bytes);
    }
    return copy;
}

// Own copies of the tables that name sites; everything else is borrowed.
static bool copy_tables(const heaplens_process *process, heaplens_process *out)
{
    *out = *process;
    out->sites = copy_rows(process->sites, process->site_count, sizeof(*out->sites));
    out->sizes = heaplens__array_zeroed(HEAPLENS_SIZE_CLASSES, sizeof(*out->sizes));
    out->size_count = HEAPLENS_SIZE_CLASSES;
    out->site_sizes =
        copy_rows(process->site_sizes, process->site_size_count, sizeof(*out->site_sizes));
    out->estimates =
        copy_rows(process->estimates, process->estimate_count, sizeof(*out->estimates));
    out->overflows =
        copy_rows(process->overflows, process->overflow_count, sizeof(*out->overflows));
    out->scope_sites =
        copy_rows(process->scope_sites, process->scope_site_count, sizeof(*out->scope_sites));
    out->thread_sites =
        copy_rows(process->thread_sites, process->thread_site_count, sizeof(*out->thread_sites));
    return out->sites != NULL && out->sizes != NULL && out->site_sizes != NULL &&
           out->estimates != NULL && out->overflows != NULL && out->scope_sites != NULL &&
           out->thread_sites != NULL;
}

// The label's own figures, which are more than the sum of the sites: pools have no sites, and a peak
// is no sum.
static void take_scope_facts(const heaplens_session *session, const char *label,
                             heaplens_process *out)
{
    heaplens_facts *const facts = &out->facts;
    facts->bytes_total = facts->blocks_total = facts->bytes_end = facts->blocks_end = 0;
    facts->bytes_peak = facts->blocks_peak = 0;
    for (size_t i = 0; i < out->scope_count; i++) {
        const heaplens_scope_total *const scope = &out->scopes[i];
        if (strcmp(heaplens__names_text(&session->names, scope->label), label) != 0) {
            continue;
        }
        facts->bytes_total += scope->bytes_total;
        facts->blocks_total += scope->blocks_total;
        facts->bytes_end += scope->bytes_live;
        facts->blocks_end += scope->blocks_live;
        if (scope->bytes_peak >= facts->bytes_peak) {
            facts->bytes_peak = scope->bytes_peak;
            facts->blocks_peak = scope->blocks_peak;
        }
    }
}

static void sum_facts(heaplens_process *out)
{
    heaplens_site sum = {.first_ns = UINT64_MAX};
    for (size_t i = 0; i < out->site_count; i++) {
        heaplens__site_add(&sum, &out->sites[i]);
    }
    out->facts.bytes_total = sum.bytes_total;
    out->facts.blocks_total = sum.blocks_total;
    out->facts.bytes_peak = sum.bytes_gmax;
    out->facts.blocks_peak = sum.blocks_gmax;
    out->facts.bytes_end = sum.bytes_end;
    out->facts.blocks_end = sum.blocks_end;
    for (size_t i = 0; i < out->site_size_count; i++) {
        out->sizes[out->site_sizes[i].size_class].blocks += out->site_sizes[i].blocks;
    }
}

static void keep_sites(heaplens_process *out, const bool *keep, uint32_t *place)
{
    uint32_t used = 0;
    for (size_t i = 0; i < out->site_count; i++) {
        place[i] = UINT32_MAX;
        if (keep[i]) {
            out->sites[used] = out->sites[i];
            place[i] = used++;
        }
    }
    out->site_count = used;
    keep_rows(out->site_sizes, &out->site_size_count, sizeof(*out->site_sizes),
              offsetof(heaplens_site_size, site), place);
    keep_rows(out->estimates, &out->estimate_count, sizeof(*out->estimates),
              offsetof(heaplens_estimate, site), place);
    keep_rows(out->overflows, &out->overflow_count, sizeof(*out->overflows),
              offsetof(heaplens_overflow, site), place);
    keep_rows(out->scope_sites, &out->scope_site_count, sizeof(*out->scope_sites),
              offsetof(heaplens_scope_site, site), place);
    keep_rows(out->thread_sites, &out->thread_site_count, sizeof(*out->thread_sites),
              offsetof(heaplens_thread_site, site), place);
    sum_facts(out);
}

// What of the rows of kept sites is not the thread's or the scope's.
static void narrow_rows(heaplens_process *out)
{
    out->size_count = 0;
    out->site_size_count = 0;
    out->overflow_count = 0;
    for (size_t i = 0; i < out->estimate_count; i++) {
        heaplens_estimate *const e = &out->estimates[i];
        *e = (heaplens_estimate){.bytes_total = e->bytes_total,
                                 .blocks_total = e->blocks_total,
                                 .samples = e->samples,
                                 .site = e->site};
    }
}

static heaplens_part describe_part(const heaplens_process *process,
                                   const heaplens_selection *selection)
{
    const uint32_t in_time = 1U << HEAPLENS_METRIC_PEAK | 1U << HEAPLENS_METRIC_TEMPORARY |
                             1U << HEAPLENS_METRIC_LIFETIME;
    heaplens_part part = {.whole = process, .peak_of = HEAPLENS_PEAK_OF_WHOLE};
    if (selection->scope != NULL) {
        part.unknown = in_time;
        part.peak_of =
            selection->pattern == NULL ? HEAPLENS_PEAK_OF_SCOPE : HEAPLENS_PEAK_OF_NOTHING;
    } else if (selection->tid != 0 && process->thread_count > 1) {
        part.unknown = in_time | 1U << HEAPLENS_METRIC_LEAKED;
        part.peak_of = HEAPLENS_PEAK_OF_NOTHING;
    }
    return part;
}

static heaplens_status apply_selection(const heaplens_session *session,
                                       const heaplens_process *process,
                                       const heaplens_selection *selection, heaplens_process *out,
                                       bool *keep, heaplens_failure *failure)
{
    heaplens_status status = HEAPLENS_OK;
    memset(keep, 1, process->site_count * sizeof(*keep));
    if (selection->scope != NULL && selection->tid != 0) {
        return heaplens__fail(failure, HEAPLENS_EINVAL,
                              "what a thread did inside a scope is not recorded");
    }
    if (selection->scope != NULL) {
        status = narrow_to_scope(session, process, selection->scope, out->sites, keep, failure);
    }
    if (status == HEAPLENS_OK && selection->tid != 0) {
        status = narrow_to_thread(process, selection->tid, out->sites, keep, failure);
    }
    if (status == HEAPLENS_OK && selection->pattern != NULL) {
        status = keep_matching(session, process, selection->pattern, keep, failure);
    }
    return status;
}

heaplens_status heaplens_process_select(const heaplens_session *session,
                                        const heaplens_process *process,
                                        const heaplens_selection *selection, heaplens_process *out,
                                        heaplens_failure *failure)
{
    bool *const keep = heaplens__array_zeroed(process->site_count, sizeof(*keep));
    uint32_t *const place = heaplens__array_zeroed(process->site_count, sizeof(*place));
    heaplens_status status = HEAPLENS_ENOMEM;
    if (copy_tables(process, out) && keep != NULL && place != NULL) {
        status = apply_selection(session, process, selection, out, keep, failure);
    }
    if (status == HEAPLENS_OK) {
        keep_sites(out, keep, place);
        out->part = describe_part(process, selection);
        if (out->part.unknown != 0) {
            narrow_rows(out);
        }
        if (out->part.peak_of == HEAPLENS_PEAK_OF_SCOPE) {
            take_scope_facts(session, selection->scope, out);
        }
    } else {
        heaplens_selection_release(out);
    }
    free(keep);
    free(place);
    return status;
}

heaplens_peak_bounds heaplens_part_peak_bounds(const heaplens_process *process)
{
    heaplens_peak_bounds bounds = {.least = process->facts.bytes_peak};
    const uint64_t limit =
        process->part.whole == NULL ? UINT64_MAX : process->part.whole->facts.bytes_peak;
    for (size_t i = 0; i < process->site_count; i++) {
        const uint64_t peak = process->sites[i].bytes_peak;
        bounds.least = peak > bounds.least ? peak : bounds.least;
        bounds.most = peak > limit - bounds.most ? limit : bounds.most + peak;
    }
    // Own peaks of several threads are bounds themselves: they can fall short of a share.
    bounds.most = bounds.most < bounds.least ? bounds.least : bounds.most;
    return bounds;
}

void heaplens_selection_release(heaplens_process *selected)
{
    free(selected->sites);
    free(selected->sizes);
    free(selected->site_sizes);
    free(selected->estimates);
    free(selected->overflows);
    free(selected->scope_sites);
    free(selected->thread_sites);
    *selected = (heaplens_process){0};
}
