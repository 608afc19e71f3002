// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_BYTES_H
#define HEAPLENS_PROFILE_BYTES_H

#include <stdint.h>

/** Little-endian numbers in a file, whatever the machine and the alignment. */
static inline uint32_t heaplens__load32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static inline uint64_t heaplens__load64(const unsigned char *bytes)
{
    return heaplens__load32(bytes) | (uint64_t)heaplens__load32(bytes + 4) << 32;
}

static inline void heaplens__store32(unsigned char *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i));
    }
}

static inline void heaplens__store64(unsigned char *bytes, uint64_t value)
{
    heaplens__store32(bytes, (uint32_t)value);
    heaplens__store32(bytes + 4, (uint32_t)(value >> 32));
}

#endif
