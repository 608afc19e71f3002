// SPDX-License-Identifier: MIT
// The tables of a raw store whose rows name a site. Sites of the store that have become one site of
// the process have their rows added up: each table is collected, sorted by what its rows name, and
// folded.
#include "profile/store_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/store_stacks.h"

static int compare_ids(uint32_t a1, uint32_t b1, uint32_t a2, uint32_t b2)
{
    return a1 != b1 ? (a1 > b1) - (a1 < b1) : (a2 > b2) - (a2 < b2);
}

// Where a site of the store went; HEAPLENS_SITE_DROPPED also for one that is not there.
static uint32_t place_of(const heaplens_store_reader *r, uint64_t site)
{
    return site < r->counts[HEAPLENS_STORE_SITES] ? r->site_of[site] : HEAPLENS_SITE_DROPPED;
}

// ---------------------------------------------------------------------------------- sizes

static int compare_site_sizes(const void *a, const void *b)
{
    const heaplens_site_size *const x = a;
    const heaplens_site_size *const y = b;
    return compare_ids(x->site, y->site, x->size_class, y->size_class);
}

// Each entry has at most all classes of a histogram, and one more word for each of its own.
enum { ENTRY_ROWS_MAX = HEAPLENS_STORE_SIZE_BINS + HEAPLENS_STORE_ENTRY_BINS };

static size_t collect_histogram(const heaplens_store_histogram *histogram, uint32_t site,
                                heaplens_site_size *rows)
{
    size_t used = 0;
    for (uint32_t b = 0; b < HEAPLENS_STORE_SIZE_BINS; b++) {
        if (histogram->sizes[b] > 0) {
            rows[used++] = (heaplens_site_size){site, b, histogram->sizes[b]};
        }
    }
    return used;
}

static size_t collect_bins(const heaplens_store_reader *r, const heaplens_store_entry *entry,
                           uint32_t site, heaplens_site_size *rows)
{
    const heaplens_store_histogram *const histograms =
        (const void *)r->items[HEAPLENS_STORE_HISTOGRAMS];
    size_t used = 0;
    bool has_histogram = false;
    for (size_t i = 0; i < HEAPLENS_STORE_ENTRY_BINS; i++) {
        const uint64_t tag = entry->bins[i] >> HEAPLENS_STORE_BIN_SHIFT;
        const uint64_t value = entry->bins[i] & ((UINT64_C(1) << HEAPLENS_STORE_BIN_SHIFT) - 1);
        if (tag > 0 && tag <= HEAPLENS_STORE_SIZE_BINS && value > 0) {
            rows[used++] = (heaplens_site_size){site, (uint32_t)tag - 1, value};
        } else if (tag == HEAPLENS_STORE_BIN_ELSEWHERE && !has_histogram &&
                   value < r->counts[HEAPLENS_STORE_HISTOGRAMS]) {
            has_histogram = true;
            used += collect_histogram(&histograms[value], site, rows + used);
        }
    }
    return used;
}

static void fold_site_sizes(heaplens_process *process)
{
    heaplens_site_size *const rows = process->site_sizes;
    size_t used = 0;
    for (size_t i = 0; i < process->site_size_count; i++) {
        if (used > 0 && compare_site_sizes(&rows[used - 1], &rows[i]) == 0) {
            rows[used - 1].blocks += rows[i].blocks;
        } else {
            rows[used++] = rows[i];
        }
    }
    process->site_size_count = used;
    for (size_t i = 0; i < used; i++) {
        if (rows[i].size_class == 0) {
            process->sites[rows[i].site].blocks_zero = rows[i].blocks;
        }
    }
}

static heaplens_status read_site_sizes(heaplens_store_reader *r, heaplens_process *process)
{
    const heaplens_store_entry *const entries = (const void *)r->items[HEAPLENS_STORE_ENTRIES];
    size_t capacity = 0;
    for (size_t i = 0; i < r->counts[HEAPLENS_STORE_ENTRIES]; i++) {
        const uint32_t site = place_of(r, entries[i].site);
        if (site == HEAPLENS_SITE_DROPPED) {
            continue;
        }
        if (!heaplens__array_reserve(&process->site_sizes, &capacity,
                                     process->site_size_count + ENTRY_ROWS_MAX,
                                     sizeof(*process->site_sizes))) {
            return HEAPLENS_ENOMEM;
        }
        process->site_size_count +=
            collect_bins(r, &entries[i], site, process->site_sizes + process->site_size_count);
    }
    if (process->site_size_count > 0) {
        qsort(process->site_sizes, process->site_size_count, sizeof(*process->site_sizes),
              compare_site_sizes);
    }
    fold_site_sizes(process);
    return HEAPLENS_OK;
}

// ------------------------------------------------------------------------------ estimates

static int compare_estimates(const void *a, const void *b)
{
    const heaplens_estimate *const x = a;
    const heaplens_estimate *const y = b;
    return (x->site > y->site) - (x->site < y->site);
}

static double variance_of(uint64_t bits)
{
    double value = 0;
    memcpy(&value, &bits, sizeof(value));
    // A sum of squares; anything else was not written by the recorder.
    return value >= 0 && isfinite(value) && value < 1e300 ? value : 0;
}

static heaplens_estimate take_estimate(const heaplens_store_reader *r,
                                       const heaplens_store_estimate *stored, uint32_t site,
                                       bool site_peak_is_now)
{
    const bool is_past = !r->peak_is_now && stored->epoch == r->header.peak_epoch;
    return (heaplens_estimate){
        .bytes_total = variance_of(stored->bytes_total),
        .blocks_total = variance_of(stored->blocks_total),
        .bytes_gmax = variance_of(is_past ? stored->bytes_gmax : stored->bytes_live),
        .blocks_gmax = variance_of(is_past ? stored->blocks_gmax : stored->blocks_live),
        .bytes_peak = variance_of(site_peak_is_now ? stored->bytes_live : stored->bytes_peak),
        .blocks_peak = variance_of(site_peak_is_now ? stored->blocks_live : stored->blocks_peak),
        .bytes_end = variance_of(stored->bytes_live),
        .blocks_end = variance_of(stored->blocks_live),
        .samples = stored->samples,
        .site = site,
    };
}

static void add_estimate(heaplens_estimate *into, const heaplens_estimate *from)
{
    into->bytes_total += from->bytes_total;
    into->blocks_total += from->blocks_total;
    into->bytes_gmax += from->bytes_gmax;
    into->blocks_gmax += from->blocks_gmax;
    into->bytes_peak += from->bytes_peak;
    into->blocks_peak += from->blocks_peak;
    into->bytes_end += from->bytes_end;
    into->blocks_end += from->blocks_end;
    into->samples += from->samples;
}

static void fold_estimates(heaplens_process *process)
{
    heaplens_estimate *const rows = process->estimates;
    size_t used = 0;
    for (size_t i = 0; i < process->estimate_count; i++) {
        if (used > 0 && rows[used - 1].site == rows[i].site) {
            add_estimate(&rows[used - 1], &rows[i]);
        } else {
            rows[used++] = rows[i];
        }
    }
    process->estimate_count = used;
}

static heaplens_status read_estimates(heaplens_store_reader *r, heaplens_process *process)
{
    const heaplens_store_estimate *const stored = (const void *)r->items[HEAPLENS_STORE_ESTIMATES];
    const heaplens_store_site *const sites = (const void *)r->items[HEAPLENS_STORE_SITES];
    const size_t count = r->counts[HEAPLENS_STORE_ESTIMATES];
    process->estimates = heaplens__array_zeroed(count, sizeof(*process->estimates));
    if (process->estimates == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const uint32_t site = place_of(r, stored[i].site);
        if (site == HEAPLENS_SITE_DROPPED) {
            continue;
        }
        const bool site_peak_is_now =
            process->sites[site].bytes_end >
            heaplens__not_negative((uint64_t)sites[stored[i].site].bytes_peak);
        process->estimates[process->estimate_count++] =
            take_estimate(r, &stored[i], site, site_peak_is_now);
    }
    qsort(process->estimates, process->estimate_count, sizeof(*process->estimates),
          compare_estimates);
    fold_estimates(process);
    return HEAPLENS_OK;
}

// ------------------------------------------------------------------------------ overflows

static int compare_overflows(const void *a, const void *b)
{
    const heaplens_overflow *const x = a;
    const heaplens_overflow *const y = b;
    return x->site != y->site ? (x->site > y->site) - (x->site < y->site)
                              : (x->time_ns > y->time_ns) - (x->time_ns < y->time_ns);
}

static heaplens_status read_overflows(heaplens_store_reader *r, heaplens_process *process)
{
    const heaplens_store_overflow *const stored = (const void *)r->items[HEAPLENS_STORE_OVERFLOWS];
    const size_t count = r->counts[HEAPLENS_STORE_OVERFLOWS];
    process->overflows = heaplens__array_zeroed(count, sizeof(*process->overflows));
    if (process->overflows == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const uint32_t site = place_of(r, stored[i].site);
        if (site != HEAPLENS_SITE_DROPPED && stored[i].count > 0) {
            process->overflows[process->overflow_count++] = (heaplens_overflow){
                .count = stored[i].count,
                .size_bytes = stored[i].size,
                .bytes_behind = stored[i].bytes,
                .time_ns = heaplens__time_to_ns(r, stored[i].time),
                .tid = (uint32_t)stored[i].tid,
                .site = site,
            };
        }
    }
    qsort(process->overflows, process->overflow_count, sizeof(*process->overflows),
          compare_overflows);
    return HEAPLENS_OK;
}

// --------------------------------------------------------------------------------- scopes

static heaplens_status read_scopes(heaplens_store_reader *r, heaplens_names *names,
                                   heaplens_process *process)
{
    const heaplens_store_scope *const stored = (const void *)r->items[HEAPLENS_STORE_SCOPES];
    const size_t count = r->counts[HEAPLENS_STORE_SCOPES];
    process->scopes = heaplens__array_zeroed(count, sizeof(*process->scopes));
    if (process->scopes == NULL) {
        return HEAPLENS_ENOMEM;
    }
    process->scope_count = count;
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < count && status == HEAPLENS_OK; i++) {
        process->scopes[i] = (heaplens_scope_total){
            .scopes = stored[i].scopes,
            .bytes_total = stored[i].bytes_total,
            .blocks_total = stored[i].blocks_total,
            .bytes_freed = stored[i].bytes_freed,
            .blocks_freed = stored[i].blocks_freed,
            .bytes_live = stored[i].bytes_live,
            .blocks_live = stored[i].blocks_live,
            .bytes_peak = stored[i].bytes_peak,
            .blocks_peak = stored[i].blocks_peak,
            .reallocs = stored[i].reallocs,
            .blocks_temporary = stored[i].blocks_temporary,
            .inexact = stored[i].inexact,
            .kind = stored[i].kind <= HEAPLENS_STORE_SCOPE_POOL ? (uint32_t)stored[i].kind
                                                                : HEAPLENS_STORE_SCOPE_THREAD,
        };
        status = heaplens__names_add(names, stored[i].label, sizeof(stored[i].label),
                                     &process->scopes[i].label);
    }
    return status;
}

static int compare_scope_sites(const void *a, const void *b)
{
    const heaplens_scope_site *const x = a;
    const heaplens_scope_site *const y = b;
    return compare_ids(x->scope, y->scope, x->site, y->site);
}

static void fold_scope_sites(heaplens_process *process)
{
    heaplens_scope_site *const rows = process->scope_sites;
    size_t used = 0;
    for (size_t i = 0; i < process->scope_site_count; i++) {
        if (used == 0 || compare_scope_sites(&rows[used - 1], &rows[i]) != 0) {
            rows[used++] = rows[i];
            continue;
        }
        heaplens_scope_site *const into = &rows[used - 1];
        into->bytes_total += rows[i].bytes_total;
        into->blocks_total += rows[i].blocks_total;
        into->bytes_live += rows[i].bytes_live;
        into->blocks_live += rows[i].blocks_live;
        into->bytes_peak += rows[i].bytes_peak;  // the most that it can have been
    }
    process->scope_site_count = used;
}

static heaplens_status read_scope_sites(heaplens_store_reader *r, heaplens_process *process)
{
    const heaplens_store_scope_site *const stored =
        (const void *)r->items[HEAPLENS_STORE_SCOPE_SITES];
    const size_t count = r->counts[HEAPLENS_STORE_SCOPE_SITES];
    process->scope_sites = heaplens__array_zeroed(count, sizeof(*process->scope_sites));
    if (process->scope_sites == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const uint32_t site = place_of(r, stored[i].site);
        if (site != HEAPLENS_SITE_DROPPED && stored[i].scope < process->scope_count) {
            process->scope_sites[process->scope_site_count++] = (heaplens_scope_site){
                .bytes_total = stored[i].bytes_total,
                .blocks_total = stored[i].blocks_total,
                .bytes_live = stored[i].bytes_live,
                .blocks_live = stored[i].blocks_live,
                .bytes_peak = stored[i].bytes_peak,
                .scope = stored[i].scope,
                .site = site,
            };
        }
    }
    qsort(process->scope_sites, process->scope_site_count, sizeof(*process->scope_sites),
          compare_scope_sites);
    fold_scope_sites(process);
    return HEAPLENS_OK;
}

// -------------------------------------------------------------------------------- threads

static int compare_thread_sites(const void *a, const void *b)
{
    const heaplens_thread_site *const x = a;
    const heaplens_thread_site *const y = b;
    return compare_ids(x->thread, y->thread, x->site, y->site);
}

static void fold_thread_sites(heaplens_process *process)
{
    heaplens_thread_site *const rows = process->thread_sites;
    size_t used = 0;
    for (size_t i = 0; i < process->thread_site_count; i++) {
        if (used > 0 && compare_thread_sites(&rows[used - 1], &rows[i]) == 0) {
            rows[used - 1].bytes_total += rows[i].bytes_total;
            rows[used - 1].blocks_total += rows[i].blocks_total;
        } else {
            rows[used++] = rows[i];
        }
    }
    process->thread_site_count = used;
}

// Of a single thread the sites say it all.
static heaplens_status read_thread_sites(heaplens_store_reader *r, heaplens_process *process)
{
    const heaplens_store_entry *const entries = (const void *)r->items[HEAPLENS_STORE_ENTRIES];
    const size_t count = process->thread_count < 2 ? 0 : r->counts[HEAPLENS_STORE_ENTRIES];
    process->thread_sites = heaplens__array_zeroed(count, sizeof(*process->thread_sites));
    if (process->thread_sites == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        const uint32_t site = place_of(r, entries[i].site);
        if (site != HEAPLENS_SITE_DROPPED && entries[i].blocks_total > 0 &&
            entries[i].shard < process->thread_count) {
            process->thread_sites[process->thread_site_count++] = (heaplens_thread_site){
                .bytes_total = entries[i].bytes_total,
                .blocks_total = entries[i].blocks_total,
                .thread = entries[i].shard,
                .site = site,
            };
        }
    }
    qsort(process->thread_sites, process->thread_site_count, sizeof(*process->thread_sites),
          compare_thread_sites);
    fold_thread_sites(process);
    return HEAPLENS_OK;
}

static heaplens_status read_threads(heaplens_store_reader *r, heaplens_process *process)
{
    const heaplens_store_shard *const shards = (const void *)r->items[HEAPLENS_STORE_SHARDS];
    const size_t count = r->counts[HEAPLENS_STORE_SHARDS];
    process->threads = heaplens__array_zeroed(count, sizeof(*process->threads));
    if (process->threads == NULL) {
        return HEAPLENS_ENOMEM;
    }
    process->thread_count = count;
    for (size_t i = 0; i < count; i++) {
        process->threads[i] = (heaplens_thread){
            .bytes_total = shards[i].bytes_total,
            .blocks_total = shards[i].blocks_total,
            .tid = shards[i].tid,
            .threads = shards[i].threads,
        };
    }
    return read_thread_sites(r, process);
}

heaplens_status heaplens__store_details(heaplens_store_reader *r, heaplens_names *names,
                                        heaplens_process *process)
{
    heaplens_status status = read_site_sizes(r, process);
    if (status == HEAPLENS_OK) {
        status = read_estimates(r, process);
    }
    if (status == HEAPLENS_OK) {
        status = read_overflows(r, process);
    }
    if (status == HEAPLENS_OK) {
        status = read_scopes(r, names, process);
    }
    if (status == HEAPLENS_OK) {
        status = read_scope_sites(r, process);
    }
    if (status == HEAPLENS_OK) {
        status = read_threads(r, process);
    }
    return status;
}

// ------------------------------------------------------------------------------- timeline

// The word names a half of the section. A writer that fills the other half exchanges the word, which
// was read before the points: the points of the half that it named stay as they are until after
// another half was filled, so a reader need not look again.
heaplens_status heaplens__store_points(heaplens_store_reader *r, heaplens_process *process)
{
    const heaplens_store_point *const stored = (const void *)r->items[HEAPLENS_STORE_POINTS];
    const uint64_t first = r->header.points >> 32;
    const uint64_t count = r->header.points & UINT32_MAX;
    const size_t room = r->counts[HEAPLENS_STORE_POINTS];
    if (first > room || count > room - first) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "store: points %llu + %llu of %zu",
                              (unsigned long long)first, (unsigned long long)count, room);
    }
    process->points = heaplens__array_zeroed(count, sizeof(*process->points));
    if (process->points == NULL) {
        return HEAPLENS_ENOMEM;
    }
    process->point_count = count;
    for (size_t i = 0; i < count; i++) {
        const heaplens_store_point *const point = &stored[first + i];
        process->points[i] = (heaplens_point){
            .time_ns = heaplens__time_to_ns(r, point->time),
            .bytes_total = point->bytes_clock,
            .bytes_live = heaplens__not_negative((uint64_t)point->bytes_live),
            .blocks_live = heaplens__not_negative((uint64_t)point->blocks_live),
            .bytes_usable = heaplens__not_negative((uint64_t)point->usable_live),
            .rss_bytes = point->rss,
        };
    }
    return HEAPLENS_OK;
}
