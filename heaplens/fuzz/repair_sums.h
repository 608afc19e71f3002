// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_FUZZ_REPAIR_SUMS_H
#define HEAPLENS_FUZZ_REPAIR_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include <zlib.h>

#include "profile/bytes.h"
#include "profile/finished.h"

/** Make the checksums of a finished file right, which would keep a fuzzer at the door. */
static inline void repair_finished_sums(uint8_t *data, size_t size)
{
    if (size < HEAPLENS_FINISHED_HEADER_BYTES) {
        return;
    }
    uint8_t *const table = data + HEAPLENS_FINISHED_HEADER_BYTES;
    const size_t room = (size - HEAPLENS_FINISHED_HEADER_BYTES) / HEAPLENS_FINISHED_ENTRY_BYTES;
    const size_t count = heaplens__load32(data + 12);
    for (size_t i = 0; i < count && i < room; i++) {
        uint8_t *const entry = table + i * HEAPLENS_FINISHED_ENTRY_BYTES;
        const uint64_t at = heaplens__load64(entry + 16);
        const uint64_t bytes = heaplens__load64(entry + 24);
        if (at <= size && bytes <= size - at) {
            heaplens__store32(entry + 32, (uint32_t)crc32_z(0, data + at, bytes));
        }
    }
    if (count <= room) {
        heaplens__store32(data + 24,
                          (uint32_t)crc32_z(0, table, count * HEAPLENS_FINISHED_ENTRY_BYTES));
    }
    heaplens__store64(data + 16, size);
}

#endif
