// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EMBED_STORE_H
#define COMPETENCY_EMBED_STORE_H

/**
 * @file
 * A store as a map from keys to blocks of bytes. What a key stands for is decided by those who
 * use it: store_embedder.c for vectors, store_hash.c for hashes of models.
 *
 * On disk it is an LMDB environment. Its main database holds the version of what is stored and
 * says which of two others, `a` and `b`, is the *young* one. Entries are written to the young one.
 * When that has its share of the file the other is emptied and becomes the young one: entries
 * that are asked for meanwhile are written again, so that what is dropped is what nobody wanted
 * for a whole generation.
 */
#include <stdbool.h>
#include <stddef.h>

#include <competency/cache.h>

#include "base/sha256.h"

/** A key: the SHA-256 of what the entry is for. */
typedef struct competency__store_key {
    unsigned char bytes[COMPETENCY__SHA256_BYTES];
} competency__store_key;

/** What is known of one key. */
typedef enum competency__store_found {
    COMPETENCY__STORE_ABSENT,  // or damaged, or of another size
    COMPETENCY__STORE_OLD,     // found; to be written again, or the next generation drops it
    COMPETENCY__STORE_YOUNG,   // found
} competency__store_found;

/**
 * Read the entries of `count` keys, as they stand at one instant.
 *
 * @param[out] values  (count, size) the blocks; those of absent keys are left as they are
 * @param[out] found   (count)
 * @param      size    bytes of every block
 *
 * Cannot fail: where the store cannot be read, nothing is found.
 */
void competency__store_get(competency_store *store, const competency__store_key *keys, size_t count,
                           void *values, size_t size, competency__store_found *found);

/**
 * Write `count` entries, all or none of them. Where that fails nothing is written any more, and
 * competency_store_describe() says why.
 *
 * @param[in] values  (count, size)
 */
void competency__store_put(competency_store *store, const competency__store_key *keys, size_t count,
                           const void *values, size_t size);

/** The allocator that `store` was opened with; lives as long as the store. */
const competency_allocator *competency__store_memory(const competency_store *store);

#endif
