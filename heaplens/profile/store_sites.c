// SPDX-License-Identifier: MIT
// Sites of a raw store: what the shards counted of each, added up, and its call stack.
#include "profile/store_reader.h"

#include <stdlib.h>

#include "profile/array.h"
#include "profile/store_lives.h"
#include "profile/store_stacks.h"

// Add what one shard counted of a site.
static void add_entry(const heaplens_store_reader *r, const heaplens_store_entry *entry,
                      heaplens_site *site)
{
    // An entry that changed since the peak passed had its figures put aside before that; the
    // others are as they were at the peak. While the process is at its peak, the figures are now's.
    const bool is_past = !r->peak_is_now && entry->epoch == r->header.peak_epoch;
    site->bytes_total += entry->bytes_total;
    site->blocks_total += entry->blocks_total;
    site->bytes_end += (uint64_t)entry->bytes_live;
    site->blocks_end += (uint64_t)entry->blocks_live;
    site->bytes_gmax += (uint64_t)(is_past ? entry->bytes_gmax : entry->bytes_live);
    site->blocks_gmax += (uint64_t)(is_past ? entry->blocks_gmax : entry->blocks_live);
    // Time units, until finish_site(). What is live has lived until the end.
    site->lifetime_ns += entry->life_time + (uint64_t)entry->timed_live * r->end_time;
    site->lifetime_bytes += entry->life_clock;
    site->blocks_short += entry->blocks_young;
    site->blocks_temporary += entry->blocks_temporary;
    site->reallocs += entry->reallocs;
    site->bytes_copied += entry->bytes_copied;
    site->bytes_rounding += entry->bytes_rounding;
    site->threads += entry->threads;
    site->last_ns = entry->last_time > site->last_ns ? entry->last_time : site->last_ns;
    site->blocks_peak |= entry->has_risen;  // whether the site grew last, until finish_site()
}

// The sum of lifetimes, in time units. A thread that was killed, or that is read, in the middle of an
// operation has counted the birth or the death of a block, but not yet that it is live, or no longer
// is. The sum is then off by about the whole clock, which is mostly more than all lifetimes together
// can be, and is put right by as much. What remains is at most the age of that one block.
static uint64_t settle_lifetime(const heaplens_store_reader *r, uint64_t sum, uint64_t blocks)
{
    const uint64_t clock = r->end_time;
    // A timed block stands for up to 16.
    const uint64_t threads = 16 * r->header.threads;
    uint64_t most = 0;
    if (clock == 0 || __builtin_mul_overflow(blocks, clock - r->header.start.time, &most)) {
        return heaplens__not_negative(sum);
    }
    if ((int64_t)sum < 0) {
        const uint64_t births = (0 - sum - 1) / clock + 1;
        return births <= threads ? sum + births * clock : 0;
    }
    const uint64_t deaths = sum > most ? (sum - most - 1) / clock + 1 : 0;
    return deaths <= threads && deaths <= sum / clock ? sum - deaths * clock : sum;
}

// Turn sums into figures.
static void finish_site(const heaplens_store_reader *r, const heaplens_store_site *stored,
                        heaplens_site *site)
{
    site->lifetime_ns =
        heaplens__scale_to_ns(r, settle_lifetime(r, site->lifetime_ns, site->blocks_total));
    site->lifetime_bytes =
        heaplens__not_negative(site->lifetime_bytes + site->blocks_end * r->bytes_clock);
    heaplens__store_longest_life(r, stored, site);
    site->bytes_end = heaplens__not_negative(site->bytes_end);
    site->blocks_end = heaplens__not_negative(site->blocks_end);
    site->bytes_gmax = heaplens__not_negative(site->bytes_gmax);
    site->blocks_gmax = heaplens__not_negative(site->blocks_gmax);
    site->first_ns = heaplens__time_to_ns(r, stored->first_time);
    site->last_ns = heaplens__time_to_ns(r, site->last_ns);

    const uint64_t past = heaplens__not_negative((uint64_t)stored->bytes_peak);
    const bool has_risen = site->blocks_peak != 0;
    const bool peak_is_now = site->bytes_end > past || (site->bytes_end == past && has_risen);
    site->bytes_peak = peak_is_now ? site->bytes_end : past;
    site->blocks_peak =
        peak_is_now ? site->blocks_end : heaplens__not_negative((uint64_t)stored->blocks_peak);
    // Of several threads the own peak falls short by what they had not yet told of each other: of a
    // small site by all of it. At the process's peak each shard's figures were put aside.
    if (site->bytes_gmax > site->bytes_peak) {
        site->bytes_peak = site->bytes_gmax;
        site->blocks_peak = site->blocks_gmax;
    }
}

static heaplens_status read_sites(heaplens_store_reader *r, heaplens_process *process)
{
    const heaplens_store_site *const stored = (const void *)r->items[HEAPLENS_STORE_SITES];
    const heaplens_store_entry *const entries = (const void *)r->items[HEAPLENS_STORE_ENTRIES];
    const size_t count = r->counts[HEAPLENS_STORE_SITES];
    process->sites = heaplens__array_zeroed(count, sizeof(*process->sites));
    if (process->sites == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < r->counts[HEAPLENS_STORE_ENTRIES]; i++) {
        const uint64_t site = entries[i].site;
        if (site == HEAPLENS_STORE_SITE_NONE) {
            continue;
        }
        if (site >= count) {
            // A store that is being written can name a site that came after the count was read.
            continue;
        }
        add_entry(r, &entries[i], &process->sites[site]);
    }
    for (size_t i = 0; i < count; i++) {
        if (stored[i].node >= r->counts[HEAPLENS_STORE_NODES] && stored[i].node != 0) {
            return heaplens__fail(r->failure, HEAPLENS_EFORMAT, "store: site %zu: node %u of %zu",
                                  i, stored[i].node, r->counts[HEAPLENS_STORE_NODES]);
        }
        process->sites[i].stack = stored[i].node;
        finish_site(r, &stored[i], &process->sites[i]);
    }
    process->site_count = count;
    if (count > HEAPLENS_STORE_SITE_REST) {
        process->facts.allocations_cut = process->sites[HEAPLENS_STORE_SITE_REST].blocks_total;
    }
    return HEAPLENS_OK;
}

heaplens_status heaplens__store_sites(heaplens_store_reader *r, const heaplens_names *names,
                                      heaplens_process *process)
{
    heaplens_status status = read_sites(r, process);
    if (status != HEAPLENS_OK) {
        return status;
    }
    r->site_of = heaplens__array_zeroed(process->site_count, sizeof(*r->site_of));
    if (r->site_of == NULL) {
        return HEAPLENS_ENOMEM;
    }
    return heaplens__store_stacks(names, process, (const void *)r->items[HEAPLENS_STORE_NODES],
                                  r->counts[HEAPLENS_STORE_NODES], r->site_of, r->failure);
}
