// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_NUMBERING_H
#define HEAPLENS_PROFILE_NUMBERING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Keys, numbered from 0 in the order in which they were first asked for. */
typedef struct heaplens_numbering {
    uint64_t *keys;   // by number; owned
    uint32_t *slots;  // open addressing; 1 + number, 0 is free; owned
    size_t count;
    size_t slot_mask;
} heaplens_numbering;

/**
 * Make an empty numbering; released by heaplens__numbering_deinit(), also after a failure.
 *
 * @param most  distinct keys that will be asked for, at most; < UINT32_MAX
 * @return false when memory is out
 */
bool heaplens__numbering_init(heaplens_numbering *numbering, size_t most);

/** The number of a key, which is added when it is new. */
uint32_t heaplens__numbering_of(heaplens_numbering *numbering, uint64_t key);

/** Release what the numbering owns. */
void heaplens__numbering_deinit(heaplens_numbering *numbering);

#endif
