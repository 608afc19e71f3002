// SPDX-License-Identifier: MIT
#define _GNU_SOURCE

#include "cli/session_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

// $XDG_RUNTIME_DIR is often a tmpfs of a tenth of the memory; a store needs room to grow.
static bool has_room(const char *folder)
{
    static const unsigned long long room_bytes = 256ULL << 20;
    struct statvfs info;
    return statvfs(folder, &info) == 0 &&
           (unsigned long long)info.f_bavail * info.f_frsize >= room_bytes;
}

static bool make_in(const char *parent, char *path)
{
    if (parent == NULL || parent[0] != '/') {
        return false;
    }
    const int length = snprintf(path, HEAPLENS_PATH_BYTES, "%s/heaplens.XXXXXX", parent);
    return length > 0 && length < HEAPLENS_PATH_BYTES && mkdtemp(path) != NULL;
}

bool heaplens__session_folder_make(char *path)
{
    // One thread: nobody changes the environment meanwhile.
    const char *const parents[] = {
        getenv("XDG_RUNTIME_DIR"),  // NOLINT(concurrency-mt-unsafe)
        "/dev/shm",
        getenv("TMPDIR"),  // NOLINT(concurrency-mt-unsafe)
        "/tmp",
    };
    const size_t count = sizeof(parents) / sizeof(parents[0]);
    for (size_t i = 0; i < count; i++) {
        if (parents[i] != NULL && has_room(parents[i]) && make_in(parents[i], path)) {
            return true;
        }
    }
    // Little room is better than none: the recorder says what it had to leave out.
    for (size_t i = count; i > 0; i--) {
        if (make_in(parents[i - 1], path)) {
            return true;
        }
    }
    return false;
}

void heaplens__session_folder_remove(const char *path)
{
    DIR *const folder = opendir(path);
    if (folder == NULL) {
        return;
    }
    // One thread.
    for (const struct dirent *entry = readdir(folder);  // NOLINT(concurrency-mt-unsafe)
         entry != NULL; entry = readdir(folder)) {      // NOLINT(concurrency-mt-unsafe)
        if (entry->d_name[0] != '.') {
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
        }
    }
    (void)closedir(folder);
    (void)rmdir(path);
}
