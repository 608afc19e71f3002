// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_BASELINE_H
#define HEAPLENS_CLI_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

enum { HEAPLENS_BASELINE_NAME_MAX = 64 };

/** Where baselines are kept, unless told. */
#define HEAPLENS_BASELINE_FOLDER ".heaplens/baselines"

/** Letters, digits, '.', '_' and '-', 1 to 64 of them, not beginning with '.' or '-'. */
bool heaplens__baseline_is_name(const char *name);

/**
 * The file of a baseline: FOLDER/NAME.heaplens.
 *
 * @param[out] path  (cap) NUL-terminated
 * @return false if it does not fit
 */
bool heaplens__baseline_path(const char *folder, const char *name, char *path, size_t cap);

/** Is there such a baseline? If not, complain. Which file it is: `heaplens__baseline_path`. */
bool heaplens__baseline_is_there(const char *folder, const char *name);

#endif
