// SPDX-License-Identifier: MIT
// Finds the store of a running process among its mappings, and reads it.
#define _GNU_SOURCE

#include "cli/live_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/store.h"
#include "profile/store_read.h"

enum { TRIES = 20, PATH_BYTES = 256 };

// A mapping that is shared, can be written and begins at the start of its file, as stores are.
typedef struct shared_mapping {
    uint64_t start;
    uint64_t end;
    uint64_t inode;
    const char *path;
} shared_mapping;

// The store that was found; the newest, if there are several.
typedef struct found_store {
    int fd;  // -1: none
    uint64_t size;
    uint64_t start_realtime_ns;
} found_store;

// "START-END RIGHTS OFFSET DEVICE INODE   PATH", numbers in hexadecimal but for the inode.
static bool parse_mapping(char *line, shared_mapping *out)
{
    char *at = line;
    out->start = strtoull(at, &at, 16);
    out->end = strtoull(at + (*at == '-'), &at, 16);
    if (strncmp(at, " rw-s ", 6) != 0 || strtoull(at + 6, &at, 16) != 0 || *at != ' ') {
        return false;
    }
    at += 1 + strcspn(at + 1, " ");
    out->inode = strtoull(at, &at, 10);
    at += strspn(at, " ");
    at[strcspn(at, "\n")] = '\0';
    out->path = at;
    return at[0] == '/';
}

// By its path, if that still leads to the same file.
static int open_by_path(const shared_mapping *mapping)
{
    struct stat info;
    // Only a regular file is opened at all: to open a device can have consequences.
    if (lstat(mapping->path, &info) != 0 || !S_ISREG(info.st_mode) ||
        info.st_ino != mapping->inode) {
        return -1;
    }
    return open(mapping->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

// By way of the mapping: also a file without a name, but for the privileged only.
static int open_by_mapping(pid_t pid, const shared_mapping *mapping)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "/proc/%ld/map_files/%" PRIx64 "-%" PRIx64, (long)pid,
                   mapping->start, mapping->end);
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
}

static bool copy_range(int from, uint64_t start, int to, uint64_t offset, uint64_t bytes)
{
    char buffer[65536];
    while (bytes > 0) {
        const size_t part = bytes < sizeof(buffer) ? (size_t)bytes : sizeof(buffer);
        const ssize_t got = pread(from, buffer, part, (off_t)(start + offset));
        if (got <= 0 || pwrite(to, buffer, (size_t)got, (off_t)offset) != got) {
            return false;
        }
        offset += (uint64_t)got;
        bytes -= (uint64_t)got;
    }
    return true;
}

static bool copy_sections(int from, const shared_mapping *mapping, int to)
{
    heaplens_store_header header;
    const uint64_t size = mapping->end - mapping->start;
    if (size < HEAPLENS_STORE_HEADER_BYTES ||
        !copy_range(from, mapping->start, to, 0, HEAPLENS_STORE_HEADER_BYTES) ||
        pread(to, &header, sizeof(header), 0) != (ssize_t)sizeof(header)) {
        return false;
    }
    for (size_t k = 0; k < HEAPLENS_STORE_KINDS; k++) {
        const heaplens_store_section *const section = &header.sections[k];
        uint64_t bytes = 0;
        if (__builtin_mul_overflow(section->count, section->stride, &bytes) ||
            section->offset > size || bytes > size - section->offset ||
            !copy_range(from, mapping->start, to, section->offset, bytes)) {
            return false;
        }
    }
    return ftruncate(to, (off_t)size) == 0;
}

// A copy of what is used of a store without a name, out of the memory of the process. The holes of
// the file are not touched: reading them would fill them.
static int copy_from_memory(pid_t pid, const shared_mapping *mapping)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "/proc/%ld/mem", (long)pid);
    const int memory = open(path, O_RDONLY | O_CLOEXEC);
    int copy = memory < 0 ? -1 : memfd_create("heaplens-copy", MFD_CLOEXEC);
    if (copy >= 0 && !copy_sections(memory, mapping, copy)) {
        (void)close(copy);
        copy = -1;
    }
    if (memory >= 0) {
        (void)close(memory);
    }
    return copy;
}

// Inside a process namespace the process has another number, which is the one in the store.
static uint32_t inner_pid(pid_t pid)
{
    char path[PATH_BYTES];
    char line[PATH_BYTES];
    unsigned long number = (unsigned long)pid;
    (void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
    FILE *const status = fopen(path, "re");
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        const char *const last = strrchr(line, '\t');
        if (strncmp(line, "NSpid:", 6) == 0 && last != NULL) {
            number = strtoul(last, NULL, 10);
        }
    }
    if (status != NULL) {
        (void)fclose(status);
    }
    return (uint32_t)number;
}

// Keeps the file if it is a store that the process itself records into: a child may still have its
// parent's mapped.
static void consider(found_store *best, int fd, uint32_t pid)
{
    heaplens_store_header header;
    struct stat info;
    const bool is_store = fstat(fd, &info) == 0 && info.st_size > 0 &&
                          pread(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
                          memcmp(header.magic, HEAPLENS_STORE_MAGIC, sizeof(header.magic)) == 0;
    if (!is_store || header.pid != pid ||
        (best->fd >= 0 && header.start_realtime_ns < best->start_realtime_ns)) {
        (void)close(fd);
        return;
    }
    if (best->fd >= 0) {
        (void)close(best->fd);
    }
    *best = (found_store){fd, (uint64_t)info.st_size, header.start_realtime_ns};
}

static heaplens_status find_store(pid_t pid, found_store *found, heaplens_failure *failure)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "/proc/%ld/maps", (long)pid);
    FILE *const maps = fopen(path, "re");
    if (maps == NULL) {
        const bool is_absent = errno == ENOENT;
        return heaplens__fail(failure, is_absent ? HEAPLENS_ENOINPUT : HEAPLENS_EIO, "%s",
                              is_absent ? "no such process" : strerrordesc_np(errno));
    }
    const uint32_t pid_inside = inner_pid(pid);
    char *line = NULL;
    size_t capacity = 0;
    bool is_hidden = false;
    while (getline(&line, &capacity, maps) > 0) {
        shared_mapping mapping;
        if (!parse_mapping(line, &mapping)) {
            continue;
        }
        int fd = open_by_path(&mapping);
        fd = fd >= 0 ? fd : open_by_mapping(pid, &mapping);
        if (fd < 0 && strncmp(mapping.path, "/memfd:heaplens ", 16) == 0) {
            fd = copy_from_memory(pid, &mapping);
            is_hidden = is_hidden || fd < 0;
        }
        if (fd >= 0) {
            consider(found, fd, pid_inside);
        }
    }
    free(line);
    (void)fclose(maps);
    if (found->fd >= 0) {
        return HEAPLENS_OK;
    }
    return is_hidden ? heaplens__fail(failure, HEAPLENS_EIO, "its memory may not be read")
                     : heaplens__fail(failure, HEAPLENS_ENOINPUT, "it does not record");
}

static uint64_t read_epoch(int fd)
{
    uint64_t epoch = 0;
    return pread(fd, &epoch, sizeof(epoch), offsetof(heaplens_store_header, peak_epoch)) ==
                   (ssize_t)sizeof(epoch)
               ? epoch
               : UINT64_MAX;
}

// Read until no peak passed meanwhile, or often enough.
static heaplens_status read_settled(heaplens_session **out, const found_store *found,
                                    bool *is_settled, heaplens_failure *failure)
{
    const heaplens_store_source source = {.fd = found->fd, .size = found->size};
    heaplens_status status = HEAPLENS_OK;
    *is_settled = false;
    for (int i = 0; i < TRIES && status == HEAPLENS_OK && !*is_settled; i++) {
        heaplens_session_destroy(*out);
        *out = heaplens_session_create();
        const uint64_t epoch = read_epoch(found->fd);
        status = *out == NULL ? HEAPLENS_ENOMEM : heaplens__store_read(*out, &source, failure);
        *is_settled = read_epoch(found->fd) == epoch;
    }
    if (status != HEAPLENS_OK) {
        heaplens_session_destroy(*out);
        *out = NULL;
    }
    return status;
}

heaplens_status heaplens__live_store_read(heaplens_session **out, pid_t pid, bool *is_settled,
                                          heaplens_failure *failure)
{
    found_store found = {.fd = -1};
    *out = NULL;
    heaplens_status status = find_store(pid, &found, failure);
    if (status == HEAPLENS_OK) {
        status = read_settled(out, &found, is_settled, failure);
    }
    if (found.fd >= 0) {
        (void)close(found.fd);
    }
    return status;
}
