// SPDX-License-Identifier: MIT
#include "embed/store_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <competency/cache.h>

#include "base/error.h"
#include "base/folders.h"

enum {
    RESERVED_BYTES = 32 * 1024,  // of a lock file: some 500 readers of 64 bytes
};

// An unset variable and an empty one mean the same.
static const char *environment(const char *name)
{
    // A program that changes its environment while another thread opens a store must guard both.
    const char *const value = getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == NULL || value[0] == '\0' ? NULL : value;
}

competency_status competency__store_path(char out[COMPETENCY__PATH_BYTES], const char *chosen,
                                         competency_error *err)
{
    const char *const caches = environment("XDG_CACHE_HOME");
    const char *const home = environment("HOME");
    const char *first = chosen;
    const char *second = "";
    if (chosen == NULL && caches != NULL) {
        first = caches;
        second = "/competency";
    } else if (chosen == NULL) {
        first = home;
        second = "/.cache/competency";
    }
    if (first == NULL) {
        return competency__fail(err, COMPETENCY_EIO, "no directory: HOME is not set");
    }
    return competency__path_join(out, first, second, "", err);
}

// Processes on several machines do not see each other's locks, and their mappings of a file
// disagree. Numbers of statfs(2) and of linux/magic.h.
static bool is_network(uint64_t type)
{
    static const uint64_t types[] = {
        0x6969,      // NFS
        0x517B,      // SMB
        0xFE534D42,  // SMB 2
        0xFF534D42,  // CIFS
        0x65735546,  // FUSE: sshfs and the like
        0x01021997,  // 9P
        0x5346414F,  // AFS
        0x00C36400,  // Ceph
        0x0BD00BD0,  // Lustre
        0x47504653,  // GPFS
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (types[i] == type) {
            return true;
        }
    }
    return false;
}

static competency_status check_directory(const char *path, competency_error *err)
{
    struct stat info;
    struct statfs system;
    if (stat(path, &info) != 0 || statfs(path, &system) != 0) {
        return competency__fail(err, COMPETENCY_EIO, "cannot look at %s: %s", path,
                                competency__system_text(errno));
    }
    if (!S_ISDIR(info.st_mode)) {
        return competency__fail(err, COMPETENCY_EIO, "%s is not a directory", path);
    }
    if (info.st_uid != geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return competency__fail(err, COMPETENCY_EIO,
                                "%s is not this user's alone: others could write to it", path);
    }
    if (is_network((uint64_t)system.f_type & UINT32_MAX)) {
        return competency__fail(err, COMPETENCY_EUNSUPPORTED,
                                "%s is on a network file system (type 0x%llx)", path,
                                (unsigned long long)system.f_type);
    }
    return COMPETENCY_OK;
}

competency_status competency__store_prepare_directory(const char *path, competency_error *err)
{
    if (path[0] == '\0') {
        return competency__fail(err, COMPETENCY_EIO, "the name of the directory is empty");
    }
    char copy[COMPETENCY__PATH_BYTES];
    competency_status status = competency__path_join(copy, path, "/", "", err);
    if (status == COMPETENCY_OK) {
        status = competency__make_folders(copy, err);
    }
    return status == COMPETENCY_OK ? check_directory(path, err) : status;
}

competency_status competency__store_reserve(const char *directory, const char *name,
                                            competency_error *err)
{
    char path[COMPETENCY__PATH_BYTES];
    const competency_status status = competency__path_join(path, directory, "/", name, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    const int reason = file < 0 ? errno : posix_fallocate(file, 0, RESERVED_BYTES);
    if (file >= 0) {
        (void)close(file);
    }
    return reason == 0 ? COMPETENCY_OK
                       : competency__fail(err, COMPETENCY_EIO, "cannot write %s/%s: %s", directory,
                                          name, competency__system_text(reason));
}

static competency_status remove_file(const char *directory, const char *name, competency_error *err)
{
    char path[COMPETENCY__PATH_BYTES];
    const competency_status status = competency__path_join(path, directory, "/", name, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const int reason = unlink(path) == 0 ? 0 : errno;
    return reason == 0 || reason == ENOENT
               ? COMPETENCY_OK
               : competency__fail(err, COMPETENCY_EIO, "cannot remove %s/%s: %s", directory, name,
                                  competency__system_text(reason));
}

competency_status competency_store_remove(const char *directory, competency_error *err)
{
    char path[COMPETENCY__PATH_BYTES];
    competency_status status = competency__store_path(path, directory, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    status = remove_file(path, "data.mdb", err);
    if (status == COMPETENCY_OK) {
        status = remove_file(path, "lock.mdb", err);
    }
    return status;
}
