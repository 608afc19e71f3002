// SPDX-License-Identifier: MIT
#include "cli/baseline.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

bool heaplens__baseline_is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-";
    const size_t length = strlen(name);
    return length > 0 && length <= HEAPLENS_BASELINE_NAME_MAX && name[0] != '.' && name[0] != '-' &&
           strspn(name, letters) == length;
}

bool heaplens__baseline_path(const char *folder, const char *name, char *path, size_t cap)
{
    const int length = snprintf(path, cap, "%s/%s.heaplens", folder, name);
    return length > 0 && (size_t)length < cap;
}

bool heaplens__baseline_is_there(const char *folder, const char *name)
{
    char path[4096];
    if (heaplens__baseline_path(folder, name, path, sizeof(path)) && access(path, F_OK) == 0) {
        return true;
    }
    heaplens__complain("no baseline \"%s\" in %s; `heaplens baseline show` lists them", name,
                       folder);
    return false;
}
