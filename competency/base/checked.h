// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_CHECKED_H
#define COMPETENCY_BASE_CHECKED_H

#include <stdbool.h>
#include <stddef.h>

/** *out = a * b; false, with *out unchanged, when the product does not fit. */
static inline bool competency__mul(size_t *out, size_t a, size_t b)
{
    if (b != 0 && a > (size_t)-1 / b) {
        return false;
    }
    *out = a * b;
    return true;
}

/** *out = a + b; false, with *out unchanged, when the sum does not fit. */
static inline bool competency__add(size_t *out, size_t a, size_t b)
{
    if (a > (size_t)-1 - b) {
        return false;
    }
    *out = a + b;
    return true;
}

#endif
