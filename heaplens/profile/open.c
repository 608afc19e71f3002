// SPDX-License-Identifier: MIT
// Finds out what a path is, and loads it.
#define _GNU_SOURCE

#include "profile/open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/store.h"
#include "profile/finished.h"
#include "profile/store_read.h"

enum { MAGIC_BYTES = 8 };

_Static_assert((int)MAGIC_BYTES == (int)HEAPLENS_FINISHED_MAGIC_BYTES &&
                   (int)MAGIC_BYTES == (int)HEAPLENS_STORE_MAGIC_BYTES,
               "both kinds of file are told apart by as many bytes");

static heaplens_status fail_open(heaplens_failure *failure, const char *path, int reason)
{
    const bool is_absent = reason == ENOENT || reason == ENOTDIR;
    return heaplens__fail(failure, is_absent ? HEAPLENS_ENOINPUT : HEAPLENS_EIO, "%s: %s", path,
                          strerrordesc_np(reason));
}

static heaplens_status read_store(heaplens_session **out, const heaplens_store_source *source,
                                  heaplens_failure *failure)
{
    heaplens_session *const session = heaplens_session_create();
    if (session == NULL) {
        return HEAPLENS_ENOMEM;
    }
    const heaplens_status status = heaplens__store_read(session, source, failure);
    if (status != HEAPLENS_OK) {
        heaplens_session_destroy(session);
        return status;
    }
    *out = session;
    return HEAPLENS_OK;
}

heaplens_status heaplens__session_parse(heaplens_session **out, const unsigned char *data,
                                        size_t size, bool *is_raw, heaplens_failure *failure)
{
    *out = NULL;
    *is_raw = size >= MAGIC_BYTES && memcmp(data, HEAPLENS_STORE_MAGIC, MAGIC_BYTES) == 0;
    if (*is_raw) {
        const heaplens_store_source source = {.fd = -1, .data = data, .size = size};
        return read_store(out, &source, failure);
    }
    return heaplens__finished_read(out, data, size, failure);
}

// --------------------------------------------------------------------------------- files

static heaplens_status read_whole(int fd, size_t size, unsigned char **out)
{
    unsigned char *const data = malloc(size == 0 ? 1 : size);
    if (data == NULL) {
        return HEAPLENS_ENOMEM;
    }
    size_t at = 0;
    while (at < size) {
        const ssize_t got = pread(fd, data + at, size - at, (off_t)at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            free(data);
            return HEAPLENS_EIO;
        }
        at += (size_t)got;
    }
    *out = data;
    return HEAPLENS_OK;
}

static heaplens_status open_finished(heaplens_session **out, int fd, size_t size,
                                     heaplens_failure *failure)
{
    unsigned char *data = NULL;
    if (size > HEAPLENS_FINISHED_BYTES_MAX) {
        return heaplens__fail(failure, HEAPLENS_EFORMAT, "%zu bytes, limit %llu", size,
                              (unsigned long long)HEAPLENS_FINISHED_BYTES_MAX);
    }
    heaplens_status status = read_whole(fd, size, &data);
    if (status != HEAPLENS_OK) {
        return heaplens__fail(failure, status, "cannot read %zu bytes", size);
    }
    status = heaplens__finished_read(out, data, size, failure);
    free(data);
    return status;
}

static heaplens_status open_file(heaplens_session **out, int fd, size_t size, bool *is_raw,
                                 heaplens_failure *failure)
{
    unsigned char magic[MAGIC_BYTES] = {0};
    const ssize_t got = pread(fd, magic, sizeof(magic), 0);
    *is_raw =
        got == (ssize_t)sizeof(magic) && memcmp(magic, HEAPLENS_STORE_MAGIC, MAGIC_BYTES) == 0;
    if (*is_raw) {
        // A store has room for far more than it uses: only what is used is read.
        const heaplens_store_source source = {.fd = fd, .size = size};
        return read_store(out, &source, failure);
    }
    return open_finished(out, fd, size, failure);
}

// -------------------------------------------------------------------------------- folders

static bool is_store_name(const char *name)
{
    const size_t length = strlen(name);
    return length > strlen(".store") && strcmp(name + length - strlen(".store"), ".store") == 0;
}

// Add one store of a folder; what is not a readable store is counted in `left_out`.
static heaplens_status add_store(heaplens_session *session, int folder, const char *name,
                                 size_t *left_out, heaplens_failure *failure)
{
    struct stat info;
    const int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        ++*left_out;
        if (fd >= 0) {
            (void)close(fd);
        }
        return HEAPLENS_OK;
    }
    const heaplens_store_source source = {.fd = fd, .size = (uint64_t)info.st_size};
    const heaplens_status status = heaplens__store_read(session, &source, failure);
    (void)close(fd);
    if (status == HEAPLENS_ENOMEM) {
        return status;
    }
    *left_out += status == HEAPLENS_OK || status == HEAPLENS_ENOINPUT ? 0 : 1;
    return HEAPLENS_OK;
}

static int is_store_entry(const struct dirent *entry)
{
    return is_store_name(entry->d_name);
}

static heaplens_status add_folder(heaplens_session *session, const char *path,
                                  heaplens_failure *failure)
{
    struct dirent **entries = NULL;
    const int count = scandir(path, &entries, is_store_entry, alphasort);
    if (count < 0) {
        return fail_open(failure, path, errno);
    }
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    heaplens_status status = folder < 0 ? fail_open(failure, path, errno) : HEAPLENS_OK;
    heaplens_failure detail = {0};
    size_t left_out = 0;
    for (int i = 0; i < count; i++) {
        if (status == HEAPLENS_OK) {
            status = add_store(session, folder, entries[i]->d_name, &left_out, &detail);
        }
        free(entries[i]);
    }
    free(entries);
    if (folder >= 0) {
        (void)close(folder);
    }
    if (status == HEAPLENS_OK && left_out > 0) {
        const heaplens_status worst = session->process_count == 0 ? HEAPLENS_EFORMAT : HEAPLENS_OK;
        return heaplens__fail(failure, worst, "%zu of %d stores cannot be read: %s", left_out,
                              count, detail.text);
    }
    if (status == HEAPLENS_OK && session->process_count == 0) {
        return heaplens__fail(failure, HEAPLENS_ENOINPUT, "%s: no process was recorded", path);
    }
    return status;
}

static heaplens_status open_folder(heaplens_session **out, const char *path,
                                   heaplens_failure *failure)
{
    heaplens_session *const session = heaplens_session_create();
    if (session == NULL) {
        return HEAPLENS_ENOMEM;
    }
    const heaplens_status status = add_folder(session, path, failure);
    if (status != HEAPLENS_OK) {
        heaplens_session_destroy(session);
        return status;
    }
    *out = session;
    return HEAPLENS_OK;
}

heaplens_status heaplens_session_open(heaplens_session **out, const char *path, bool *is_raw,
                                      heaplens_failure *failure)
{
    bool ignored = false;
    bool *const raw = is_raw == NULL ? &ignored : is_raw;
    *out = NULL;
    *raw = false;
    if (failure != NULL) {
        failure->text[0] = '\0';
    }
    // O_NONBLOCK: a FIFO must not hold the program up.
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return fail_open(failure, path, errno);
    }
    struct stat info;
    heaplens_status status = HEAPLENS_OK;
    if (fstat(fd, &info) != 0) {
        status = fail_open(failure, path, errno);
    } else if (S_ISDIR(info.st_mode)) {
        *raw = true;
        status = open_folder(out, path, failure);
    } else if (S_ISREG(info.st_mode)) {
        status = open_file(out, fd, (size_t)info.st_size, raw, failure);
    } else {
        status = heaplens__fail(failure, HEAPLENS_EFORMAT, "%s: neither a file nor a folder", path);
    }
    (void)close(fd);
    return status;
}
