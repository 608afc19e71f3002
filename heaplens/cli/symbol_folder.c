// SPDX-License-Identifier: MIT
#include "cli/symbol_folder.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/session_folder.h"
#include "profile/symbols.h"

// A folder below the one that a variable names; false: it names none. The XDG specification has
// relative ones ignored.
static bool join_below(char *path, const char *variable, const char *below)
{
    const char *const folder = getenv(variable);  // NOLINT(concurrency-mt-unsafe): one thread
    if (folder == NULL || folder[0] != '/') {
        return false;
    }
    const int length = snprintf(path, HEAPLENS_PATH_BYTES, "%s/%s", folder, below);
    return length > 0 && length < HEAPLENS_PATH_BYTES;
}

heaplens_status heaplens__symbolise(heaplens_session *session)
{
    char path[HEAPLENS_PATH_BYTES];
    const char *folder =
        getenv("HEAPLENS_SYMBOL_CACHE");  // NOLINT(concurrency-mt-unsafe): one thread
    if (folder == NULL && (join_below(path, "XDG_CACHE_HOME", "heaplens/symbols") ||
                           join_below(path, "HOME", ".cache/heaplens/symbols"))) {
        folder = path;
    }
    return heaplens_session_symbolise(session, folder == NULL || folder[0] == '\0' ? NULL : folder);
}
