// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_FOLDERS_H
#define HEAPLENS_PROFILE_FOLDERS_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * Make the folders on the way to a file that are missing: `a` and `a/b` of `a/b/c`; of `a/b/` too.
 *
 * @param mode  of those that are made, less the process's umask
 * @return false with errno: ENAMETOOLONG from 4096 bytes on, or mkdir()'s. Those above stay.
 */
bool heaplens__make_folders(const char *path, mode_t mode);

#endif
