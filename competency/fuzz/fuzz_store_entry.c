// SPDX-License-Identifier: MIT
// Any bytes under any key are refused, unless they end with the sum of what is before it; then the
// block is what was before it.
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "embed/store_entry.h"

enum {
    BLOCK_MAX = 4096,
    SUM_KEY_BYTES = 16,  // of a key, which is a SHA-256, those that the sum depends on
};

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

// As it was handed in, for a block of any size.
static void read_as_is(const competency__store_key *key, const unsigned char *entry, size_t bytes)
{
    unsigned char block[BLOCK_MAX];
    unsigned char again[BLOCK_MAX + COMPETENCY__ENTRY_CHECKSUM_BYTES];
    for (size_t size = 0; size <= BLOCK_MAX; size += size < 16 ? 1 : size) {
        if (competency__entry_read(block, size, key, entry, bytes)) {
            check(bytes == size + COMPETENCY__ENTRY_CHECKSUM_BYTES);
            check(memcmp(block, entry, size) == 0);
            competency__entry_write(again, key, block, size);
            check(memcmp(again, entry, bytes) == 0);
        }
    }
}

// With its sum put right it is read; with any one bit of key, block or sum turned it is not.
static void read_mended(competency__store_key *key, const unsigned char *block, size_t size)
{
    unsigned char entry[BLOCK_MAX + COMPETENCY__ENTRY_CHECKSUM_BYTES];
    unsigned char got[BLOCK_MAX];
    competency__entry_write(entry, key, block, size);
    const size_t bytes = size + COMPETENCY__ENTRY_CHECKSUM_BYTES;
    check(competency__entry_read(got, size, key, entry, bytes) && memcmp(got, block, size) == 0);
    check(!competency__entry_read(got, size, key, entry, bytes - 1));
    for (size_t bit = 0; bit < bytes * 8; bit += 1 + bytes / 8) {
        entry[bit / 8] ^= (unsigned char)(1U << bit % 8);
        check(!competency__entry_read(got, size, key, entry, bytes));
        entry[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    key->bytes[size % SUM_KEY_BYTES] ^= 1;
    check(!competency__entry_read(got, size, key, entry, bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    competency__store_key key = {{0}};
    const size_t key_bytes = size < sizeof(key.bytes) ? size : sizeof(key.bytes);
    if (key_bytes > 0) {
        memcpy(key.bytes, data, key_bytes);
    }
    const size_t bytes = size - key_bytes;
    if (bytes <= BLOCK_MAX && bytes > 0) {
        read_as_is(&key, data + key_bytes, bytes);
        read_mended(&key, data + key_bytes, bytes);
    }
    return 0;
}
