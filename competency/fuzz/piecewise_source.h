// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_FUZZ_PIECEWISE_SOURCE_H
#define COMPETENCY_FUZZ_PIECEWISE_SOURCE_H

#include <stdint.h>
#include <string.h>

#include <competency/io.h>

/** The bytes of an input, given out in pieces of at most `step` bytes: self of read_piece(). */
typedef struct piecewise {
    const uint8_t *data;
    size_t left;
    size_t step;
} piecewise;

/** competency_source.read over a piecewise. */
static inline competency_status read_piece(void *self, char *buffer, size_t cap, size_t *got)
{
    piecewise *const from = self;
    size_t size = from->left < from->step ? from->left : from->step;
    size = size < cap ? size : cap;
    if (size > 0) {
        memcpy(buffer, from->data, size);
    }
    from->data += size;
    from->left -= size;
    *got = size;
    return COMPETENCY_OK;
}

static inline uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x100000001B3U;
}

#endif
