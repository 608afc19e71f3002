// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_TIMELINE_H
#define HEAPLENS_RUNTIME_TIMELINE_H

/**
 * @file
 * The process over time: at most HEAPLENS_STORE_TIMELINE_POINTS points, thinned as they grow.
 */
#include "runtime/recorder.h"

/** An empty timeline. The store was just created. */
void heaplens__timeline_init(heaplens__recorder *recorder);

/**
 * Add a point if the last one is long enough ago; called when a thread hands its figures in.
 *
 * Takes the lock only if nobody has it. Keeps errno. Cost: one look at the clock; a point, some
 * microseconds for asking the system for the resident set.
 */
void heaplens__timeline_look(heaplens__recorder *recorder);

/** The process ends: note the largest resident set that it had. */
void heaplens__timeline_end(heaplens__recorder *recorder);

#endif
