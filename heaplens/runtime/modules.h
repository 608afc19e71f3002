// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_MODULES_H
#define HEAPLENS_RUNTIME_MODULES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/store_writer.h"

enum { HEAPLENS__MODULES_LIVE_MAX = 2048 };  // loaded at one time; further ones have no name

/** The modules that are loaded, by address, beside the table of all in the store. */
typedef struct heaplens__modules {
    struct {
        uint64_t start;  // executable addresses
        uint64_t end;
        uint32_t id;  // in the store
        bool is_seen;
    } live[HEAPLENS__MODULES_LIVE_MAX];
    uint32_t count;
    uint32_t latest;  // index of the last hit
    bool is_read;
} heaplens__modules;

/** Know of no module. */
void heaplens__modules_init(heaplens__modules *modules);

/**
 * A thread is about to fork: let none be in heaplens__modules_refresh() meanwhile. In the child
 * nobody would give back the loader's lock that such a thread holds.
 *
 * Waits for those that are in it, a tenth of a second at most: one may itself wait for the thread that
 * forks. A refresh that is asked for meanwhile is left out.
 */
void heaplens__modules_before_fork(void);

/** In the parent: the end of heaplens__modules_before_fork(). */
void heaplens__modules_after_fork(void);

/**
 * In a child, before anything else: if a thread was in heaplens__modules_refresh() as it was made
 * (_Fork() and clone() call no handlers), the loader is never asked again.
 */
void heaplens__modules_enter_child(void);

/** In a child: take over what the parent knew. The program's own threads, too, may have held that lock. */
void heaplens__modules_inherit(heaplens__modules *modules, heaplens__store *store,
                               const heaplens__store *parent);

/**
 * Look whether objects were loaded or unloaded since the last call, and bring the tables up to it.
 *
 * @param lock  taken inside; must not be held: the loader's lock comes first
 */
void heaplens__modules_refresh(heaplens__modules *modules, heaplens__store *store,
                               pthread_mutex_t *lock);

/** @return id of the module whose code `ip` lies in, or HEAPLENS_STORE_MODULE_NONE. Under the lock. */
uint32_t heaplens__modules_find(heaplens__modules *modules, uint64_t ip);

#endif
