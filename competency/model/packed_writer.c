// SPDX-License-Identifier: MIT
// Writing a packed model file: header and sections to a temporary name, to the disk, and only then
// to the name that readers look for.
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/path.h"
#include "model/packed_file.h"
#include "model/packed_layout.h"

enum {
    ATTEMPTS = 16,
    TEMPORARY_BYTES = 64,  // that a temporary name is longer than the path
};

static uint64_t round_up(uint64_t offset)
{
    const uint64_t most = COMPETENCY__PACKED_ALIGN - 1;
    return (offset + most) / COMPETENCY__PACKED_ALIGN * COMPETENCY__PACKED_ALIGN;
}

static void fill_config(competency__packed_header *h, const competency__bert_config *config)
{
    h->layers = config->layers;
    h->hidden = config->hidden;
    h->heads = config->heads;
    h->intermediate = config->intermediate;
    h->vocabulary = config->vocabulary;
    h->positions = config->positions;
    h->segments = config->segments;
    h->tokens_max = config->tokens_max;
    h->layer_norm_eps = config->layer_norm_eps;
    h->activation = (uint32_t)config->activation;
    h->pooling = (uint32_t)config->pooling;
    h->is_normalised = config->is_normalised;
}

static void fill_tokenizer(competency__packed_header *h, const competency__tokenizer_tables *tables)
{
    h->lower_case = tables->options.lower_case;
    h->strip_accents = tables->options.strip_accents;
    h->space_cjk = tables->options.space_cjk;
    h->special_tokens_are_text = tables->options.special_tokens_are_text;
    h->entries = tables->vocabulary.count;
    h->slots = tables->vocabulary.mask + 1;
    h->longest = (uint32_t)tables->vocabulary.longest;
    memcpy(h->specials, tables->specials, sizeof(h->specials));
    memcpy(h->prompt, tables->options.prompt, sizeof(h->prompt));
}

static void fill_header(competency__packed_header *h, const competency__packed_facts *facts,
                        const competency__tokenizer_tables *tables,
                        const competency__packed_section *sections)
{
    *h = (competency__packed_header){.version = COMPETENCY__PACKED_VERSION,
                                     .byte_order = COMPETENCY__PACKED_BYTE_ORDER,
                                     .precision = facts->precision,
                                     .sections = COMPETENCY__PACKED_SECTIONS,
                                     .source_bytes = facts->source_bytes};
    memcpy(h->magic, COMPETENCY__PACKED_MAGIC, sizeof(h->magic));
    fill_config(h, &facts->config);
    fill_tokenizer(h, tables);
    memcpy(h->source_sha256, facts->sha256, sizeof(h->source_sha256));
    memcpy(h->stamp, facts->stamp, sizeof(h->stamp));
    memcpy(h->name, facts->name, sizeof(h->name));
    h->file_size = COMPETENCY__PACKED_ALIGN;
    for (uint32_t i = 0; i < COMPETENCY__PACKED_SECTIONS; i++) {
        h->table[i].kind = i;
        h->table[i].offset = round_up(h->file_size);
        h->table[i].size = sections[i].size;
        competency__sha256(h->table[i].sha256, sections[i].bytes, sections[i].size);
        h->file_size = h->table[i].offset + sections[i].size;
    }
    competency__sha256(h->sha256, h, offsetof(competency__packed_header, sha256));
}

static bool write_all(int file, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        const ssize_t written = write(file, at, size);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        at += written > 0 ? written : 0;
        size -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

// `bytes`, and zeros up to the next page unless it is the last part. A section is one call, for
// which the system takes huge pages into its cache; readers then map it by a few dozen faults.
static bool write_part(int file, const void *bytes, size_t size, bool is_last)
{
    static const char zeros[COMPETENCY__PACKED_ALIGN];
    const size_t padding = is_last ? 0 : (size_t)(round_up(size) - size);
    return write_all(file, bytes, size) && write_all(file, zeros, padding);
}

static bool write_file(int file, const competency__packed_header *h,
                       const competency__packed_section *sections)
{
    bool is_done = write_part(file, h, sizeof(*h), false);
    for (size_t i = 0; i < COMPETENCY__PACKED_SECTIONS && is_done; i++) {
        is_done = write_part(file, sections[i].bytes, sections[i].size,
                             i + 1 == COMPETENCY__PACKED_SECTIONS);
    }
    return is_done;
}

// A new file beside `path`, whose name is put into `temporary`. -1, with errno, if there is none.
static int create_beside(const char *path, char *temporary, size_t size)
{
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        struct timespec now = {0};
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        (void)snprintf(temporary, size, "%s.%lx-%lx-%x", path, (unsigned long)getpid(),
                       (unsigned long)now.tv_nsec, i);
        const int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST) {
            return file;
        }
    }
    return -1;
}

static competency_status write_and_rename(const char *path, char *temporary, size_t size,
                                          const competency__packed_header *h,
                                          const competency__packed_section *sections,
                                          competency_error *err)
{
    const int file = create_beside(path, temporary, size);
    if (file < 0) {
        return competency__fail(err, COMPETENCY_EIO, "cannot write %s: %s", path,
                                competency__system_text(errno));
    }
    // On the disk before it has its name: a reader does not look at every byte.
    const bool is_written = write_file(file, h, sections) && fsync(file) == 0;
    const int reason = errno;
    const bool is_closed = close(file) == 0;
    if (is_written && is_closed && rename(temporary, path) == 0) {
        return COMPETENCY_OK;
    }
    const int last = is_written ? errno : reason;
    (void)unlink(temporary);
    return competency__fail(err, COMPETENCY_EIO, "cannot write %s: %s", path,
                            competency__system_text(last));
}

// A device or a pipe is written to, not replaced.
static competency_status write_straight(const char *path, const competency__packed_header *h,
                                        const competency__packed_section *sections,
                                        competency_error *err)
{
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    bool is_done = file >= 0 && write_file(file, h, sections);
    if (file >= 0) {
        is_done = close(file) == 0 && is_done;
    }
    return is_done ? COMPETENCY_OK
                   : competency__fail(err, COMPETENCY_EIO, "cannot write %s: %s", path,
                                      competency__system_text(errno));
}

competency_status competency__packed_file_write(
    const char *path, const competency__packed_facts *facts, const competency__tokenizer *tokenizer,
    competency__packed_section layers, competency__packed_section words, competency_error *err)
{
    const competency__tokenizer_tables tables = competency__tokenizer_export(tokenizer);
    const competency__vocabulary *const v = &tables.vocabulary;
    const competency__packed_section sections[COMPETENCY__PACKED_SECTIONS] = {
        [COMPETENCY__PACKED_ENTRIES] = {v->bytes, v->bytes_size},
        [COMPETENCY__PACKED_STARTS] = {v->starts, (v->count + (size_t)1) * sizeof(*v->starts)},
        [COMPETENCY__PACKED_SLOTS] = {v->slots, (v->mask + (size_t)1) * sizeof(*v->slots)},
        [COMPETENCY__PACKED_LAYERS] = layers,
        [COMPETENCY__PACKED_WORDS] = words,
    };
    competency__packed_header h;
    fill_header(&h, facts, &tables, sections);

    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
        return write_straight(path, &h, sections, err);
    }
    char temporary[COMPETENCY__PATH_BYTES];
    if (strlen(path) + TEMPORARY_BYTES > sizeof(temporary)) {
        return competency__fail(err, COMPETENCY_EIO, "a path of %zu bytes, limit %d", strlen(path),
                                COMPETENCY__PATH_BYTES - TEMPORARY_BYTES);
    }
    return write_and_rename(path, temporary, sizeof(temporary), &h, sections, err);
}
