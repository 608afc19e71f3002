// SPDX-License-Identifier: MIT
#include "profile/numbering.h"

#include <stdlib.h>

#include "profile/array.h"

bool heaplens__numbering_init(heaplens_numbering *numbering, size_t most)
{
    size_t slot_count = 16;
    while (slot_count / 2 < most) {
        slot_count *= 2;
    }
    *numbering = (heaplens_numbering){
        .keys = heaplens__array_zeroed(most, sizeof(*numbering->keys)),
        .slots = heaplens__array_zeroed(slot_count, sizeof(*numbering->slots)),
        .slot_mask = slot_count - 1,
    };
    return numbering->keys != NULL && numbering->slots != NULL;
}

uint32_t heaplens__numbering_of(heaplens_numbering *numbering, uint64_t key)
{
    // Fibonacci hashing: the high bits of the product depend on all bits of the key.
    size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & numbering->slot_mask;
    while (numbering->slots[at] != 0 && numbering->keys[numbering->slots[at] - 1] != key) {
        at = (at + 1) & numbering->slot_mask;
    }
    if (numbering->slots[at] == 0) {
        numbering->keys[numbering->count] = key;
        numbering->slots[at] = (uint32_t)++numbering->count;
    }
    return numbering->slots[at] - 1;
}

void heaplens__numbering_deinit(heaplens_numbering *numbering)
{
    free(numbering->keys);
    free(numbering->slots);
    *numbering = (heaplens_numbering){0};
}
