// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_BLOCK_MAP_H
#define HEAPLENS_RUNTIME_BLOCK_MAP_H

/**
 * @file
 * Blocks by address, for the few that need more than a tail: those allocated inside a scope, and
 * those of pools, which have none.
 *
 * Open addressing with linear probing, at most half full; removal moves later entries back, so
 * there are no graves. Each map has a lock of its own.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct heaplens__block_entry {
    uintptr_t address;   // 0: free slot
    uint64_t size;       // requested bytes
    void *owner;         // the map's user's
    uint64_t stamps[2];  // the map's user's
    uint32_t site;
    uint32_t reserved;
} heaplens__block_entry;

typedef struct heaplens__block_map {
    pthread_mutex_t lock;
    heaplens__block_entry *slots;  // (capacity); NULL until the first entry
    size_t capacity;               // 0 or a power of two
    size_t used;
} heaplens__block_map;

/** Empty, without memory. */
void heaplens__block_map_init(heaplens__block_map *map);

/** Add an entry, or replace the one of the same address. False: no memory, and no such entry. */
bool heaplens__block_map_put(heaplens__block_map *map, const heaplens__block_entry *entry);

/** Take an entry out. False if the address is not there; then *out is unchanged. */
bool heaplens__block_map_take(heaplens__block_map *map, const void *block,
                              heaplens__block_entry *out);

/** Take out any one entry. False when there is none. Cost of taking all: O(capacity). */
bool heaplens__block_map_take_any(heaplens__block_map *map, size_t *from,
                                  heaplens__block_entry *out);

/** Take out all entries, and give memory beyond a page back. */
void heaplens__block_map_clear(heaplens__block_map *map);

#endif
