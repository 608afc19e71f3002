// SPDX-License-Identifier: MIT
#define _GNU_SOURCE

#include "cli/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "cli/session_folder.h"

// The folder of this program.
static bool find_self(char *path)
{
    const ssize_t length = readlink("/proc/self/exe", path, HEAPLENS_PATH_BYTES - 1);
    path[length > 0 ? length : 0] = '\0';
    if (length <= 0) {
        // No /proc. What exec was called with is found from here, if it was not found in PATH by a
        // relative entry since.
        const char *const called =
            (const char *)getauxval(AT_EXECFN);  // NOLINT(performance-no-int-to-ptr)
        char *const resolved = called == NULL ? NULL : realpath(called, NULL);
        (void)snprintf(path, HEAPLENS_PATH_BYTES, "%s", resolved == NULL ? "" : resolved);
        free(resolved);
    }
    char *const slash = strrchr(path, '/');
    if (slash == NULL) {
        return false;
    }
    *slash = '\0';
    return true;
}

// The recorder lies beside this program, installed and in the build tree alike.
bool heaplens__find_library(char *path)
{
    const char *const named = getenv("HEAPLENS_LIBRARY");  // NOLINT(concurrency-mt-unsafe)
    if (named != NULL && named[0] != '\0') {
        (void)snprintf(path, HEAPLENS_PATH_BYTES, "%s", named);
        return access(path, R_OK) == 0;
    }
    static const char *const places[] = {HEAPLENS_LIBRARY_FOLDER, "../lib", "."};
    char self[HEAPLENS_PATH_BYTES];
    if (!find_self(self)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const int length =
            snprintf(path, HEAPLENS_PATH_BYTES, "%s/%s/libheaplens.so", self, places[i]);
        if (length < HEAPLENS_PATH_BYTES && access(path, R_OK) == 0) {
            return true;
        }
    }
    return false;
}
