// SPDX-License-Identifier: MIT
// The reader of the finished file. Every number in it is taken for an attack until it was checked.
#include "profile/finished.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "profile/array.h"
#include "profile/bytes.h"
#include "profile/tables.h"

enum { KINDS = HEAPLENS_SECTION_THREAD_SITES + 1 };

typedef struct section {
    uint32_t row_bytes;
    uint64_t rows;
    const unsigned char *packed;
    uint64_t packed_bytes;
    unsigned char *raw;  // owned; NULL until it is unpacked
} section;

typedef struct reader {
    const unsigned char *data;
    size_t size;
    section sections[KINDS];  // by kind; no packed bytes: not in the file
    uint64_t bytes_raw;       // unpacked bytes that were promised so far
    heaplens_failure *failure;
} reader;

static heaplens_status check_head(const reader *r, size_t *section_count)
{
    const unsigned char *const head = r->data;
    if (r->size < HEAPLENS_FINISHED_HEADER_BYTES ||
        memcmp(head, heaplens__finished_magic, HEAPLENS_FINISHED_MAGIC_BYTES) != 0) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "not a heaplens profile");
    }
    const uint32_t version = heaplens__load32(head + 8);
    if (version != HEAPLENS_FINISHED_VERSION) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "version %u, this program reads %d",
                              version, HEAPLENS_FINISHED_VERSION);
    }
    const uint32_t count = heaplens__load32(head + 12);
    const size_t table_bytes = (size_t)count * HEAPLENS_FINISHED_ENTRY_BYTES;
    if (count > HEAPLENS_FINISHED_SECTIONS_MAX ||
        table_bytes > r->size - HEAPLENS_FINISHED_HEADER_BYTES) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "%u sections in %zu bytes, limit %d",
                              count, r->size, HEAPLENS_FINISHED_SECTIONS_MAX);
    }
    const uint64_t file_bytes = heaplens__load64(head + 16);
    if (file_bytes != r->size) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT,
                              "%zu bytes, %llu were written: the file is cut", r->size,
                              (unsigned long long)file_bytes);
    }
    const uint32_t sum = (uint32_t)crc32_z(0, head + HEAPLENS_FINISHED_HEADER_BYTES, table_bytes);
    if (sum != heaplens__load32(head + 24)) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "checksum of the section table");
    }
    *section_count = count;
    return HEAPLENS_OK;
}

static heaplens_status check_section(reader *r, uint32_t kind, const section *found, uint32_t sum,
                                     uint64_t at)
{
    if (at > r->size || found->packed_bytes > r->size - at) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "section %u: bytes %llu + %llu of %zu",
                              kind, (unsigned long long)at, (unsigned long long)found->packed_bytes,
                              r->size);
    }
    if (sum != (uint32_t)crc32_z(0, r->data + at, found->packed_bytes)) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "section %u: checksum", kind);
    }
    const uint64_t limit = found->packed_bytes * HEAPLENS_FINISHED_EXPANSION_MAX;
    if (found->row_bytes == 0 || found->rows > limit / found->row_bytes) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "section %u: %llu rows in %llu bytes",
                              kind, (unsigned long long)found->rows,
                              (unsigned long long)found->packed_bytes);
    }
    r->bytes_raw += found->rows * found->row_bytes;
    if (r->bytes_raw > HEAPLENS_FINISHED_BYTES_MAX) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "%llu bytes unpacked, limit %llu",
                              (unsigned long long)r->bytes_raw,
                              (unsigned long long)HEAPLENS_FINISHED_BYTES_MAX);
    }
    return HEAPLENS_OK;
}

static heaplens_status read_section_table(reader *r, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const unsigned char *const entry =
            r->data + HEAPLENS_FINISHED_HEADER_BYTES + i * HEAPLENS_FINISHED_ENTRY_BYTES;
        const uint32_t kind = heaplens__load32(entry);
        if (kind == 0 || kind >= KINDS) {
            continue;  // a later version of the same major format may add sections
        }
        if (r->sections[kind].packed != NULL) {
            return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "section %u is there twice", kind);
        }
        section found = {
            .row_bytes = heaplens__load32(entry + 4),
            .rows = heaplens__load64(entry + 8),
            .packed_bytes = heaplens__load64(entry + 24),
        };
        const uint64_t at = heaplens__load64(entry + 16);
        const heaplens_status status =
            check_section(r, kind, &found, heaplens__load32(entry + 32), at);
        if (status != HEAPLENS_OK) {
            return status;
        }
        found.packed = r->data + at;
        r->sections[kind] = found;
    }
    return HEAPLENS_OK;
}

// Unpack a section whose rows must be `row_bytes` wide.
static heaplens_status unpack_section(reader *r, uint32_t kind, size_t row_bytes)
{
    section *const s = &r->sections[kind];
    if (s->packed == NULL || s->row_bytes != row_bytes) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT,
                              "section %u: rows of %u bytes, expected %zu", kind, s->row_bytes,
                              row_bytes);
    }
    const uint64_t want = s->rows * s->row_bytes;  // bounded by check_section()
    s->raw = heaplens__array_zeroed(want, 1);
    if (s->raw == NULL) {
        return HEAPLENS_ENOMEM;
    }
    uLongf got = (uLongf)want;
    const int result = uncompress(s->raw, &got, s->packed, (uLong)s->packed_bytes);
    if (result == Z_MEM_ERROR) {
        return HEAPLENS_ENOMEM;
    }
    if (result != Z_OK || got != want) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "section %u does not unpack", kind);
    }
    return HEAPLENS_OK;
}

static heaplens_status unpack_everything(reader *r)
{
    heaplens_status status = unpack_section(r, HEAPLENS_SECTION_NAMES, 1);
    if (status == HEAPLENS_OK) {
        status = unpack_section(r, HEAPLENS_SECTION_PROCESSES,
                                heaplens__table_row_bytes(&heaplens__process_table));
    }
    for (size_t i = 0; status == HEAPLENS_OK && i < HEAPLENS_TABLE_COUNT; i++) {
        const heaplens_table *const table = &heaplens__tables[i];
        status = unpack_section(r, table->section, heaplens__table_row_bytes(table));
    }
    return status;
}

static heaplens_status take_names(reader *r, heaplens_session *session)
{
    section *const s = &r->sections[HEAPLENS_SECTION_NAMES];
    if (s->rows == 0 || s->rows > UINT32_MAX || s->raw[0] != '\0' || s->raw[s->rows - 1] != '\0') {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "names are not %llu bytes of texts",
                              (unsigned long long)s->rows);
    }
    session->names.text = (char *)s->raw;
    session->names.size = s->rows;
    session->names.capacity = s->rows;
    s->raw = NULL;
    return HEAPLENS_OK;
}

// Give each process its rows of a table: they follow each other in the order of the processes.
static heaplens_status deal_table(reader *r, heaplens_session *session, const heaplens_table *table)
{
    const section *const s = &r->sections[table->section];
    size_t before = 0;
    for (size_t i = 0; i < session->process_count; i++) {
        heaplens_process *const process = &session->processes[i];
        const size_t count = heaplens__table_count(table, process);
        if (count > s->rows - before) {
            return heaplens__fail(r->failure, HEAPLENS_EFORMAT,
                                  "section %u: process %zu wants rows %zu + %zu of %llu",
                                  table->section, i, before, count, (unsigned long long)s->rows);
        }
        void *const items = heaplens__array_zeroed(count, table->item_bytes);
        if (items == NULL) {
            return HEAPLENS_ENOMEM;
        }
        heaplens__table_set_items(table, process, items);
        heaplens__table_decode(table, items, count, s->raw, before, s->rows);
        before += count;
    }
    if (before != s->rows) {
        return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "section %u: %zu of %llu rows used",
                              table->section, before, (unsigned long long)s->rows);
    }
    return HEAPLENS_OK;
}

static heaplens_status take_processes(reader *r, heaplens_session *session)
{
    const section *const s = &r->sections[HEAPLENS_SECTION_PROCESSES];
    session->processes = heaplens__array_zeroed(s->rows, sizeof(*session->processes));
    if (session->processes == NULL) {
        return HEAPLENS_ENOMEM;
    }
    session->process_count = s->rows;
    session->process_capacity = s->rows;
    heaplens__table_decode(&heaplens__process_table, session->processes, s->rows, s->raw, 0,
                           s->rows);
    for (size_t i = 0; i < HEAPLENS_TABLE_COUNT; i++) {
        const heaplens_status status = deal_table(r, session, &heaplens__tables[i]);
        if (status != HEAPLENS_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < session->process_count; i++) {
        const heaplens_status status =
            heaplens__process_check(&session->processes[i], session->names.size, r->failure);
        if (status != HEAPLENS_OK) {
            return status;
        }
    }
    return HEAPLENS_OK;
}

static heaplens_status read_everything(reader *r, heaplens_session *session)
{
    size_t section_count = 0;
    heaplens_status status = check_head(r, &section_count);
    if (status == HEAPLENS_OK) {
        status = read_section_table(r, section_count);
    }
    if (status == HEAPLENS_OK) {
        status = unpack_everything(r);
    }
    if (status == HEAPLENS_OK) {
        status = take_names(r, session);
    }
    if (status == HEAPLENS_OK) {
        status = take_processes(r, session);
    }
    return status;
}

heaplens_status heaplens__finished_read(heaplens_session **out, const unsigned char *data,
                                        size_t size, heaplens_failure *failure)
{
    *out = NULL;
    heaplens_session *const session = heaplens_session_create();
    if (session == NULL) {
        return HEAPLENS_ENOMEM;
    }
    reader r = {.data = data, .size = size, .failure = failure};
    const heaplens_status status = read_everything(&r, session);
    for (size_t i = 0; i < KINDS; i++) {
        free(r.sections[i].raw);
    }
    if (status != HEAPLENS_OK) {
        heaplens_session_destroy(session);
        return status;
    }
    *out = session;
    return HEAPLENS_OK;
}
