// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_ARENA_H
#define COMPETENCY_MATCH_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Places arrays one after the other in a caller's block, and with `base` NULL only measures: the
 * same code does both, so that size and layout cannot disagree.
 */
typedef struct competency__arena {
    unsigned char *base;  // borrowed; aligned for every type
    size_t used;
    bool is_overflown;  // some size did not fit a size_t: `used` means nothing
} competency__arena;

/** The place of (count) items of `size` bytes; NULL while measuring. */
void *competency__arena_take(competency__arena *arena, size_t count, size_t size);

#endif
