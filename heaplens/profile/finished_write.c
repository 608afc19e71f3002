// SPDX-License-Identifier: MIT
// The writer of the finished file: sections one after the other, then the header that names them.
#define _GNU_SOURCE
#define ZLIB_CONST  // input is const

#include "profile/finished.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "profile/array.h"
#include "profile/bytes.h"
#include "profile/tables.h"

const unsigned char heaplens__finished_magic[HEAPLENS_FINISHED_MAGIC_BYTES] = {
    0x89, 'H', 'L', 'E', 'N', 'S', '\r', '\n'};

enum {
    SECTION_COUNT = 2 + HEAPLENS_TABLE_COUNT,  // names, processes, and their tables
    FIRST_SECTION_AT =
        HEAPLENS_FINISHED_HEADER_BYTES + SECTION_COUNT * HEAPLENS_FINISHED_ENTRY_BYTES,
    // Measured on the profile of gcc -O1 on 3,000 functions, 1.4 MB unpacked: level 2 packs it to
    // 268 kB in 7 ms, level 6 to 252 kB in 29 ms, level 9 to 249 kB in 244 ms.
    ZLIB_LEVEL = 2,
};

typedef struct writer {
    int fd;
    uint64_t at;         // next byte of the file
    uint64_t bytes_raw;  // unpacked bytes so far
    size_t section_count;
    unsigned char head[FIRST_SECTION_AT];
    z_stream packer;  // one for all sections: its memory is most of what a small profile needs
    heaplens_failure *failure;
} writer;

static heaplens_status write_all(int fd, const unsigned char *data, size_t size, uint64_t at,
                                 heaplens_failure *failure)
{
    while (size > 0) {
        const ssize_t wrote = pwrite(fd, data, size, (off_t)at);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return heaplens__fail(failure, HEAPLENS_EIO, "cannot write: %s",
                                  strerrordesc_np(wrote < 0 ? errno : ENOSPC));
        }
        data += wrote;
        size -= (size_t)wrote;
        at += (uint64_t)wrote;
    }
    return HEAPLENS_OK;
}

// `packed` has room for what compressBound() says. No section is larger than a zlib count can say.
static bool pack(z_stream *packer, const unsigned char *raw, size_t raw_bytes,
                 unsigned char *packed, uint64_t *packed_bytes)
{
    packer->next_in = raw;
    packer->avail_in = (uInt)raw_bytes;
    packer->next_out = packed;
    packer->avail_out = (uInt)*packed_bytes;
    const bool is_done = deflateReset(packer) == Z_OK && deflate(packer, Z_FINISH) == Z_STREAM_END;
    *packed_bytes = packer->total_out;
    return is_done;
}

static heaplens_status write_section(writer *w, heaplens_section kind, uint64_t rows,
                                     uint32_t row_bytes, const unsigned char *raw)
{
    const uint64_t raw_bytes = rows * row_bytes;
    w->bytes_raw += raw_bytes;
    if (w->bytes_raw > HEAPLENS_FINISHED_BYTES_MAX) {
        return heaplens__fail(w->failure, HEAPLENS_ECAPACITY, "%llu bytes, limit %llu",
                              (unsigned long long)w->bytes_raw,
                              (unsigned long long)HEAPLENS_FINISHED_BYTES_MAX);
    }
    uint64_t packed_bytes = compressBound((uLong)raw_bytes);
    unsigned char *const packed = malloc(packed_bytes);
    if (packed == NULL) {
        return HEAPLENS_ENOMEM;
    }
    heaplens_status status = HEAPLENS_ENOMEM;
    if (pack(&w->packer, raw, raw_bytes, packed, &packed_bytes)) {
        status = write_all(w->fd, packed, packed_bytes, w->at, w->failure);
    }

    unsigned char *const entry =
        w->head + HEAPLENS_FINISHED_HEADER_BYTES + w->section_count * HEAPLENS_FINISHED_ENTRY_BYTES;
    heaplens__store32(entry, kind);
    heaplens__store32(entry + 4, row_bytes);
    heaplens__store64(entry + 8, rows);
    heaplens__store64(entry + 16, w->at);
    heaplens__store64(entry + 24, packed_bytes);
    heaplens__store32(entry + 32, (uint32_t)crc32_z(0, packed, packed_bytes));
    w->at += packed_bytes;
    w->section_count++;
    free(packed);
    return status;
}

// One section holds a table's rows of all processes, in their order.
static heaplens_status write_table(writer *w, const heaplens_session *session,
                                   const heaplens_table *table)
{
    size_t rows = 0;
    for (size_t i = 0; i < session->process_count; i++) {
        rows += heaplens__table_count(table, &session->processes[i]);
    }
    const size_t row_bytes = heaplens__table_row_bytes(table);
    unsigned char *const raw = heaplens__array_zeroed(rows, row_bytes);
    if (raw == NULL) {
        return HEAPLENS_ENOMEM;
    }
    size_t before = 0;
    for (size_t i = 0; i < session->process_count; i++) {
        const heaplens_process *const process = &session->processes[i];
        const size_t count = heaplens__table_count(table, process);
        heaplens__table_encode(table, heaplens__table_items(table, process), count, raw, before,
                               rows);
        before += count;
    }
    const heaplens_status status =
        write_section(w, (heaplens_section)table->section, rows, (uint32_t)row_bytes, raw);
    free(raw);
    return status;
}

static heaplens_status write_processes(writer *w, const heaplens_session *session)
{
    const heaplens_table *const table = &heaplens__process_table;
    const size_t row_bytes = heaplens__table_row_bytes(table);
    unsigned char *const raw = heaplens__array_zeroed(session->process_count, row_bytes);
    if (raw == NULL) {
        return HEAPLENS_ENOMEM;
    }
    heaplens__table_encode(table, session->processes, session->process_count, raw, 0,
                           session->process_count);
    const heaplens_status status = write_section(w, HEAPLENS_SECTION_PROCESSES,
                                                 session->process_count, (uint32_t)row_bytes, raw);
    free(raw);
    return status;
}

static heaplens_status write_head(writer *w)
{
    unsigned char *const head = w->head;
    memcpy(head, heaplens__finished_magic, HEAPLENS_FINISHED_MAGIC_BYTES);
    heaplens__store32(head + 8, HEAPLENS_FINISHED_VERSION);
    heaplens__store32(head + 12, (uint32_t)w->section_count);
    heaplens__store64(head + 16, w->at);
    const size_t table_bytes = w->section_count * HEAPLENS_FINISHED_ENTRY_BYTES;
    heaplens__store32(head + 24,
                      (uint32_t)crc32_z(0, head + HEAPLENS_FINISHED_HEADER_BYTES, table_bytes));
    return write_all(w->fd, head, sizeof(w->head), 0, w->failure);
}

static heaplens_status write_sections(writer *w, const heaplens_session *session)
{
    // Without a text the table of names has no storage, but the file has its empty text.
    static const unsigned char empty[1] = {0};
    const heaplens_names *const names = &session->names;
    heaplens_status status =
        write_section(w, HEAPLENS_SECTION_NAMES, names->size == 0 ? sizeof(empty) : names->size, 1,
                      names->size == 0 ? empty : (const unsigned char *)names->text);
    if (status == HEAPLENS_OK) {
        status = write_processes(w, session);
    }
    for (size_t i = 0; status == HEAPLENS_OK && i < HEAPLENS_TABLE_COUNT; i++) {
        status = write_table(w, session, &heaplens__tables[i]);
    }
    return status == HEAPLENS_OK ? write_head(w) : status;
}

static heaplens_status write_everything(writer *w, const heaplens_session *session)
{
    if (deflateInit(&w->packer, ZLIB_LEVEL) != Z_OK) {
        return HEAPLENS_ENOMEM;
    }
    const heaplens_status status = write_sections(w, session);
    (void)deflateEnd(&w->packer);
    return status;
}

static bool is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

heaplens_status heaplens_session_write(const heaplens_session *session, const char *path,
                                       heaplens_failure *failure)
{
    char beside[4096];
    const int length = snprintf(beside, sizeof(beside), "%s.%ld.part", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof(beside)) {
        return heaplens__fail(failure, HEAPLENS_EIO, "path of %zu bytes, limit %zu", strlen(path),
                              sizeof(beside) - 32);
    }
    writer w = {.at = FIRST_SECTION_AT, .failure = failure};
    // A device is written into: a rename would put a file in its place.
    const bool is_device = is_special(path);
    w.fd = is_device ? open(path, O_WRONLY | O_CLOEXEC)
                     : open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (w.fd < 0) {
        return heaplens__fail(failure, HEAPLENS_EIO, "cannot create %s: %s",
                              is_device ? path : beside, strerrordesc_np(errno));
    }
    heaplens_status status = write_everything(&w, session);
    if (close(w.fd) != 0 && status == HEAPLENS_OK) {
        status = heaplens__fail(failure, HEAPLENS_EIO, "cannot close %s: %s", path,
                                strerrordesc_np(errno));
    }
    if (is_device) {
        return status;
    }
    if (status == HEAPLENS_OK && rename(beside, path) != 0) {
        status = heaplens__fail(failure, HEAPLENS_EIO, "cannot rename to %s: %s", path,
                                strerrordesc_np(errno));
    }
    if (status != HEAPLENS_OK) {
        (void)unlink(beside);
    }
    return status;
}
