// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_UNWIND_CURSOR_H
#define HEAPLENS_RUNTIME_UNWIND_CURSOR_H

/**
 * @file
 * Reads numbers from bytes that may be damaged. A read past the end yields 0 and marks the cursor
 * as failed for good, so that a caller checks once, after several reads.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct heaplens__cursor {
    const uint8_t *at;
    const uint8_t *end;
    bool has_failed;
} heaplens__cursor;

static inline heaplens__cursor heaplens__cursor_over(const uint8_t *bytes, size_t size)
{
    return (heaplens__cursor){.at = bytes, .end = bytes + size};
}

static inline size_t heaplens__cursor_left(const heaplens__cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/** The cursor stays where it is when fewer than `size` bytes are left. */
static inline void heaplens__cursor_skip(heaplens__cursor *cursor, uint64_t size)
{
    if (size > heaplens__cursor_left(cursor)) {
        cursor->has_failed = true;
        cursor->at = cursor->end;
        return;
    }
    cursor->at += size;
}

/** An unsigned number of 1, 2, 4 or 8 bytes, little-endian like the only target. */
static inline uint64_t heaplens__cursor_number(heaplens__cursor *cursor, size_t size)
{
    uint64_t value = 0;
    const uint8_t *const from = cursor->at;
    heaplens__cursor_skip(cursor, size);
    if (!cursor->has_failed) {
        memcpy(&value, from, size);
    }
    return value;
}

static inline int64_t heaplens__cursor_signed(heaplens__cursor *cursor, size_t size)
{
    const unsigned unused_bits = 64 - 8 * (unsigned)size;
    return (int64_t)(heaplens__cursor_number(cursor, size) << unused_bits) >> unused_bits;
}

/** An unsigned LEB128 number; bits above 64 are a failure. */
static inline uint64_t heaplens__cursor_uleb(heaplens__cursor *cursor)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint64_t byte = heaplens__cursor_number(cursor, 1);
        value |= (byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) {
            return value;
        }
    }
    cursor->has_failed = true;
    return 0;
}

static inline int64_t heaplens__cursor_sleb(heaplens__cursor *cursor)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint64_t byte = heaplens__cursor_number(cursor, 1);
        value |= (byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) {
            const bool is_negative = (byte & 0x40) != 0 && shift + 7 < 64;
            return (int64_t)(is_negative ? value | (~(uint64_t)0 << (shift + 7)) : value);
        }
    }
    cursor->has_failed = true;
    return 0;
}

#endif
