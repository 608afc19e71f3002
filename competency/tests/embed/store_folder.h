// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TESTS_STORE_FOLDER_H
#define COMPETENCY_TESTS_STORE_FOLDER_H

/**
 * @file
 * A temporary directory for a store, and names to fill it with.
 */
#include <stddef.h>

#include <competency/cache.h>

enum { STORE_NAMES = 4096, STORE_PATH_BYTES = 256 };

/** Make a new directory; `path` is that of a store which is not there yet. */
void store_folder_create(char path[STORE_PATH_BYTES]);

/** Remove what store_folder_create() made. */
void store_folder_remove(const char *path);

/** `path`/data.mdb, in a buffer of this function. */
const char *store_folder_data(const char *path);

/** The name of number `i`, i < STORE_NAMES; `count` of them from there are a list of texts. */
const char *const *store_names(size_t i);

/** Open the store at `path`, which must succeed; `bytes_max` 0 is the default. */
competency_store *store_folder_open(const char *path, uint64_t bytes_max);

#endif
