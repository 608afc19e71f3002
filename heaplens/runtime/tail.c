// SPDX-License-Identifier: MIT
// Encoding and checking of a block's tail.
#include "runtime/tail.h"

#include <string.h>

#include "format/store.h"

enum { SLACK_ELSEWHERE = 255, SIZE_BYTES = 8 };

static uint32_t check_of(const void *block, uint32_t low, uint64_t birth_clock, uint64_t secret)
{
    // Two multiplications by odd constants (those of splitmix64): the upper half of the product
    // depends on all bits below. Guards against accidents, not against attackers.
    uint64_t h = ((uint64_t)(uintptr_t)block ^ secret) * 0xBF58476D1CE4E5B9U;
    h ^= birth_clock ^ ((uint64_t)low << 32) ^ (h >> 29);
    return (uint32_t)((h * 0x94D049BB133111EBU) >> 32);
}

void heaplens__tail_write(void *block, size_t usable, const heaplens__block *what, uint64_t secret)
{
    unsigned char *const tail = (unsigned char *)block + usable - HEAPLENS__TAIL_BYTES;
    size_t slack = usable - HEAPLENS__TAIL_BYTES - what->size;
    if (slack >= SLACK_ELSEWHERE) {
        const uint64_t size = what->size;
        memcpy(tail - SIZE_BYTES, &size, sizeof size);
        slack = SLACK_ELSEWHERE;
    }
    const uint32_t low = what->site | (uint32_t)slack << 24;
    const uint64_t words[2] = {
        low | (uint64_t)check_of(block, low, what->birth_clock, secret) << 32,
        what->birth_clock,
    };
    memcpy(tail, words, sizeof words);
}

bool heaplens__tail_read(const void *block, size_t usable, uint64_t secret, heaplens__block *out)
{
    if (usable < HEAPLENS__TAIL_BYTES) {
        return false;
    }
    const unsigned char *const tail = (const unsigned char *)block + usable - HEAPLENS__TAIL_BYTES;
    uint64_t words[2];
    memcpy(words, tail, sizeof words);
    const uint32_t low = (uint32_t)words[0];
    if ((uint32_t)(words[0] >> 32) != check_of(block, low, words[1], secret)) {
        return false;
    }

    uint64_t size = usable - HEAPLENS__TAIL_BYTES;
    const uint32_t slack = low >> 24;
    if (slack == SLACK_ELSEWHERE && size >= SLACK_ELSEWHERE) {
        const uint64_t room = size;
        memcpy(&size, tail - SIZE_BYTES, sizeof size);
        if (size > room - SLACK_ELSEWHERE) {
            return false;
        }
    } else if (slack <= size) {
        size -= slack;
    } else {
        return false;
    }
    const uint32_t site = low & HEAPLENS_STORE_SITES_MAX;
    if (site == HEAPLENS_STORE_SITE_NONE) {
        return false;
    }
    *out = (heaplens__block){.size = size, .birth_clock = words[1], .site = site};
    return true;
}

void heaplens__tail_erase(void *block, size_t usable)
{
    // All zero names no site: it is refused whatever the check says.
    memset((unsigned char *)block + usable - HEAPLENS__TAIL_BYTES, 0, HEAPLENS__TAIL_BYTES);
}
