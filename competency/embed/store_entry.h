// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EMBED_STORE_ENTRY_H
#define COMPETENCY_EMBED_STORE_ENTRY_H

/**
 * @file
 * The bytes of one entry of a store.
 *
 *     +---------------------+------------------------------+
 *     | the block, (size)   | checksum of key and block, 8 |
 *     +---------------------+------------------------------+
 *
 * Numbers are as the machine has them: an LMDB file does not move between kinds of machines.
 */
#include <stdbool.h>
#include <stddef.h>

#include "embed/store.h"

enum { COMPETENCY__ENTRY_CHECKSUM_BYTES = 8 };

/** Write the entry of `key` and its block, `size` bytes, to `out`, which has room for it. */
void competency__entry_write(unsigned char *out, const competency__store_key *key,
                             const void *block, size_t size);

/**
 * Check an entry as it was read, and copy its block to `block`, (size) bytes.
 *
 * @return false, with `block` unchanged, if its length or its checksum is another
 */
bool competency__entry_read(void *block, size_t size, const competency__store_key *key,
                            const unsigned char *entry, size_t entry_bytes);

#endif
