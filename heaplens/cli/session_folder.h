// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_SESSION_FOLDER_H
#define HEAPLENS_CLI_SESSION_FOLDER_H

#include <stdbool.h>

enum { HEAPLENS_PATH_BYTES = 4096 };

/**
 * Make a private folder for the stores of a session, in memory if there is a place for that:
 * $XDG_RUNTIME_DIR, /dev/shm, $TMPDIR, /tmp, whichever is writable first.
 *
 * @param[out] path  (HEAPLENS_PATH_BYTES)
 */
bool heaplens__session_folder_make(char *path);

/** Remove the folder and the stores in it. */
void heaplens__session_folder_remove(const char *path);

#endif
