// SPDX-License-Identifier: MIT
#include "model/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/path.h"

static competency_status fail_open(const char *path, int reason, competency_error *err)
{
    if (reason == ENOENT || reason == ENOTDIR) {
        return competency__fail(err, COMPETENCY_ENOMODEL,
                                "no model file %s: run scripts/fetch-model.sh", path);
    }
    return competency__fail(err, COMPETENCY_EIO, "cannot open %s: %s", path,
                            competency__system_text(reason));
}

static competency__file_stamp stamp_of(const struct stat *info)
{
    return (competency__file_stamp){.device = info->st_dev,
                                    .inode = info->st_ino,
                                    .size = (uint64_t)info->st_size,
                                    .modified = info->st_mtim,
                                    .changed = info->st_ctim};
}

static competency_status map_open_file(competency__file *out, int file, const char *path,
                                       size_t size_max, competency_error *err)
{
    struct stat info;
    if (fstat(file, &info) != 0) {
        return competency__fail(err, COMPETENCY_EIO, "cannot stat %s: %s", path,
                                competency__system_text(errno));
    }
    if (!S_ISREG(info.st_mode)) {
        return competency__fail(err, COMPETENCY_EFORMAT, "%s is not a regular file", path);
    }
    if ((uint64_t)info.st_size > size_max) {
        return competency__fail(err, COMPETENCY_EFORMAT, "%s has %lld bytes, limit %zu", path,
                                (long long)info.st_size, size_max);
    }
    const size_t size = (size_t)info.st_size;
    if (size == 0) {
        *out = (competency__file){.bytes = "", .stamp = stamp_of(&info)};
        return COMPETENCY_OK;
    }
    void *const bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED) {
        const competency_status status = errno == ENOMEM ? COMPETENCY_ENOMEM : COMPETENCY_EIO;
        return competency__fail(err, status, "cannot map %s: %s", path,
                                competency__system_text(errno));
    }
    // A writer may have truncated the file between the two calls.
    if (fstat(file, &info) != 0 || (uint64_t)info.st_size != size) {
        (void)munmap(bytes, size);
        return competency__fail(err, COMPETENCY_EIO, "%s changed while it was opened", path);
    }
    *out = (competency__file){
        .bytes = bytes, .size = size, .mapping = bytes, .stamp = stamp_of(&info)};
    return COMPETENCY_OK;
}

competency_status competency__file_map_open(competency__file *out, int *descriptor,
                                            const char *path, size_t size_max,
                                            competency_error *err)
{
    *out = (competency__file){.bytes = ""};
    // O_NONBLOCK: opening a FIFO that somebody put there must not hang; it is refused below.
    *descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*descriptor < 0) {
        return fail_open(path, errno, err);
    }
    const competency_status status = map_open_file(out, *descriptor, path, size_max, err);
    if (status != COMPETENCY_OK) {
        (void)close(*descriptor);
        *descriptor = -1;
    }
    return status;
}

competency_status competency__file_map_path(competency__file *out, const char *path,
                                            size_t size_max, competency_error *err)
{
    int descriptor = -1;
    const competency_status status =
        competency__file_map_open(out, &descriptor, path, size_max, err);
    if (descriptor >= 0) {
        (void)close(descriptor);
    }
    return status;
}

competency_status competency__file_map(competency__file *out, const char *directory,
                                       const char *name, size_t size_max, competency_error *err)
{
    *out = (competency__file){.bytes = ""};
    char path[COMPETENCY__PATH_BYTES];
    const competency_status status = competency__path_join(path, directory, "/", name, err);
    return status == COMPETENCY_OK ? competency__file_map_path(out, path, size_max, err) : status;
}

void competency__file_unmap(competency__file *file)
{
    if (file->mapping != NULL) {
        (void)munmap(file->mapping, file->size);
    }
    *file = (competency__file){.bytes = ""};
}
