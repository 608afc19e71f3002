// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_STORE_WRITER_H
#define HEAPLENS_RUNTIME_STORE_WRITER_H

/**
 * @file
 * The writing side of the raw store: the mapping, and room in its sections.
 *
 * Nothing here is on the fast path. Every function that takes room or publishes must be called
 * under the recorder's lock.
 */
#include <heaplens/heaplens.h>

#include "format/store.h"

enum { HEAPLENS__STORE_PATH_BYTES = 1024 };

#define HEAPLENS__STORE_FULL     UINT64_MAX
#define HEAPLENS__STORE_SMALLEST ((uint64_t)1 << 20)
#define HEAPLENS__STORE_LARGEST  ((uint64_t)1 << 36)

typedef struct heaplens__store {
    heaplens_store_header *header;          // start of the mapping; NULL: none
    uint64_t bytes;                         // mapped
    uint64_t backed[HEAPLENS_STORE_KINDS];  // bytes of each section that are sure to be writable
    char path[HEAPLENS__STORE_PATH_BYTES];  // "": a memory file
} heaplens__store;

/**
 * Make the file `path`, which must not exist, or a memory file, and map it.
 *
 * The file is closed again: the program's own descriptors are as they would be without us, and a
 * program that closes all of them takes nothing away. If the address space or the file size limit
 * does not allow `bytes`, the store becomes smaller, down to 1 MiB.
 *
 * @param[out] store  overwritten
 * @param      path   NULL: memory; copied
 * @param      bytes  clamped to what is sensible
 * @return HEAPLENS_OK; HEAPLENS_EIO with errno set (EEXIST if the file exists); HEAPLENS_ENOMEM
 */
heaplens_status heaplens__store_create(heaplens__store *store, const char *path, uint64_t bytes);

/**
 * Give back the memory of a store that is over, but not its addresses: a thread that still reads
 * finds zeros.
 */
void heaplens__store_retire(heaplens__store *store);

/** Unmap. The file stays. */
void heaplens__store_unmap(heaplens__store *store);

/** The items of a section. */
void *heaplens__store_items(const heaplens__store *store, heaplens_store_kind kind);

/**
 * Find room for `count` more items behind those published, and make sure that writing there
 * cannot fail. Counts a refusal when there is none.
 *
 * @return index of the first, zeroed; HEAPLENS__STORE_FULL
 */
uint64_t heaplens__store_room(heaplens__store *store, heaplens_store_kind kind, uint64_t count);

/** Publish all items below `count`. */
void heaplens__store_publish(heaplens__store *store, heaplens_store_kind kind, uint64_t count);

/** Append bytes to the text section; an empty string if there is no room. */
heaplens_store_string heaplens__store_text(heaplens__store *store, const char *text, size_t bytes);

/**
 * Write a copy of what is published to `path`, by way of a temporary beside it.
 *
 * @return HEAPLENS_OK; HEAPLENS_EIO with errno set, and no file
 */
heaplens_status heaplens__store_copy(const heaplens__store *store, const char *path);

#endif
