// SPDX-License-Identifier: MIT
// A store's file with any bytes of its pages written over is refused, or is read and written to
// the end; what it gives under a key is what was stored under it.
//
// An input is a list of patches, 12 bytes each: the page, the place in it (2), the width and the
// value (8), put over a sound file that the target makes when it starts. A file as an input would
// be mostly values, about which there is nothing to find.
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embed/store.h"

enum {
    KEYS = 600,
    ROUND = 100,       // keys of one transaction: several leave free pages behind
    SHORT_BYTES = 96,  // of a block
    LONG_KEYS = 4,     // that have a block of LONG_BYTES, on pages of its own
    LONG_BYTES = 9000,
    FILE_MAX = 1 << 20,
    PAGE_BYTES = 4096,
    PATCH_BYTES = 12,
    PATH_BYTES = 128,
};

static char folder[PATH_BYTES];
static char file_path[PATH_BYTES];
static char lock_path[PATH_BYTES];
static unsigned char sound[FILE_MAX];
static size_t sound_bytes;

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static competency__store_key key_of(uint32_t i)
{
    competency__store_key key;
    competency__sha256(key.bytes, &i, sizeof(i));
    return key;
}

// The block under key `i`: short ones for i < KEYS, then long ones.
static size_t block_of(unsigned char block[LONG_BYTES], uint32_t i)
{
    const size_t size = i < KEYS ? SHORT_BYTES : LONG_BYTES;
    memset(block, (int)(i % 251), size);
    memcpy(block, &i, sizeof(i));
    return size;
}

static void put(competency_store *store, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) {
        unsigned char block[LONG_BYTES];
        const competency__store_key key = key_of(i);
        const size_t size = block_of(block, i);
        competency__store_put(store, &key, 1, block, size);
    }
}

static void put_round(competency_store *store, uint32_t first)
{
    static unsigned char blocks[ROUND][SHORT_BYTES];
    competency__store_key keys[ROUND];
    for (uint32_t i = 0; i < ROUND; i++) {
        unsigned char block[LONG_BYTES];
        keys[i] = key_of(first + i);
        (void)block_of(block, first + i);
        memcpy(blocks[i], block, SHORT_BYTES);
    }
    competency__store_put(store, keys, ROUND, blocks, SHORT_BYTES);
}

static void remove_folder(void)
{
    (void)unlink(file_path);
    (void)unlink(lock_path);
    (void)rmdir(folder);
}

static void make_sound_file(void)
{
    const char *const parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(folder, sizeof(folder), "%s/fuzz-store-XXXXXX", parent);
    check(mkdtemp(folder) != NULL);
    (void)snprintf(file_path, sizeof(file_path), "%s/data.mdb", folder);
    (void)snprintf(lock_path, sizeof(lock_path), "%s/lock.mdb", folder);
    check(atexit(remove_folder) == 0);
    competency_store *store = NULL;
    check(competency_store_open(&store, folder, NULL, NULL) == COMPETENCY_OK);
    for (uint32_t first = 0; first < KEYS; first += ROUND) {
        put_round(store, first);
    }
    put(store, KEYS, LONG_KEYS);
    competency_store_close(store);
    const int file = open(file_path, O_RDONLY);
    const ssize_t got = read(file, sound, sizeof(sound));
    check(got > 0 && got < FILE_MAX && close(file) == 0);
    sound_bytes = (size_t)got;
}

static void write_patched(const uint8_t *data, size_t size)
{
    static unsigned char bytes[FILE_MAX];
    memcpy(bytes, sound, sound_bytes);
    for (size_t i = 0; i + PATCH_BYTES <= size; i += PATCH_BYTES) {
        const size_t page = data[i] % (sound_bytes / PAGE_BYTES);
        const size_t width = (size_t)1 << data[i + 3] % 4;
        const size_t place = (data[i + 1] | (size_t)data[i + 2] << 8) % (PAGE_BYTES - width + 1);
        memcpy(bytes + page * PAGE_BYTES + place, data + i + 4, width);
    }
    const int file = open(file_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    check(write(file, bytes, sound_bytes) == (ssize_t)sound_bytes && close(file) == 0);
    (void)unlink(lock_path);
}

static void read_all(competency_store *store)
{
    for (uint32_t i = 0; i < KEYS + LONG_KEYS; i++) {
        unsigned char got[LONG_BYTES];
        unsigned char want[LONG_BYTES];
        const competency__store_key key = key_of(i);
        const size_t size = block_of(want, i);
        competency__store_found found = COMPETENCY__STORE_ABSENT;
        competency__store_get(store, &key, 1, got, size, &found);
        check(found == COMPETENCY__STORE_ABSENT || memcmp(got, want, size) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (sound_bytes == 0) {
        make_sound_file();
    }
    write_patched(data, size);
    competency_store *store = NULL;
    const competency_status status = competency_store_open(&store, folder, NULL, NULL);
    check(size >= PATCH_BYTES || status == COMPETENCY_OK);
    if (status != COMPETENCY_OK) {
        check(store == NULL);
        return 0;
    }
    competency_store_info info;
    check(competency_store_describe(store, &info, NULL) == COMPETENCY_OK);
    read_all(store);
    // Old entries anew, and long ones in place of short ones: pages are split and taken again.
    put_round(store, ROUND);
    put(store, KEYS, LONG_KEYS);
    read_all(store);
    const competency_status cleared = competency_store_clear(store, NULL);
    check(cleared == COMPETENCY_OK || cleared == COMPETENCY_EIO);
    put_round(store, 0);
    read_all(store);
    competency_store_close(store);
    return 0;
}
