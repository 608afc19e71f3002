// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_TABLE_H
#define HEAPLENS_RUNTIME_TABLE_H

/**
 * @file
 * A map from 64-bit keys to ids that is read without a lock and only grows.
 *
 * Open addressing, linear probing, at most half full. Growing makes a table of twice the size
 * and publishes it; the old one stays, because a reader may be in it: together they are no
 * larger than the new one. A reader in an old table can miss a new key: it must then take the
 * writer's lock and look again.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct heaplens__slots heaplens__slots;

typedef struct heaplens__table {
    _Atomic(heaplens__slots *) slots;  // NULL until the first insertion
    uint32_t used;                     // keys in it; the writer's
} heaplens__table;

/**
 * Find a key.
 *
 * @param key  not 0
 * @return its id, or 0: not there (or, without the lock, only just)
 *
 * Threads: any, no lock. Signals: safe.
 */
uint32_t heaplens__table_find(const heaplens__table *table, uint64_t key);

/**
 * Add a key that is not there.
 *
 * @param key  not 0; well mixed: its lower bits choose the slot
 * @param id   not 0
 * @return false if there is no memory; the table is unchanged
 *
 * Threads: one writer at a time, the caller's lock.
 */
bool heaplens__table_insert(heaplens__table *table, uint64_t key, uint32_t id);

/** Release all memory and be empty. Only when nobody reads. */
void heaplens__table_clear(heaplens__table *table);

#endif
