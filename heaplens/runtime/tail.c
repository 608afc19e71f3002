// SPDX-License-Identifier: MIT
// Encoding and checking of a block's tail.
#include "runtime/tail.h"

#include <string.h>

#include "runtime/tail_plain.h"

enum { HALF = 8 };  // the watched bytes are compared as two words

/** What lies before the words of a drawn block. */
typedef struct drawn {
    uint64_t size;
    heaplens__weight weight;
} drawn;

_Static_assert(sizeof(drawn) + sizeof(heaplens__tail_words) == HEAPLENS__TAIL_DRAWN_BYTES,
               "the tail's size");

void heaplens__tail_write(void *block, size_t usable, const heaplens__block *what, uint64_t secret)
{
    if (!what->is_drawn) {
        heaplens__tail_write_plain(block, usable, what, secret);
        return;
    }
    const drawn more = {.size = what->size, .weight = what->weight};
    const uint64_t key = heaplens__tail_key(block, secret);
    const heaplens__tail_words tail = {
        .birth = heaplens__tail_seal_birth(key, what->birth_clock, what->timing),
        .identity =
            heaplens__tail_seal_identity(key, what->site | (uint32_t)HEAPLENS__SLACK_DRAWN << 24),
    };
    unsigned char *const end = (unsigned char *)block + usable;
    // All of it, whatever the slack: the rest is written over what is not slack.
    memset((unsigned char *)block + what->size, (int)(HEAPLENS__TAIL_PATTERN & 0xFF),
           HEAPLENS__TAIL_WATCHED);
    memcpy(end - HEAPLENS__TAIL_DRAWN_BYTES, &more, sizeof more);
    memcpy(end - sizeof tail, &tail, sizeof tail);
}

// Up to which of the first `watched` bytes behind the end something was changed.
static inline uint32_t changed_bytes(const unsigned char *end_of_block, size_t watched)
{
    uint64_t have[2];
    memcpy(have, end_of_block, sizeof have[0]);
    have[0] ^= HEAPLENS__TAIL_PATTERN;
    if (watched > HALF) {
        memcpy(have + 1, end_of_block + HALF, sizeof have[1]);
        have[1] = (have[1] ^ HEAPLENS__TAIL_PATTERN) << (8 * (HEAPLENS__TAIL_WATCHED - watched));
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
    if (code < HEAPLENS__SLACK_DRAWN) {
        *slack = code;
        return code <= room;
    }
    const size_t taken = code == HEAPLENS__SLACK_DRAWN ? sizeof *more : HEAPLENS__TAIL_SIZE_BYTES;
    if (room < (code == HEAPLENS__SLACK_DRAWN ? taken : HEAPLENS__SLACK_DRAWN)) {
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
    heaplens__tail_words tail;
    memcpy(&tail, end - sizeof tail, sizeof tail);
    const uint64_t key = heaplens__tail_key(block, secret);
    const uint32_t low = (uint32_t)tail.identity;
    const uint32_t site = low & HEAPLENS_STORE_SITES_MAX;
    const uint32_t code = low >> 24;
    drawn more;
    size_t slack = 0;
    if (tail.identity != heaplens__tail_seal_identity(key, low) ||
        site == HEAPLENS_STORE_SITE_NONE || !read_slack(end, room, code, &more, &slack)) {
        return false;
    }
    out->site = site;
    out->usable = usable;
    out->size = code < HEAPLENS__SLACK_DRAWN ? room - code : more.size;
    out->is_drawn = code == HEAPLENS__SLACK_DRAWN;
    if (out->is_drawn) {
        out->weight = more.weight;
    }
    out->birth_clock = heaplens__tail_clock_of(tail.birth);
    out->timing = heaplens__tail_timing_of(tail.birth);
    out->is_birth_lost =
        tail.birth != heaplens__tail_seal_birth(key, out->birth_clock, out->timing);
    const size_t watched = slack < HEAPLENS__TAIL_WATCHED ? slack : HEAPLENS__TAIL_WATCHED;
    out->bytes_beyond = changed_bytes((const unsigned char *)block + out->size, watched);
    if (out->is_birth_lost) {
        out->timing = HEAPLENS__TIMING_NONE;
        out->bytes_beyond = (uint32_t)slack + 1;  // at least
    }
    return true;
}
