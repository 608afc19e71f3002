// SPDX-License-Identifier: MIT
#include "store_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"

void store_folder_create(char path[STORE_PATH_BYTES])
{
    const char *const temporary = getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
    (void)snprintf(path, STORE_PATH_BYTES, "%s/competency-store-XXXXXX",
                   temporary == NULL ? "/tmp" : temporary);
    EXPECT(mkdtemp(path) != NULL, "cannot make %s", path);
    (void)strncat(path, "/a/store", STORE_PATH_BYTES - strlen(path) - 1);
}

void store_folder_remove(const char *path)
{
    static const struct {
        size_t cut;       // characters off the end of the path
        const char *add;  // put there
    } parts[] = {
        {0, "/data.mdb"},
        {0, "/lock.mdb"},
        {0, ""},
        {sizeof("/store") - 1, ""},
        {sizeof("/a/store") - 1, ""},
    };
    char full[STORE_PATH_BYTES + 16];
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        (void)snprintf(full, sizeof(full), "%.*s%s", (int)(strlen(path) - parts[i].cut), path,
                       parts[i].add);
        (void)remove(full);
    }
    EXPECT(access(full, F_OK) != 0, "cannot remove %s", full);
}

const char *store_folder_data(const char *path)
{
    static char data[STORE_PATH_BYTES + 16];
    (void)snprintf(data, sizeof(data), "%s/data.mdb", path);
    return data;
}

const char *const *store_names(size_t i)
{
    static char names[STORE_NAMES][24];
    static const char *list[STORE_NAMES];
    if (list[0] == NULL) {
        for (size_t k = 0; k < STORE_NAMES; k++) {
            (void)snprintf(names[k], sizeof(names[k]), "skill number %zu", k);
            list[k] = names[k];
        }
    }
    assert_true(i < STORE_NAMES);
    return list + i;
}

competency_store *store_folder_open(const char *path, uint64_t bytes_max)
{
    competency_store_options options = COMPETENCY_STORE_OPTIONS_INIT;
    options.bytes_max = bytes_max;
    competency_store *store = NULL;
    competency_error err = {0};
    const competency_status status = competency_store_open(&store, path, &options, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
    return store;
}
