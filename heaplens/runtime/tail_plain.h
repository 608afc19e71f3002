// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_TAIL_PLAIN_H
#define HEAPLENS_RUNTIME_TAIL_PLAIN_H

/**
 * @file
 * The tails of ordinary blocks, which nearly all are: not drawn, with little slack, not written over.
 *
 * What tail.h does about any block, these functions do about such a one, as a part of the function
 * that calls them: what the tail says stays in registers.
 */
#include <string.h>

#include "format/store.h"
#include "runtime/tail.h"

enum {
    HEAPLENS__SLACK_DRAWN = 254,
    HEAPLENS__SLACK_ELSEWHERE = 255,
    HEAPLENS__TAIL_BIRTH_BITS = 48,
    HEAPLENS__TAIL_BIRTH_CHECK_SHIFT = 50,
    HEAPLENS__TAIL_SIZE_BYTES = 8,
};

/** What fills the slack. 0xA5 is no letter, no small number and no half of a usual address. */
#define HEAPLENS__TAIL_PATTERN UINT64_C(0xA5A5A5A5A5A5A5A5)

/** The tail itself. */
typedef struct heaplens__tail_words {
    uint64_t birth;
    uint64_t identity;
} heaplens__tail_words;

// The constants are splitmix64's: the upper part of the product depends on all bits below. Guards
// against accidents, not against attackers.
static inline uint64_t heaplens__tail_key(const void *block, uint64_t secret)
{
    const uint64_t h = ((uint64_t)(uintptr_t)block ^ secret) * 0xBF58476D1CE4E5B9U;
    return h ^ (h >> 29);
}

static inline uint64_t heaplens__tail_check(uint64_t key, uint64_t bits)
{
    return (key ^ bits) * 0x94D049BB133111EBU;
}

static inline uint64_t heaplens__tail_seal_birth(uint64_t key, uint64_t clock,
                                                 heaplens__timing timing)
{
    const uint64_t low = (clock & HEAPLENS__TAIL_CLOCK_MASK) | (uint64_t)timing
                                                                   << HEAPLENS__TAIL_BIRTH_BITS;
    const uint64_t check = heaplens__tail_check(key, low) >> HEAPLENS__TAIL_BIRTH_CHECK_SHIFT;
    return low | check << HEAPLENS__TAIL_BIRTH_CHECK_SHIFT;
}

static inline uint64_t heaplens__tail_seal_identity(uint64_t key, uint32_t low)
{
    return low | heaplens__tail_check(key, (uint64_t)low << 32) >> 32 << 32;
}

/** The clock and the timing in a tail's first word. */
static inline uint64_t heaplens__tail_clock_of(uint64_t birth)
{
    return birth & HEAPLENS__TAIL_CLOCK_MASK;
}

static inline heaplens__timing heaplens__tail_timing_of(uint64_t birth)
{
    return (heaplens__timing)(birth >> HEAPLENS__TAIL_BIRTH_BITS & 3);
}

/** Of the first bytes behind the end, those that differ from the pattern; 0: the slack is intact. */
static inline uint64_t heaplens__tail_slack_change(const unsigned char *end_of_block, size_t slack)
{
    // As many bytes of ones as are watched, and zeros: by where it is read.
    static const unsigned char ones[2 * HEAPLENS__TAIL_WATCHED] = {
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    };
    const size_t watched = slack < HEAPLENS__TAIL_WATCHED ? slack : HEAPLENS__TAIL_WATCHED;
    uint64_t have[2];
    uint64_t mask[2];
    memcpy(have, end_of_block, sizeof have);
    memcpy(mask, ones + HEAPLENS__TAIL_WATCHED - watched, sizeof mask);
    return ((have[0] ^ HEAPLENS__TAIL_PATTERN) & mask[0]) |
           ((have[1] ^ HEAPLENS__TAIL_PATTERN) & mask[1]);
}

/** heaplens__tail_write() of a block that is not drawn. */
static inline void heaplens__tail_write_plain(void *block, size_t usable,
                                              const heaplens__block *what, uint64_t secret)
{
    unsigned char *const end = (unsigned char *)block + usable;
    // All of it, whatever the slack: the tail is written over what is not slack.
    const uint64_t pattern[2] = {HEAPLENS__TAIL_PATTERN, HEAPLENS__TAIL_PATTERN};
    memcpy((unsigned char *)block + what->size, pattern, sizeof pattern);
    size_t slack = usable - HEAPLENS__TAIL_BYTES - what->size;
    if (__builtin_expect(slack >= HEAPLENS__SLACK_DRAWN, false)) {
        const uint64_t size = what->size;
        memcpy(end - HEAPLENS__TAIL_BYTES - HEAPLENS__TAIL_SIZE_BYTES, &size, sizeof size);
        slack = HEAPLENS__SLACK_ELSEWHERE;
    }
    const uint64_t key = heaplens__tail_key(block, secret);
    const heaplens__tail_words tail = {
        .birth = heaplens__tail_seal_birth(key, what->birth_clock, what->timing),
        .identity = heaplens__tail_seal_identity(key, what->site | (uint32_t)slack << 24),
    };
    memcpy(end - sizeof tail, &tail, sizeof tail);
}

/**
 * heaplens__tail_read() of an ordinary block.
 *
 * @return false: it is none, or has no tail; `out` then means nothing
 */
static inline bool heaplens__tail_read_plain(const void *block, size_t usable, uint64_t secret,
                                             heaplens__block *out)
{
    const unsigned char *const end = (const unsigned char *)block + usable;
    const size_t room = usable - HEAPLENS__TAIL_BYTES;
    if (__builtin_expect(usable < HEAPLENS__TAIL_BYTES, false)) {
        return false;
    }
    heaplens__tail_words tail;
    memcpy(&tail, end - sizeof tail, sizeof tail);
    const uint64_t key = heaplens__tail_key(block, secret);
    const uint32_t low = (uint32_t)tail.identity;
    const uint32_t slack = low >> 24;
    *out = (heaplens__block){
        .size = room - slack,
        .usable = usable,
        .birth_clock = heaplens__tail_clock_of(tail.birth),
        .site = low & HEAPLENS_STORE_SITES_MAX,
        .timing = heaplens__tail_timing_of(tail.birth),
    };
    const uint64_t difference =
        (tail.identity ^ heaplens__tail_seal_identity(key, low)) |
        (tail.birth ^ heaplens__tail_seal_birth(key, out->birth_clock, out->timing));
    return __builtin_expect(difference == 0 && out->site != HEAPLENS_STORE_SITE_NONE &&
                                slack < HEAPLENS__SLACK_DRAWN && slack <= room,
                            true) &&
           heaplens__tail_slack_change((const unsigned char *)block + out->size, slack) == 0;
}

#endif
