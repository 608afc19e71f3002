// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_DEFERRED_H
#define HEAPLENS_RUNTIME_DEFERRED_H

/**
 * @file
 * What a signal handler that interrupted the recorder did to blocks, until it can be counted.
 *
 * The thread's figures may be half changed then, so the handler puts down what happened, and the
 * recorder counts it when it leaves. Used by one thread and its handlers; a handler may interrupt
 * another, but each returns before the one that it interrupted goes on.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/tail.h"

enum { HEAPLENS__DEFERRED_MAX = 16 };

struct heaplens__shard;

typedef enum heaplens__deferred_kind {
    HEAPLENS__DEFERRED_END = 0,      // `was` is freed
    HEAPLENS__DEFERRED_RESIZE = 1,   // `was` is `block` now, of `size` bytes
    HEAPLENS__DEFERRED_COUNTED = 2,  // count mode: a block of `usable` bytes, `size` requested
    HEAPLENS__DEFERRED_RETURN = 3,   // count mode: such a block is freed
} heaplens__deferred_kind;

typedef struct heaplens__deferred {
    heaplens__deferred_kind kind;
    const void *old;      // where the block was
    const void *block;    // where it is
    heaplens__block was;  // its tail before
    size_t size;
    size_t usable;
} heaplens__deferred;

typedef struct heaplens__deferred_list {
    atomic_uint count;
    heaplens__deferred items[HEAPLENS__DEFERRED_MAX];
} heaplens__deferred_list;

/** Put an operation down. False if there is no room: it is lost. */
bool heaplens__deferred_put(heaplens__deferred_list *list, const heaplens__deferred *what);

/** Count what was put down. The thread is busy; handlers may put down more meanwhile. */
void heaplens__deferred_drain(struct heaplens__shard *shard);

#endif
