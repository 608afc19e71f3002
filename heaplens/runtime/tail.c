// SPDX-License-Identifier: MIT
// Encoding and checking of a block's tail.
#include "runtime/tail.h"

#include <string.h>

#include "format/store.h"

enum {
    SLACK_DRAWN = 254,
    SLACK_ELSEWHERE = 255,
    BIRTH_BITS = 48,
    BIRTH_CHECK_SHIFT = 50,
    SIZE_BYTES = 8,
    HALF = 8,  // the watched bytes are compared as two words
};

// 0xA5 is no letter, no small number and no half of a usual address.
static const unsigned char pattern[HEAPLENS__TAIL_WATCHED] = {
    0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5,
};

typedef struct words {
    uint64_t birth;
    uint64_t identity;
} words;

/** What lies before the words of a drawn block. */
typedef struct drawn {
    uint64_t size;
    heaplens__weight weight;
} drawn;

_Static_assert(sizeof(drawn) + sizeof(words) == HEAPLENS__TAIL_DRAWN_BYTES, "the tail's size");

// The constants are splitmix64's: the upper part of the product depends on all bits below. Guards
// against accidents, not against attackers.
static inline uint64_t key_of(const void *block, uint64_t secret)
{
    const uint64_t h = ((uint64_t)(uintptr_t)block ^ secret) * 0xBF58476D1CE4E5B9U;
    return h ^ (h >> 29);
}

static inline uint64_t check_of(uint64_t key, uint64_t bits)
{
    return (key ^ bits) * 0x94D049BB133111EBU;
}

static inline uint64_t seal_birth(uint64_t key, uint64_t clock, heaplens__timing timing)
{
    const uint64_t low = (clock & HEAPLENS__TAIL_CLOCK_MASK) | (uint64_t)timing << BIRTH_BITS;
    return low | check_of(key, low) >> BIRTH_CHECK_SHIFT << BIRTH_CHECK_SHIFT;
}

static inline uint64_t seal_identity(uint64_t key, uint32_t low)
{
    return low | check_of(key, (uint64_t)low << 32) >> 32 << 32;
}

void heaplens__tail_write(void *block, size_t usable, const heaplens__block *what, uint64_t secret)
{
    unsigned char *const end = (unsigned char *)block + usable;
    // All of it, whatever the slack: the tail is written over what is not slack.
    memcpy((unsigned char *)block + what->size, pattern, sizeof pattern);
    size_t slack = usable - HEAPLENS__TAIL_BYTES - what->size;
    if (what->is_drawn) {
        const drawn more = {.size = what->size, .weight = what->weight};
        memcpy(end - HEAPLENS__TAIL_DRAWN_BYTES, &more, sizeof more);
        slack = SLACK_DRAWN;
    } else if (slack >= SLACK_DRAWN) {
        const uint64_t size = what->size;
        memcpy(end - HEAPLENS__TAIL_BYTES - SIZE_BYTES, &size, sizeof size);
        slack = SLACK_ELSEWHERE;
    }
    const uint64_t key = key_of(block, secret);
    const words tail = {
        .birth = seal_birth(key, what->birth_clock, what->timing),
        .identity = seal_identity(key, what->site | (uint32_t)slack << 24),
    };
    memcpy(end - sizeof tail, &tail, sizeof tail);
}

// Up to which of the first `watched` bytes behind the end something was changed.
static inline uint32_t changed_bytes(const unsigned char *end_of_block, size_t watched)
{
    uint64_t have[2];
    uint64_t want[2];
    memcpy(want, pattern, sizeof want);
    memcpy(have, end_of_block, sizeof have[0]);
    have[0] ^= want[0];
    if (watched > HALF) {
        memcpy(have + 1, end_of_block + HALF, sizeof have[1]);
        have[1] = (have[1] ^ want[1]) << (8 * (HEAPLENS__TAIL_WATCHED - watched));
        if (have[1] != 0) {
            return (uint32_t)watched - (uint32_t)__builtin_clzll(have[1]) / 8;
        }
        watched = HALF;
    }
    have[0] = watched == 0 ? 0 : have[0] << (8 * (HALF - watched));
    return have[0] == 0 ? 0 : (uint32_t)watched - (uint32_t)__builtin_clzll(have[0]) / 8;
}

// What the code in a tail says of the slack; false if it cannot be. `more` is read where there is one.
static inline bool read_slack(const unsigned char *end, size_t room, uint32_t code, drawn *more,
                              size_t *slack)
{
    if (code < SLACK_DRAWN) {
        *slack = code;
        return code <= room;
    }
    const size_t taken = code == SLACK_DRAWN ? sizeof *more : SIZE_BYTES;
    if (room < (code == SLACK_DRAWN ? taken : SLACK_DRAWN)) {
        return false;
    }
    memcpy(more, end - HEAPLENS__TAIL_BYTES - taken, taken);  // the size comes first
    *slack = room - taken - more->size;
    return more->size <= room - taken;
}

bool heaplens__tail_read(const void *block, size_t usable, uint64_t secret, heaplens__block *out)
{
    if (usable < HEAPLENS__TAIL_BYTES) {
        return false;
    }
    const size_t room = usable - HEAPLENS__TAIL_BYTES;
    const unsigned char *const end = (const unsigned char *)block + usable;
    words tail;
    memcpy(&tail, end - sizeof tail, sizeof tail);
    const uint64_t key = key_of(block, secret);
    const uint32_t low = (uint32_t)tail.identity;
    const uint32_t site = low & HEAPLENS_STORE_SITES_MAX;
    const uint32_t code = low >> 24;
    drawn more;
    size_t slack = 0;
    if (tail.identity != seal_identity(key, low) || site == HEAPLENS_STORE_SITE_NONE ||
        !read_slack(end, room, code, &more, &slack)) {
        return false;
    }
    out->site = site;
    out->usable = usable;
    out->size = code < SLACK_DRAWN ? room - code : more.size;
    out->is_drawn = code == SLACK_DRAWN;
    if (out->is_drawn) {
        out->weight = more.weight;
    }
    out->birth_clock = tail.birth & HEAPLENS__TAIL_CLOCK_MASK;
    out->timing = (heaplens__timing)(tail.birth >> BIRTH_BITS & 3);
    out->is_birth_lost = tail.birth != seal_birth(key, out->birth_clock, out->timing);
    const size_t watched = slack < HEAPLENS__TAIL_WATCHED ? slack : HEAPLENS__TAIL_WATCHED;
    out->bytes_beyond = changed_bytes((const unsigned char *)block + out->size, watched);
    if (out->is_birth_lost) {
        out->timing = HEAPLENS__TIMING_NONE;
        out->bytes_beyond = (uint32_t)slack + 1;  // at least
    }
    return true;
}

void heaplens__tail_erase(void *block, size_t usable)
{
    // All zero names no site: it is refused whatever the check says.
    memset((unsigned char *)block + usable - HEAPLENS__TAIL_BYTES, 0, HEAPLENS__TAIL_BYTES);
}
