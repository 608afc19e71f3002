// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_STORE_READER_H
#define HEAPLENS_PROFILE_STORE_READER_H

#include "format/store.h"
#include "profile/store_read.h"

/**
 * @file
 * A raw store while it is being read. Sums over it are modulo 2^64 on purpose: an entry can be
 * negative, or hostile, and only what comes out is judged.
 */

typedef struct heaplens_store_reader {
    const heaplens_store_source *source;
    heaplens_store_header header;
    unsigned char *items[HEAPLENS_STORE_KINDS];  // (counts[kind] * stride) owned copies
    size_t counts[HEAPLENS_STORE_KINDS];
    double ns_per_unit;    // of the recorder's clock
    uint64_t end_time;     // last moment that is known, in time units
    bool peak_is_now;      // the process never came down from its largest figure
    uint64_t bytes_clock;  // bytes allocated in all
    // Set by heaplens__store_sites(): (counts[HEAPLENS_STORE_SITES]) place of each site of the store
    // in the process, or HEAPLENS_SITE_DROPPED; owned.
    uint32_t *site_of;
    heaplens_failure *failure;
} heaplens_store_reader;

static inline uint64_t heaplens__scale_to_ns(const heaplens_store_reader *r, uint64_t units)
{
    const double ns = (double)units * r->ns_per_unit;
    return ns >= 0x1p63 ? UINT64_C(1) << 63 : (uint64_t)ns;
}

// Nanoseconds from the start of recording to a time of the recorder's clock.
static inline uint64_t heaplens__time_to_ns(const heaplens_store_reader *r, uint64_t time)
{
    const uint64_t start = r->header.start.time;
    return time <= start ? 0 : heaplens__scale_to_ns(r, time - start);
}

static inline uint64_t heaplens__not_negative(uint64_t sum)
{
    return sum > INT64_MAX ? 0 : sum;
}

/** Add up the entries: sites with their figures and call stacks. As heaplens__store_read(). */
heaplens_status heaplens__store_sites(heaplens_store_reader *r, const heaplens_names *names,
                                      heaplens_process *process);

/** The tables whose rows name a site: sizes, estimates, overflows, scopes and threads. */
heaplens_status heaplens__store_details(heaplens_store_reader *r, heaplens_names *names,
                                        heaplens_process *process);

/** The timeline. */
heaplens_status heaplens__store_points(heaplens_store_reader *r, heaplens_process *process);

#endif
