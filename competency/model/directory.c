// SPDX-License-Identifier: MIT
#include "model/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"

static const char default_model[] = "competency/models/all-MiniLM-L6-v2";

// An unset variable and an empty one mean the same (XDG Base Directory Specification 0.8).
static const char *environment(const char *name)
{
    // A program that changes its environment while another thread opens a model must guard both.
    const char *const value = getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == NULL || value[0] == '\0' ? NULL : value;
}

static competency_status copy_joined(char **out, const competency_allocator *memory,
                                     const char *first, const char *second, const char *third,
                                     competency_error *err)
{
    const size_t size = strlen(first) + strlen(second) + strlen(third) + 1;
    *out = competency__allocate(memory, size);
    if (*out == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a path");
    }
    (void)snprintf(*out, size, "%s%s%s", first, second, third);
    return COMPETENCY_OK;
}

competency_status competency__directory_find(char **out, const competency_allocator *memory,
                                             const char *directory, competency_error *err)
{
    *out = NULL;
    const char *const chosen = directory == NULL ? environment("COMPETENCY_MODEL_DIR") : directory;
    if (chosen != NULL) {
        return copy_joined(out, memory, chosen, "", "", err);
    }
    const char *const data = environment("XDG_DATA_HOME");
    if (data != NULL) {
        return copy_joined(out, memory, data, "/", default_model, err);
    }
    const char *const home = environment("HOME");
    if (home != NULL) {
        return copy_joined(out, memory, home, "/.local/share/", default_model, err);
    }
    return competency__fail(err, COMPETENCY_ENOMODEL,
                            "no model directory: set COMPETENCY_MODEL_DIR");
}

competency_status competency__directory_below(char **out, const competency_allocator *memory,
                                              const char *directory, const char *folder,
                                              competency_error *err)
{
    *out = NULL;
    return copy_joined(out, memory, directory, folder[0] == '\0' ? "" : "/", folder, err);
}

competency_status competency__directory_name(char **out, const competency_allocator *memory,
                                             const char *directory, competency_error *err)
{
    *out = NULL;
    char resolved[COMPETENCY__PATH_BYTES];
    const char *const path = realpath(directory, resolved) == NULL ? directory : resolved;
    const char *const slash = strrchr(path, '/');
    return copy_joined(out, memory, slash == NULL ? path : slash + 1, "", "", err);
}
