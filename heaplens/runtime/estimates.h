// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_ESTIMATES_H
#define HEAPLENS_RUNTIME_ESTIMATES_H

/**
 * @file
 * How sure sampled figures are: the variance of each, by site. docs/format/store.md, Samples.
 *
 * Called for drawn blocks only, one in half a MiB: under the recorder's lock. Keeps errno.
 */
#include "runtime/recorder.h"
#include "runtime/tail.h"

/** A drawn block is allocated. Before its site's figures change. */
void heaplens__estimates_add(heaplens__recorder *recorder, uint32_t site,
                             const heaplens__weight *weight);

/** A drawn block ends. After the process's peak was noted, before its site's figures change. */
void heaplens__estimates_remove(heaplens__recorder *recorder, uint32_t site,
                                const heaplens__weight *weight);

#endif
