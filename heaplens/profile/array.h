// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_ARRAY_H
#define HEAPLENS_PROFILE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Make room for `need` items in a growing array.
 *
 * @param[in,out] items     address of the array's pointer (`T **`); NULL inside: empty. Released
 *                          with free()
 * @param[in,out] capacity  items that fit
 * @return false when memory is out or the size overflows; the array is then unchanged
 *
 * Cost: amortised O(1) an item (grows by half).
 */
bool heaplens__array_reserve(void *items, size_t *capacity, size_t need, size_t item_bytes);

/** calloc() that never returns NULL for zero items, so that NULL means out of memory. */
void *heaplens__array_zeroed(size_t count, size_t item_bytes);

#endif
