// SPDX-License-Identifier: MIT
// Totals, live figures and peaks, for each operation.
//
// A peak of the process costs nothing while it is climbed: it is noted when the heap is about to
// shrink from it. Then the epoch rises, and an entry whose epoch is behind sets its live figures
// aside before they change. An entry that never changes again needs no visit: what it has live is
// what it had at the peak.
#include "runtime/ledger.h"

#include "runtime/clock.h"
#include "runtime/counter.h"
#include "runtime/drawn_blocks.h"
#include "runtime/estimates.h"
#include "runtime/histogram.h"
#include "runtime/overflows.h"
#include "runtime/tail_plain.h"
#include "runtime/tally.h"

// The functions of an operation are one body, in which the figures' addresses stay in registers.
#define INLINE static inline __attribute__((always_inline))

// The heap is at or above what is watched, and about to shrink. `is_anew`: of equal peaks this is
// another one.
__attribute__((noinline)) static void note_peak(const heaplens__shard *shard, int64_t bytes,
                                                bool is_anew)
{
    heaplens__recorder *const recorder = shard->recorder;
    heaplens_store_header *const header = shard->header;
    const int64_t blocks =
        heaplens__level(&header->blocks_live) + heaplens__shard_pending_blocks(shard);

    const int64_t peak = heaplens__level(&header->bytes_peak);
    if (bytes > peak || (bytes == peak && is_anew)) {
        // The epoch first: a reader between the two sees a heap above bytes_peak, and takes the
        // peak to be now, which it is.
        atomic_fetch_add_explicit(&header->peak_epoch, 1, memory_order_relaxed);
        (void)heaplens__raise(&header->bytes_peak, bytes);
        atomic_store_explicit(&header->blocks_peak, blocks, memory_order_relaxed);
        atomic_store_explicit(&header->peak_time, heaplens__clock_now(), memory_order_relaxed);
    }
    if (heaplens__raise(&recorder->api_bytes_peak, bytes)) {
        atomic_store_explicit(&recorder->api_blocks_peak, blocks, memory_order_relaxed);
    }
    const int64_t api_peak = heaplens__level(&recorder->api_bytes_peak);
    const int64_t process_peak = heaplens__level(&header->bytes_peak);
    atomic_store_explicit(&recorder->watch_bytes, api_peak < process_peak ? api_peak : process_peak,
                          memory_order_relaxed);
}

// As far as the shard knows, that is: what others handed in since it settled, it does not see.
__attribute__((noinline)) static void look_at_peak(heaplens__shard *shard)
{
    const heaplens__recorder *const recorder = shard->recorder;
    const int64_t bytes =
        heaplens__level(&shard->header->bytes_live) + heaplens__shard_pending_bytes(shard);
    const int64_t watched = heaplens__level(&recorder->watch_bytes);
    // Of equal peaks the last counts that an allocation reached: the end of an empty block does not
    // make another. And not at the price of a shared cache line whenever one of several threads comes
    // back to the same height.
    const uint64_t allocations = heaplens__counted(&shard->figures->blocks_total);
    const bool is_anew = allocations != heaplens__counted(&shard->figures->looked_at) &&
                         !atomic_load_explicit(&recorder->is_shared, memory_order_relaxed);
    atomic_store_explicit(&shard->figures->looked_at, allocations, memory_order_relaxed);
    if (bytes > watched || (bytes == watched && is_anew)) {
        note_peak(shard, bytes, is_anew);
    }
    heaplens__shard_settle(shard);
}

// A block or `bytes` of one are about to go. More than the quota may not go unlooked, whatever the shard knows.
INLINE void watch_peak(heaplens__shard *shard, int64_t bytes)
{
    if (heaplens__level(&shard->figures->bytes_live) >= shard->watch_bytes ||
        bytes > shard->quota) {
        look_at_peak(shard);
    }
}

INLINE heaplens_store_site *site_of(const heaplens__shard *shard, const heaplens_store_entry *entry)
{
    return &shard->sites[heaplens__counted(&entry->site)];
}

INLINE bool is_beyond(int64_t value, int64_t bound)
{
    return (uint64_t)value + (uint64_t)bound >
           2 * (uint64_t)bound;  // one comparison for both sides
}

__attribute__((noinline)) static void hand_in_entry(heaplens_store_entry *entry,
                                                    heaplens_store_site *site)
{
    const int64_t bytes = heaplens__level(&entry->bytes_live);
    const int64_t blocks = heaplens__level(&entry->blocks_live);
    atomic_fetch_add_explicit(&site->bytes_live, bytes - heaplens__level(&entry->handed_bytes),
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&site->blocks_live, blocks - heaplens__level(&entry->handed_blocks),
                              memory_order_relaxed);
    atomic_store_explicit(&entry->handed_bytes, bytes, memory_order_relaxed);
    atomic_store_explicit(&entry->handed_blocks, blocks, memory_order_relaxed);
}

// The site's own peak is noted like the process's: when the site is about to lose a block or bytes.
// Of equal peaks the last counts that an allocation reached: the end of an empty block does not
// make another moment.
INLINE void watch_site_peak(heaplens_store_entry *entry, heaplens_store_site *site)
{
    const bool has_risen = atomic_load_explicit(&entry->has_risen, memory_order_relaxed) != 0;
    const int64_t bytes = heaplens__level(&site->bytes_live) + heaplens__level(&entry->bytes_live) -
                          heaplens__level(&entry->handed_bytes);
    const int64_t peak = heaplens__level(&site->bytes_peak);
    if (has_risen) {
        atomic_store_explicit(&entry->has_risen, 0, memory_order_relaxed);
    }
    if (bytes > peak || (bytes == peak && has_risen)) {
        (void)heaplens__raise(&site->bytes_peak, bytes);
        atomic_store_explicit(&site->blocks_peak,
                              heaplens__level(&site->blocks_live) +
                                  heaplens__level(&entry->blocks_live) -
                                  heaplens__level(&entry->handed_blocks),
                              memory_order_relaxed);
    }
}

// The epoch is over: what is live was live at the peak.
__attribute__((noinline)) static void set_aside(heaplens_store_entry *entry, uint64_t epoch)
{
    atomic_store_explicit(&entry->bytes_gmax, heaplens__level(&entry->bytes_live),
                          memory_order_relaxed);
    atomic_store_explicit(&entry->blocks_gmax, heaplens__level(&entry->blocks_live),
                          memory_order_relaxed);
    atomic_store_explicit(&entry->epoch, epoch, memory_order_release);
}

INLINE void move_entry(const heaplens__shard *shard, heaplens_store_entry *entry, int64_t bytes,
                       int64_t blocks)
{
    const uint64_t epoch = heaplens__counted(&shard->header->peak_epoch);
    if (heaplens__counted(&entry->epoch) != epoch) {
        set_aside(entry, epoch);
    }
    const int64_t live = heaplens__level(&entry->bytes_live) + bytes;
    const int64_t blocks_live = heaplens__level(&entry->blocks_live) + blocks;
    atomic_store_explicit(&entry->bytes_live, live, memory_order_relaxed);
    atomic_store_explicit(&entry->blocks_live, blocks_live, memory_order_relaxed);
    if (is_beyond(live - heaplens__level(&entry->handed_bytes), HEAPLENS__PENDING_BYTES) ||
        is_beyond(blocks_live - heaplens__level(&entry->handed_blocks), HEAPLENS__PENDING_BLOCKS)) {
        hand_in_entry(entry, site_of(shard, entry));
    }
}

// Notes the peaks of process and site, if they are about to fall from them.
INLINE void watch_peaks(heaplens__shard *shard, heaplens_store_entry *entry, int64_t bytes,
                        int64_t blocks)
{
    const bool is_falling = bytes < 0 || blocks < 0;
    if (is_falling) {
        watch_peak(shard, -bytes);
    }
    if (entry == NULL) {
        return;
    }
    if (is_falling) {
        watch_site_peak(entry, site_of(shard, entry));
    } else {
        atomic_store_explicit(&entry->has_risen, 1, memory_order_relaxed);
    }
}

// Moves the live figures of site, shard and process. Of none more than `moved` bytes are held back,
// the clock's included.
INLINE void move_live(heaplens__shard *shard, heaplens_store_entry *entry, int64_t bytes,
                      int64_t blocks, int64_t usable, int64_t moved)
{
    heaplens_store_shard *const figures = shard->figures;
    if (entry != NULL) {
        move_entry(shard, entry, bytes, blocks);
    } else {
        heaplens__count(&figures->entries_refused, 1);
    }
    heaplens__shift(&figures->bytes_live, bytes);
    heaplens__shift(&figures->blocks_live, blocks);
    heaplens__shift(&figures->usable_live, usable);
    heaplens__shard_spend(shard, moved);
}

INLINE uint64_t clock_of(const heaplens__shard *shard)
{
    return heaplens__counted(&shard->header->bytes_clock) + heaplens__shard_pending_clock(shard);
}

// Is this block's life to be timed? The first of a site are, and then one in TIMING_EVERY, at random
// distances of that mean: reading the time stamp counter at both ends of every block would cost as
// much as everything else here.
INLINE heaplens__timing choose_timing(heaplens__shard *shard, const heaplens_store_entry *entry)
{
    if (heaplens__counted(&entry->blocks_total) <= HEAPLENS__TIMING_FIRST) {
        return HEAPLENS__TIMING_ONE;
    }
    if (shard->timing_gap > 1) {
        shard->timing_gap--;
        return HEAPLENS__TIMING_NONE;
    }
    // Uniform in 1 .. 2 * EVERY - 1.
    shard->timing_gap = 1 + (uint32_t)(heaplens__sampler_next(&shard->sampler.random) >> 32) %
                                (2 * HEAPLENS__TIMING_EVERY - 1);
    return HEAPLENS__TIMING_MANY;
}

// Blocks that a timed one stands for.
INLINE uint64_t timed_blocks(const heaplens__block *what)
{
    switch (what->timing) {
    case HEAPLENS__TIMING_NONE: return 0;
    case HEAPLENS__TIMING_ONE: return what->is_drawn ? what->weight.blocks : 1;
    case HEAPLENS__TIMING_MANY: return HEAPLENS__TIMING_EVERY;
    }
    return 0;
}

INLINE uint64_t blocks_of(const heaplens__block *what)
{
    return what->is_drawn ? what->weight.blocks : 1;
}

INLINE uint64_t bytes_of(const heaplens__block *what)
{
    return what->is_drawn ? what->weight.bytes : what->size;
}

// The bytes that the allocator gave for what the block stands for.
INLINE uint64_t usable_of(const heaplens__block *what)
{
    const uint64_t unused = what->usable - what->size;
    return what->is_drawn ? what->weight.bytes + unused * what->weight.blocks : what->usable;
}

// What its birth or death takes of the quota. The weights of drawn blocks are far beyond all bounds.
INLINE int64_t moved_by(const heaplens__block *what)
{
    return what->is_drawn ? HEAPLENS__PENDING_BYTES : (int64_t)what->size;
}

// What an allocation and a reallocation change in the entry. `times` is 1, or UINT64_MAX to undo it in
// the entry that counted it.
INLINE void count_entry(heaplens__shard *shard, heaplens_store_entry *entry,
                        const heaplens__block *what, uint64_t times)
{
    const uint64_t blocks = times * blocks_of(what);
    heaplens__count(&entry->bytes_total, times * bytes_of(what));
    heaplens__count(&entry->blocks_total, blocks);
    heaplens__count(&entry->bytes_rounding,
                    blocks * (what->usable - heaplens__tail_bytes(what) - what->size));
    heaplens__histogram_count(shard, entry, heaplens__tally_bin(what->size), blocks);
    if (entry->thread != shard->thread) {
        entry->thread = shard->thread;
        entry->threads++;
    }
}

INLINE void count_birth(heaplens_store_entry *entry, const heaplens__block *what)
{
    heaplens__count(&entry->life_clock, 0 - blocks_of(what) * what->birth_clock);
    const uint64_t timed = timed_blocks(what);
    if (timed != 0) {
        const uint64_t now = heaplens__clock_now();
        heaplens__count(&entry->life_time, 0 - timed * now);
        heaplens__shift(&entry->timed_live, (int64_t)timed);
        atomic_store_explicit(&entry->last_time, now, memory_order_relaxed);
    }
}

INLINE void count_timed_death(heaplens_store_entry *entry, const heaplens__block *was)
{
    const uint64_t timed = timed_blocks(was);
    if (timed != 0) {
        heaplens__count(&entry->life_time, timed * heaplens__clock_now());
        heaplens__shift(&entry->timed_live, -(int64_t)timed);
    }
}

// How long a block lived, in bytes allocated. Of a block that another thread allocated, the part of
// the clock that the other holds back may be missing: it is then as old as it can be, not negative.
INLINE uint64_t age_of(const heaplens__block *was, uint64_t clock)
{
    const uint64_t age = (clock - was->birth_clock) & HEAPLENS__TAIL_CLOCK_MASK;
    return age <= HEAPLENS__TAIL_CLOCK_MASK / 2 ? age : 0;
}

// A block of the site ends that lived longer than any before it. Threads that do so at once may leave
// the end of one with the life of another: an end is only asked for the time of day.
__attribute__((noinline)) static void note_longest(heaplens_store_site *site, uint64_t age,
                                                   uint64_t clock)
{
    uint64_t was = heaplens__counted(&site->life_max);
    while (age > was) {
        if (atomic_compare_exchange_weak_explicit(&site->life_max, &was, age, memory_order_relaxed,
                                                  memory_order_relaxed)) {
            atomic_store_explicit(&site->life_max_end, clock, memory_order_relaxed);
            return;
        }
    }
}

INLINE void count_death(const heaplens__shard *shard, heaplens_store_entry *entry,
                        const void *block, const heaplens__block *was)
{
    const uint64_t clock = clock_of(shard);
    const uint64_t blocks = blocks_of(was);
    heaplens__count(&entry->life_clock, blocks * clock);
    count_timed_death(entry, was);
    const uint64_t age = was->is_birth_lost ? HEAPLENS_STORE_YOUNG_BYTES : age_of(was, clock);
    heaplens__count(&entry->blocks_young, age < HEAPLENS_STORE_YOUNG_BYTES ? blocks : 0);
    heaplens_store_site *const site = site_of(shard, entry);
    if (age > heaplens__counted(&site->life_max) && !was->is_birth_lost) {
        note_longest(site, age, clock);
    }
    heaplens__count(&entry->blocks_temporary, block == shard->latest_block ? blocks : 0);
}

// Counts a block in all figures, and finishes it.
INLINE void add_block(heaplens__shard *shard, const void *block, heaplens__block *what,
                      heaplens_store_entry *entry)
{
    heaplens__tally_request(shard->figures, what->size, 1);
    what->birth_clock = clock_of(shard);
    if (entry != NULL) {
        count_entry(shard, entry, what, 1);
        if (what->timing == HEAPLENS__TIMING_NONE) {
            what->timing = choose_timing(shard, entry);
        }
        count_birth(entry, what);
    }
    watch_peaks(shard, entry, (int64_t)what->size, 1);
    move_live(shard, entry, (int64_t)bytes_of(what), (int64_t)blocks_of(what),
              (int64_t)usable_of(what), moved_by(what));
    shard->latest_block = block;
}

void heaplens__ledger_alloc(heaplens__shard *shard, void *block, size_t size, size_t usable,
                            uint32_t site, heaplens_store_entry *entry)
{
    heaplens__block what;
    what.size = size;
    what.usable = usable;
    what.site = site;
    what.timing = HEAPLENS__TIMING_NONE;
    what.is_drawn = false;
    add_block(shard, block, &what, entry);
    heaplens__tail_write_plain(block, usable, &what, shard->recorder->secret);
}

uint64_t heaplens__ledger_alloc_bare(heaplens__shard *shard, const void *block, size_t size,
                                     uint32_t site)
{
    heaplens__block what = {.size = size,
                            .usable = size + HEAPLENS__TAIL_BYTES,
                            .site = site,
                            .timing = HEAPLENS__TIMING_ONE};
    add_block(shard, block, &what, heaplens__shard_entry(shard, site));
    return what.birth_clock;
}

void heaplens__ledger_take_back(heaplens__shard *shard, const heaplens__block *was)
{
    heaplens_store_entry *const entry = heaplens__shard_entry(shard, was->site);
    heaplens__tally_request(shard->figures, was->size, UINT64_MAX);
    shard->handed_clock -= was->size;  // the clock goes on
    if (entry != NULL) {
        count_entry(shard, entry, was, UINT64_MAX);
        heaplens__count(&entry->life_clock, was->birth_clock);
        count_timed_death(entry, was);
    }
    // No peak is noted: it was never so high.
    move_live(shard, entry, -(int64_t)was->size, -1, -(int64_t)was->usable, moved_by(was));
    shard->latest_block = NULL;
}

void heaplens__ledger_alloc_drawn(heaplens__shard *shard, void *block, size_t size, size_t usable,
                                  uint32_t site, int64_t copied)
{
    heaplens__block what = {.size = size,
                            .usable = usable,
                            .site = site,
                            .timing = HEAPLENS__TIMING_ONE,
                            .is_drawn = true};
    what.weight = heaplens__sampler_weigh(&shard->sampler, size, shard->sampler.mean);
    heaplens__count(&shard->figures->samples, 1);
    heaplens__drawn_blocks_add(block);
    heaplens__estimates_add(shard->recorder, site, &what.weight);
    heaplens_store_entry *const entry = heaplens__shard_entry(shard, site);
    if (entry != NULL && copied >= 0) {
        heaplens__count(&entry->reallocs, what.weight.blocks);
        heaplens__count(&entry->bytes_copied, what.weight.blocks * (uint64_t)copied);
    }
    add_block(shard, block, &what, entry);
    heaplens__tail_write(block, usable, &what, shard->recorder->secret);
}

// What the end of a block changes. The peaks are noted, and an overflow.
INLINE void count_end(heaplens__shard *shard, heaplens_store_entry *entry, const void *block,
                      const heaplens__block *was)
{
    if (entry != NULL) {
        count_death(shard, entry, block, was);
    }
    if (block == shard->latest_block) {
        shard->latest_block = NULL;
    }
    move_live(shard, entry, -(int64_t)bytes_of(was), -(int64_t)blocks_of(was),
              -(int64_t)usable_of(was), moved_by(was));
}

__attribute__((noinline)) static void count_end_drawn(heaplens__shard *shard,
                                                      heaplens_store_entry *entry,
                                                      const void *block, const heaplens__block *was)
{
    heaplens__drawn_blocks_remove(block);
    heaplens__estimates_remove(shard->recorder, was->site, &was->weight);
    count_end(shard, entry, block, was);
}

void heaplens__ledger_free(heaplens__shard *shard, const void *block, const heaplens__block *was)
{
    heaplens_store_entry *const entry = heaplens__shard_entry(shard, was->site);
    watch_peaks(shard, entry, -(int64_t)was->size, -1);
    if (was->bytes_beyond != 0) {
        heaplens__overflows_note(shard, was);
    }
    if (was->is_drawn) {
        count_end_drawn(shard, entry, block, was);
        return;
    }
    // A copy that nothing else can change: it stays in registers, and what only drawn blocks have is
    // left out.
    const heaplens__block plain = {.size = was->size,
                                   .usable = was->usable,
                                   .birth_clock = was->birth_clock,
                                   .site = was->site,
                                   .timing = was->timing,
                                   .is_drawn = false,
                                   .is_birth_lost = was->is_birth_lost};
    count_end(shard, entry, block, &plain);
}

bool heaplens__ledger_end(heaplens__shard *shard, void *block, size_t usable)
{
    heaplens__block was;
    if (!heaplens__tail_read_plain(block, usable, shard->recorder->secret, &was) ||
        __builtin_expect(was.site == HEAPLENS__LEDGER_SITE_CHUNK, false)) {
        return false;
    }
    heaplens__tail_erase(block, usable);
    heaplens_store_entry *const entry = heaplens__shard_entry(shard, was.site);
    watch_peaks(shard, entry, -(int64_t)was.size, -1);
    count_end(shard, entry, block, &was);
    return true;
}

void heaplens__ledger_resize(heaplens__shard *shard, const void *old, void *block,
                             const heaplens__block *was, size_t size, size_t usable)
{
    heaplens__block what = *was;
    what.size = size;
    heaplens__tail_write(block, usable, &what, shard->recorder->secret);
    heaplens__ledger_count_resize(shard, old, block, was, size, usable);
}

void heaplens__ledger_count_resize(heaplens__shard *shard, const void *old, const void *block,
                                   const heaplens__block *was, size_t size, size_t usable)
{
    heaplens__block what = *was;
    what.size = size;
    what.usable = usable;
    if (was->bytes_beyond != 0) {
        heaplens__overflows_note(shard, was);
    }
    if (was->site == HEAPLENS__LEDGER_SITE_CHUNK) {
        return;
    }
    heaplens_store_entry *const entry = heaplens__shard_entry(shard, was->site);
    const int64_t bytes = (int64_t)size - (int64_t)was->size;
    watch_peaks(shard, entry, bytes, 0);  // first: what is asked for here is not of the peak before
    heaplens__tally_request(shard->figures, size, 1);
    if (entry != NULL) {
        count_entry(shard, entry, &what, 1);
        heaplens__count(&entry->reallocs, 1);
        const size_t kept = size < was->size ? size : was->size;
        heaplens__count(&entry->bytes_copied, old == block ? 0 : kept);
    }
    move_live(shard, entry, bytes, 0, (int64_t)usable - (int64_t)was->usable,
              (int64_t)(size > was->size ? size : was->size));
    shard->latest_block = block;
}
