// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "profile/folders.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool heaplens__make_folders(const char *path, mode_t mode)
{
    char folder[4096];
    const size_t length = strlen(path);
    if (length >= sizeof(folder)) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(folder, path, length + 1);
    for (char *slash = strchr(folder, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (slash != folder && mkdir(folder, mode) != 0 && errno != EEXIST) {
            return false;
        }
        *slash = '/';
    }
    return true;
}
