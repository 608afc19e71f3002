// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_OVERFLOWS_H
#define HEAPLENS_RUNTIME_OVERFLOWS_H

/**
 * @file
 * Blocks that the program wrote to behind their end, as found when they are freed.
 */
#include "runtime/shard.h"
#include "runtime/tail.h"

/** Keep that a block was overwritten: `what->bytes_beyond` is not 0. Takes the lock; keeps errno. */
void heaplens__overflows_note(heaplens__shard *shard, const heaplens__block *what);

#endif
