// SPDX-License-Identifier: MIT
// The reader of the raw store: takes what is published, adds up the shards, and turns the recorder's
// clocks and ids into the model's. Sums are modulo 2^64 on purpose: an entry can be negative, or
// hostile, and only what comes out is judged.
#define _GNU_SOURCE

#include "profile/store_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "profile/array.h"
#include "profile/store_reader.h"

// Bytes of one item of each section, in version 2.
static const uint32_t strides[HEAPLENS_STORE_KINDS] = {
    [HEAPLENS_STORE_TEXT] = 1,
    [HEAPLENS_STORE_MODULES] = sizeof(heaplens_store_module),
    [HEAPLENS_STORE_NODES] = sizeof(heaplens_store_node),
    [HEAPLENS_STORE_SITES] = sizeof(heaplens_store_site),
    [HEAPLENS_STORE_SHARDS] = sizeof(heaplens_store_shard),
    [HEAPLENS_STORE_ENTRIES] = sizeof(heaplens_store_entry),
    [HEAPLENS_STORE_SNAPSHOTS] = sizeof(heaplens_store_snapshot),
    [HEAPLENS_STORE_HISTOGRAMS] = sizeof(heaplens_store_histogram),
    [HEAPLENS_STORE_ESTIMATES] = sizeof(heaplens_store_estimate),
    [HEAPLENS_STORE_POINTS] = sizeof(heaplens_store_point),
    [HEAPLENS_STORE_OVERFLOWS] = sizeof(heaplens_store_overflow),
    [HEAPLENS_STORE_SCOPES] = sizeof(heaplens_store_scope),
    [HEAPLENS_STORE_SCOPE_SITES] = sizeof(heaplens_store_scope_site),
};

// ------------------------------------------------------------------------------- bytes in

static heaplens_status read_bytes(heaplens_store_reader *r, uint64_t at, void *out, size_t size)
{
    const heaplens_store_source *const source = r->source;
    if (at > source->size || size > source->size - at) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "store: bytes %llu + %zu of %llu",
                              (unsigned long long)at, size, (unsigned long long)source->size);
    }
    if (source->fd < 0) {
        memcpy(out, source->data + at, size);
        return HEAPLENS_OK;
    }
    unsigned char *to = out;
    while (size > 0) {
        const ssize_t got = pread(source->fd, to, size, (off_t)at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return heaplens__fail(r->failure, HEAPLENS_EIO, "store: cannot read byte %llu: %s",
                                  (unsigned long long)at,
                                  got < 0 ? strerrordesc_np(errno) : "the file ends");
        }
        to += got;
        at += (uint64_t)got;
        size -= (size_t)got;
    }
    return HEAPLENS_OK;
}

static heaplens_status read_header(heaplens_store_reader *r)
{
    heaplens_store_header *const header = &r->header;
    static const char unwritten[HEAPLENS_STORE_MAGIC_BYTES] = {0};
    if (r->source->size == 0) {
        // Its process was killed between creating the file and sizing it.
        return heaplens__fail(r->failure, HEAPLENS_ENOINPUT, "nothing was recorded yet");
    }
    const heaplens_status status = read_bytes(r, 0, header, sizeof(*header));
    if (status != HEAPLENS_OK) {
        return status;
    }
    if (memcmp(header->magic, unwritten, sizeof(unwritten)) == 0) {
        return heaplens__fail(r->failure, HEAPLENS_ENOINPUT, "nothing was recorded yet");
    }
    if (memcmp(header->magic, HEAPLENS_STORE_MAGIC, HEAPLENS_STORE_MAGIC_BYTES) != 0) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "not a heaplens store");
    }
    if (header->version != HEAPLENS_STORE_VERSION || header->endian != HEAPLENS_STORE_ENDIAN) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT,
                              "store version %u, byte order 0x%08x; this program reads %d, 0x%08x",
                              header->version, header->endian, HEAPLENS_STORE_VERSION,
                              HEAPLENS_STORE_ENDIAN);
    }
    if (header->state == HEAPLENS_STORE_CREATED) {
        return heaplens__fail(r->failure, HEAPLENS_ENOINPUT, "nothing was recorded yet");
    }
    return HEAPLENS_OK;
}

static heaplens_status read_section(heaplens_store_reader *r, heaplens_store_kind kind)
{
    const heaplens_store_section *const section = &r->header.sections[kind];
    const uint64_t count = section->count;
    if (section->stride != strides[kind] || count > section->capacity) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT,
                              "store: section %d: %llu of %llu items of %u bytes, expected %u",
                              kind, (unsigned long long)count,
                              (unsigned long long)section->capacity, section->stride,
                              strides[kind]);
    }
    // Checked before anything is sized from it.
    if (section->offset > r->source->size ||
        count > (r->source->size - section->offset) / strides[kind] || count >= UINT32_MAX) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT,
                              "store: section %d: %llu items at %llu of %llu bytes", kind,
                              (unsigned long long)count, (unsigned long long)section->offset,
                              (unsigned long long)r->source->size);
    }
    r->counts[kind] = count;
    r->items[kind] = heaplens__array_zeroed(count, strides[kind]);
    if (r->items[kind] == NULL) {
        return HEAPLENS_ENOMEM;
    }
    return read_bytes(r, section->offset, r->items[kind], count * strides[kind]);
}

// ------------------------------------------------------------------------- facts and names

// Add a text of the store's text section; `between` replaces the NULs inside it.
static heaplens_status add_text(heaplens_store_reader *r, heaplens_names *names,
                                heaplens_store_string text, char between, heaplens_name *out)
{
    if (text.offset > r->counts[HEAPLENS_STORE_TEXT] ||
        text.bytes > r->counts[HEAPLENS_STORE_TEXT] - text.offset) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "store: text %u + %u of %zu",
                              text.offset, text.bytes, r->counts[HEAPLENS_STORE_TEXT]);
    }
    char *const copy = heaplens__array_zeroed((size_t)text.bytes + 1, 1);
    if (copy == NULL) {
        return HEAPLENS_ENOMEM;
    }
    memcpy(copy, r->items[HEAPLENS_STORE_TEXT] + text.offset, text.bytes);
    size_t length = text.bytes;
    while (length > 0 && copy[length - 1] == '\0') {
        length--;
    }
    for (size_t i = 0; i < length; i++) {
        copy[i] = copy[i] == '\0' ? between : copy[i];
    }
    const heaplens_status status = heaplens__names_add(names, copy, length, out);
    free(copy);
    return status;
}

static void read_clock(heaplens_store_reader *r)
{
    heaplens_store_header *const header = &r->header;
    const uint64_t units = header->latest.time - header->start.time;
    const uint64_t ns = header->latest.ns - header->start.ns;
    r->ns_per_unit = 1.0;
    if (header->latest.time > header->start.time && header->latest.ns > header->start.ns) {
        r->ns_per_unit = (double)ns / (double)units;
    }

    r->end_time = header->latest.time;
    const heaplens_store_entry *const entries = (const void *)r->items[HEAPLENS_STORE_ENTRIES];
    for (size_t i = 0; i < r->counts[HEAPLENS_STORE_ENTRIES]; i++) {
        r->end_time = entries[i].last_time > r->end_time ? entries[i].last_time : r->end_time;
    }
    r->end_time = header->peak_time > r->end_time ? header->peak_time : r->end_time;
}

static void read_totals(heaplens_store_reader *r, heaplens_process *process)
{
    heaplens_facts *const facts = &process->facts;
    const heaplens_store_shard *const shards = (const void *)r->items[HEAPLENS_STORE_SHARDS];
    for (size_t i = 0; i < r->counts[HEAPLENS_STORE_SHARDS]; i++) {
        const heaplens_store_shard *const shard = &shards[i];
        facts->bytes_total += shard->bytes_total;
        facts->blocks_total += shard->blocks_total;
        facts->bytes_end += (uint64_t)shard->bytes_live;
        facts->blocks_end += (uint64_t)shard->blocks_live;
        facts->bytes_usable_end += (uint64_t)shard->usable_live;
        facts->frees_unknown += shard->frees_unknown;
        facts->frees_inherited += shard->frees_inherited;
        facts->overflows += shard->overflows;
        facts->samples += shard->samples;
        facts->allocations_failed += shard->allocs_failed;
        facts->stacks_cut += shard->stacks_deeper;
        facts->stacks_broken += shard->stacks_stopped;
        facts->operations_lost += shard->entries_refused;
        for (size_t b = 0; b < HEAPLENS_STORE_SIZE_BINS; b++) {
            process->sizes[b].blocks += shard->sizes[b];
        }
    }
    facts->operations_lost += r->header.shards_absent;
    facts->bytes_end = heaplens__not_negative(facts->bytes_end);
    facts->blocks_end = heaplens__not_negative(facts->blocks_end);
    facts->bytes_usable_end = heaplens__not_negative(facts->bytes_usable_end);
    r->bytes_clock = facts->bytes_total;
}

// Count mode keeps no blocks apart: what is live is known in bytes that the allocator gave, since
// that mode began.
static void read_counted(heaplens_store_reader *r, heaplens_facts *facts)
{
    const heaplens_store_header *const header = &r->header;
    const heaplens_store_shard *const shards = (const void *)r->items[HEAPLENS_STORE_SHARDS];
    uint64_t bytes = (uint64_t)0 - (uint64_t)header->counted_at_start;
    uint64_t blocks = (uint64_t)0 - (uint64_t)header->counted_blocks_at_start;
    for (size_t i = 0; i < r->counts[HEAPLENS_STORE_SHARDS]; i++) {
        bytes += (uint64_t)shards[i].counted_bytes;
        blocks += (uint64_t)shards[i].counted_blocks;
    }
    const uint64_t peak = heaplens__not_negative((uint64_t)header->counted_peak);
    facts->bytes_end = heaplens__not_negative(bytes);
    facts->blocks_end = heaplens__not_negative(blocks);
    facts->bytes_usable_end = facts->bytes_end;
    facts->bytes_peak = peak > facts->bytes_end ? peak : facts->bytes_end;
    facts->blocks_peak = peak > facts->bytes_end
                             ? heaplens__not_negative((uint64_t)header->counted_blocks_peak)
                             : facts->blocks_end;
    facts->peak_ns = 0;
    facts->flags |= HEAPLENS_PROCESS_COUNTED;
}

// Did a thread allocate since the heap was about to shrink from its peak?
static bool has_risen(const heaplens_store_reader *r)
{
    const heaplens_store_shard *const shards = (const void *)r->items[HEAPLENS_STORE_SHARDS];
    for (size_t i = 0; i < r->counts[HEAPLENS_STORE_SHARDS]; i++) {
        if (shards[i].blocks_total != shards[i].looked_at) {
            return true;
        }
    }
    return false;
}

static void read_peak(heaplens_store_reader *r, heaplens_facts *facts)
{
    const uint64_t past = heaplens__not_negative((uint64_t)r->header.bytes_peak);
    // Of equal peaks the last that an allocation reached counts, as in DHAT.
    r->peak_is_now = facts->bytes_end > past || (facts->bytes_end == past && has_risen(r));
    facts->bytes_peak = r->peak_is_now ? facts->bytes_end : past;
    facts->blocks_peak = r->peak_is_now ? facts->blocks_end
                                        : heaplens__not_negative((uint64_t)r->header.blocks_peak);
    facts->peak_ns = heaplens__time_to_ns(r, r->peak_is_now ? r->end_time : r->header.peak_time);
    facts->threads = r->header.threads > UINT32_MAX ? UINT32_MAX : (uint32_t)r->header.threads;
    if (facts->threads > 1) {
        facts->peak_error_bytes = (uint64_t)facts->threads * r->header.pending_bytes_max;
        facts->flags |= HEAPLENS_PROCESS_THREADED;
    }
}

// A raw store is read on the machine that it was written on: it lies in memory or in a temporary
// folder there until the profile is finished.
static heaplens_status add_host(heaplens_names *names, heaplens_name *out)
{
    struct utsname system;
    char text[sizeof(system) + 3];
    if (uname(&system) != 0) {
        return HEAPLENS_OK;
    }
    const int length =
        snprintf(text, sizeof(text), "%s %s %s", system.sysname, system.release, system.machine);
    return heaplens__names_add(names, text, (size_t)length, out);
}

static heaplens_status read_facts(heaplens_store_reader *r, heaplens_session *session,
                                  heaplens_process *process)
{
    const heaplens_store_header *const header = &r->header;
    heaplens_facts *const facts = &process->facts;
    process->sizes = heaplens__array_zeroed(HEAPLENS_SIZE_CLASSES, sizeof(*process->sizes));
    if (process->sizes == NULL) {
        return HEAPLENS_ENOMEM;
    }
    process->size_count = HEAPLENS_SIZE_CLASSES;
    read_clock(r);
    read_totals(r, process);
    read_peak(r, facts);
    if (header->modes_used == 1U << HEAPLENS_MODE_COUNT) {
        read_counted(r, facts);
    }
    const bool is_sampled = (header->modes_used & 1U << HEAPLENS_MODE_SAMPLE) != 0;
    facts->flags |= is_sampled ? HEAPLENS_PROCESS_SAMPLED : 0;
    facts->sample_bytes = header->sample_bytes;
    facts->rss_peak_bytes = header->rss_peak;
    facts->rss_end_bytes = header->rss_latest;
    facts->start_unix_ns = header->start_realtime_ns;
    facts->duration_ns = heaplens__time_to_ns(r, r->end_time);
    facts->pid = header->pid;
    facts->parent_pid = header->ppid;
    facts->mode = (uint32_t)header->mode;
    facts->depth_max = header->depth_max;
    facts->store_bytes_max = header->file_bytes;
    facts->flags |= header->state == HEAPLENS_STORE_RECORDING ? HEAPLENS_PROCESS_UNFINISHED : 0;
    for (size_t i = 0; i < HEAPLENS_STORE_KINDS; i++) {
        facts->flags |= header->sections[i].refused > 0 ? HEAPLENS_PROCESS_CUT : 0;
    }

    heaplens_status status = add_text(r, &session->names, header->command, ' ', &facts->command);
    if (status == HEAPLENS_OK) {
        status = add_text(r, &session->names, header->exe, '?', &facts->executable);
    }
    if (status == HEAPLENS_OK) {
        status = add_text(r, &session->names, header->cwd, '?', &facts->folder);
    }
    if (status == HEAPLENS_OK) {
        status = add_host(&session->names, &facts->host);
    }
    return status;
}

static heaplens_status read_modules(heaplens_store_reader *r, heaplens_session *session,
                                    heaplens_process *process)
{
    static const char digits[] = "0123456789abcdef";
    const heaplens_store_module *const stored = (const void *)r->items[HEAPLENS_STORE_MODULES];
    const size_t count = r->counts[HEAPLENS_STORE_MODULES];
    process->modules = heaplens__array_zeroed(count, sizeof(*process->modules));
    if (process->modules == NULL) {
        return HEAPLENS_ENOMEM;
    }
    process->module_count = count;
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < count && status == HEAPLENS_OK; i++) {
        heaplens_module *const module = &process->modules[i];
        module->start = stored[i].start;
        module->end = stored[i].end;
        module->bias = stored[i].bias;
        if (stored[i].build_id_bytes > HEAPLENS_STORE_BUILD_ID_BYTES) {
            return heaplens__fail(r->failure, HEAPLENS_EFORMAT,
                                  "store: build id of %u bytes, limit %d", stored[i].build_id_bytes,
                                  HEAPLENS_STORE_BUILD_ID_BYTES);
        }
        char text[2 * HEAPLENS_STORE_BUILD_ID_BYTES] = "";
        for (size_t b = 0; b < stored[i].build_id_bytes; b++) {
            text[2 * b] = digits[stored[i].build_id[b] >> 4];
            text[2 * b + 1] = digits[stored[i].build_id[b] & 15];
        }
        status = heaplens__names_add(&session->names, text, (size_t)stored[i].build_id_bytes * 2,
                                     &module->build_id);
        if (status == HEAPLENS_OK) {
            status = add_text(r, &session->names, stored[i].path, '?', &module->path);
        }
    }
    return status;
}

static heaplens_status read_moments(heaplens_store_reader *r, heaplens_session *session,
                                    heaplens_process *process)
{
    const heaplens_store_snapshot *const stored = (const void *)r->items[HEAPLENS_STORE_SNAPSHOTS];
    const size_t count = r->counts[HEAPLENS_STORE_SNAPSHOTS];
    process->moments = heaplens__array_zeroed(count, sizeof(*process->moments));
    if (process->moments == NULL) {
        return HEAPLENS_ENOMEM;
    }
    process->moment_count = count;
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < count && status == HEAPLENS_OK; i++) {
        process->moments[i] = (heaplens_moment){
            .time_ns = stored[i].time_ns,
            .bytes_live = stored[i].bytes_live,
            .blocks_live = stored[i].blocks_live,
            .bytes_peak = stored[i].bytes_peak,
            .blocks_peak = stored[i].blocks_peak,
            .bytes_total = stored[i].bytes_total,
            .blocks_total = stored[i].blocks_total,
        };
        status = heaplens__names_add(&session->names, stored[i].label, sizeof(stored[i].label),
                                     &process->moments[i].label);
    }
    return status;
}

static heaplens_status read_everything(heaplens_store_reader *r, heaplens_session *session,
                                       heaplens_process *process)
{
    heaplens_status status = read_header(r);
    for (int kind = 0; status == HEAPLENS_OK && kind < HEAPLENS_STORE_KINDS; kind++) {
        status = read_section(r, (heaplens_store_kind)kind);
    }
    if (status == HEAPLENS_OK) {
        status = read_facts(r, session, process);
    }
    if (status == HEAPLENS_OK && process->facts.blocks_total == 0 &&
        r->header.state == HEAPLENS_STORE_RECORDING) {
        // A child between fork() and exec() leaves such a store.
        return heaplens__fail(r->failure, HEAPLENS_ENOINPUT, "nothing was recorded yet");
    }
    if (status == HEAPLENS_OK) {
        status = read_modules(r, session, process);
    }
    if (status == HEAPLENS_OK) {
        status = read_moments(r, session, process);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__store_sites(r, &session->names, process);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__store_details(r, &session->names, process);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__store_points(r, process);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__process_check(process, session->names.size, r->failure);
    }
    return status;
}

heaplens_status heaplens__store_read(heaplens_session *session, const heaplens_store_source *source,
                                     heaplens_failure *failure)
{
    heaplens_store_reader r = {.source = source, .failure = failure};
    heaplens_process process = {0};
    heaplens_status status = read_everything(&r, session, &process);
    if (status == HEAPLENS_OK) {
        status = heaplens__session_add(session, &process);
    }
    for (size_t i = 0; i < HEAPLENS_STORE_KINDS; i++) {
        free(r.items[i]);
    }
    free(r.site_of);
    heaplens__process_deinit(&process);
    return status;
}
