// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_PROGRAM_H
#define HEAPLENS_RUNTIME_PROGRAM_H

#include <stddef.h>

/**
 * Find the file that this process runs: as /proc says, or, where there is none, as exec was called.
 *
 * @param[out] path  (cap) not NUL-terminated
 * @return its length; 0 if it cannot be found, or is longer than `cap`
 */
size_t heaplens__program_path(char *path, size_t cap);

#endif
