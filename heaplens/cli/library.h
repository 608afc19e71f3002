// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_LIBRARY_H
#define HEAPLENS_CLI_LIBRARY_H

#include <stdbool.h>

/**
 * Find the recorder, libheaplens.so: $HEAPLENS_LIBRARY, or beside this program.
 *
 * @param[out] path  (HEAPLENS_PATH_BYTES)
 * @return false if there is none that can be read
 */
bool heaplens__find_library(char *path);

#endif
