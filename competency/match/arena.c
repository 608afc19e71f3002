// SPDX-License-Identifier: MIT
// A layout that is measured and placed by the same code.
#include "match/arena.h"

#include <stdalign.h>

#include "base/checked.h"

void *competency__arena_take(competency__arena *arena, size_t count, size_t size)
{
    const size_t alignment = alignof(max_align_t);
    const size_t at = arena->used;
    size_t bytes = 0;
    if (!competency__mul(&bytes, count, size) ||
        !competency__add(&bytes, bytes, (alignment - bytes % alignment) % alignment) ||
        !competency__add(&arena->used, at, bytes)) {
        arena->is_overflown = true;
    }
    return arena->base == NULL ? NULL : arena->base + at;
}
