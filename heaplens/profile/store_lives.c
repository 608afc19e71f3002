// SPDX-License-Identifier: MIT
// From the clock of bytes allocated to time, by way of the timeline.
#include "profile/store_lives.h"

enum { POINTS_SHIFT = 32 };

/** One moment on both clocks. */
typedef struct moment {
    uint64_t bytes;
    uint64_t time;  // time units
} moment;

// The straight line between two moments, which need not be in order: the file may say anything.
static uint64_t time_between(moment before, moment after, uint64_t bytes)
{
    if (after.bytes <= before.bytes || after.time <= before.time || bytes <= before.bytes) {
        return before.time;
    }
    if (bytes >= after.bytes) {
        return after.time;
    }
    const double share = (double)(bytes - before.bytes) / (double)(after.bytes - before.bytes);
    const uint64_t whole = after.time - before.time;
    const double part = share * (double)whole;
    // (double)whole may be 2^64, which no uint64_t holds.
    return part < (double)whole ? before.time + (uint64_t)part : after.time;
}

static uint64_t time_of(const heaplens_store_reader *r, uint64_t bytes)
{
    const heaplens_store_point *points = (const void *)r->items[HEAPLENS_STORE_POINTS];
    const uint64_t first = r->header.points >> POINTS_SHIFT;
    const uint64_t count = r->header.points & UINT32_MAX;
    const size_t room = r->counts[HEAPLENS_STORE_POINTS];
    const bool has_points = first <= room && count <= room - first;
    size_t low = 0;  // points below are not after the moment
    size_t high = has_points ? count : 0;
    const size_t end = high;
    points += has_points ? first : 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (points[middle].bytes_clock <= bytes) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const moment before = low == 0 ? (moment){.bytes = 0, .time = r->header.start.time}
                                   : (moment){points[low - 1].bytes_clock, points[low - 1].time};
    const moment after = low == end ? (moment){.bytes = r->bytes_clock, .time = r->end_time}
                                    : (moment){points[low].bytes_clock, points[low].time};
    return time_between(before, after, bytes);
}

void heaplens__store_longest_life(const heaplens_store_reader *r, const heaplens_store_site *stored,
                                  heaplens_site *site)
{
    const uint64_t life = stored->life_max;
    const uint64_t death = stored->life_max_end;
    site->lifetime_max_bytes = life;
    if (life == 0 || life > death) {
        return;  // the moment is not there yet, or was cut off with its process
    }
    const uint64_t from = time_of(r, death - life);
    const uint64_t to = time_of(r, death);
    site->lifetime_max_ns = to > from ? heaplens__scale_to_ns(r, to - from) : 0;
}
