// SPDX-License-Identifier: MIT
#include "profile/array.h"

#include <stdlib.h>
#include <string.h>

bool heaplens__array_reserve(void *items, size_t *capacity, size_t need, size_t item_bytes)
{
    if (need <= *capacity) {
        return true;
    }
    const size_t grown = *capacity + *capacity / 2 + 16;
    const size_t wanted = grown > need ? grown : need;
    if (wanted > SIZE_MAX / item_bytes) {
        return false;
    }

    // The pointer is copied, not cast: a T ** is not a void **.
    void *old = NULL;
    memcpy(&old, items, sizeof(old));
    void *const moved = realloc(old, wanted * item_bytes);
    if (moved == NULL) {
        return false;
    }
    memcpy(items, &moved, sizeof(moved));
    *capacity = wanted;
    return true;
}

void *heaplens__array_zeroed(size_t count, size_t item_bytes)
{
    return calloc(count == 0 ? 1 : count, item_bytes);
}
