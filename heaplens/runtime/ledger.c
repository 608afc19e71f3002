// SPDX-License-Identifier: MIT
// Totals, live figures and peaks, for each operation.
//
// A peak of the process costs nothing while it is climbed: it is noted when the heap is about to
// shrink from it. Then the epoch rises, and an entry whose epoch is behind sets its live figures
// aside before they change. An entry that never changes again needs no visit: what it has live is
// what it had at the peak.
#include "runtime/ledger.h"

#include <errno.h>

#include "runtime/clock.h"
#include "runtime/counter.h"

// Raises a shared maximum. False if it was as high already.
static bool raise_to(heaplens_store_i64 *maximum, int64_t value)
{
    int64_t was = heaplens__level(maximum);
    while (value > was) {
        if (atomic_compare_exchange_weak_explicit(maximum, &was, value, memory_order_relaxed,
                                                  memory_order_relaxed)) {
            return true;
        }
    }
    return false;
}

// The heap is at or above what is watched, and about to shrink.
static void note_peak(const heaplens__shard *shard, int64_t bytes, bool is_shared)
{
    heaplens__recorder *const recorder = shard->recorder;
    heaplens_store_header *const header = recorder->store.header;
    const int64_t blocks = heaplens__level(&header->blocks_live) + shard->pending_blocks;

    const int64_t peak = heaplens__level(&header->bytes_peak);
    if (bytes > peak || (bytes == peak && !is_shared)) {
        // The epoch first: a reader between the two sees a heap above bytes_peak, and takes the
        // peak to be now, which it is.
        atomic_fetch_add_explicit(&header->peak_epoch, 1, memory_order_relaxed);
        (void)raise_to(&header->bytes_peak, bytes);
        atomic_store_explicit(&header->blocks_peak, blocks, memory_order_relaxed);
        atomic_store_explicit(&header->peak_time, heaplens__clock_now(), memory_order_relaxed);
    }
    if (raise_to(&recorder->api_bytes_peak, bytes)) {
        atomic_store_explicit(&recorder->api_blocks_peak, blocks, memory_order_relaxed);
    }
    const int64_t api_peak = heaplens__level(&recorder->api_bytes_peak);
    const int64_t process_peak = heaplens__level(&header->bytes_peak);
    atomic_store_explicit(&recorder->watch_bytes, api_peak < process_peak ? api_peak : process_peak,
                          memory_order_relaxed);
}

static inline void watch_peak(const heaplens__shard *shard)
{
    heaplens__recorder *const recorder = shard->recorder;
    const int64_t bytes =
        heaplens__level(&recorder->store.header->bytes_live) + shard->pending_bytes;
    const int64_t watched = heaplens__level(&recorder->watch_bytes);
    if (bytes < watched) {
        return;
    }
    // Of equal peaks the last counts; but not at the price of a shared cache line whenever one of
    // several threads comes back to the same height.
    const bool is_shared = atomic_load_explicit(&recorder->is_shared, memory_order_relaxed);
    if (bytes > watched || !is_shared) {
        note_peak(shard, bytes, is_shared);
    }
}

static heaplens_store_site *site_of(const heaplens__shard *shard, const heaplens_store_entry *entry)
{
    heaplens_store_site *const sites =
        heaplens__store_items(&shard->recorder->store, HEAPLENS_STORE_SITES);
    return &sites[heaplens__counted(&entry->site)];
}

static inline bool is_beyond(int64_t value, int64_t bound)
{
    return value > bound || value < -bound;
}

static void hand_in_entry(heaplens_store_entry *entry, heaplens_store_site *site)
{
    atomic_fetch_add_explicit(&site->bytes_live, heaplens__level(&entry->pending_bytes),
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&site->blocks_live, heaplens__level(&entry->pending_blocks),
                              memory_order_relaxed);
    atomic_store_explicit(&entry->pending_bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&entry->pending_blocks, 0, memory_order_relaxed);
}

// The site's own peak is noted like the process's: when the site is about to lose a block or bytes.
// Of equal peaks the last counts that an allocation reached: the end of an empty block does not
// make another moment.
static void watch_site_peak(heaplens_store_entry *entry, heaplens_store_site *site)
{
    const bool has_risen = atomic_load_explicit(&entry->has_risen, memory_order_relaxed) != 0;
    atomic_store_explicit(&entry->has_risen, 0, memory_order_relaxed);
    const int64_t bytes =
        heaplens__level(&site->bytes_live) + heaplens__level(&entry->pending_bytes);
    const int64_t peak = heaplens__level(&site->bytes_peak);
    if (bytes > peak || (bytes == peak && has_risen)) {
        (void)raise_to(&site->bytes_peak, bytes);
        atomic_store_explicit(&site->blocks_peak,
                              heaplens__level(&site->blocks_live) +
                                  heaplens__level(&entry->pending_blocks),
                              memory_order_relaxed);
    }
}

// Moves the live figures of a site.
static void move_entry(const heaplens__shard *shard, heaplens_store_entry *entry, int64_t bytes,
                       int64_t blocks)
{
    heaplens_store_site *const site = site_of(shard, entry);
    const uint64_t epoch = heaplens__counted(&shard->recorder->store.header->peak_epoch);
    if (heaplens__counted(&entry->epoch) != epoch) {
        atomic_store_explicit(&entry->bytes_gmax, heaplens__level(&entry->bytes_live),
                              memory_order_relaxed);
        atomic_store_explicit(&entry->blocks_gmax, heaplens__level(&entry->blocks_live),
                              memory_order_relaxed);
        atomic_store_explicit(&entry->epoch, epoch, memory_order_release);
    }
    heaplens__shift(&entry->bytes_live, bytes);
    heaplens__shift(&entry->blocks_live, blocks);
    heaplens__shift(&entry->pending_bytes, bytes);
    heaplens__shift(&entry->pending_blocks, blocks);
    if (is_beyond(heaplens__level(&entry->pending_bytes), HEAPLENS__PENDING_BYTES) ||
        is_beyond(heaplens__level(&entry->pending_blocks), HEAPLENS__PENDING_BLOCKS)) {
        hand_in_entry(entry, site);
    }
}

// Moves the live figures of site, shard and process.
static void move_live(heaplens__shard *shard, heaplens_store_entry *entry, int64_t bytes,
                      int64_t blocks)
{
    if (entry != NULL) {
        move_entry(shard, entry, bytes, blocks);
    } else {
        heaplens__count(&shard->figures->entries_refused, 1);
    }
    heaplens__shift(&shard->figures->bytes_live, bytes);
    heaplens__shift(&shard->figures->blocks_live, blocks);
    shard->pending_bytes += bytes;
    shard->pending_blocks += blocks;
    if (is_beyond(shard->pending_bytes, HEAPLENS__PENDING_BYTES) ||
        is_beyond(shard->pending_blocks, HEAPLENS__PENDING_BLOCKS) ||
        shard->pending_clock > HEAPLENS__PENDING_BYTES) {
        heaplens__shard_flush(shard);
    }
}

// Notes the peaks of process and site, if they are about to fall from them.
static void watch_peaks(const heaplens__shard *shard, heaplens_store_entry *entry, int64_t bytes,
                        int64_t blocks)
{
    if (bytes < 0) {
        watch_peak(shard);
    }
    if (entry == NULL) {
        return;
    }
    if (bytes < 0 || blocks < 0) {
        watch_site_peak(entry, site_of(shard, entry));
    } else {
        atomic_store_explicit(&entry->has_risen, 1, memory_order_relaxed);
    }
}

static uint64_t clock_of(const heaplens__shard *shard)
{
    return heaplens__counted(&shard->recorder->store.header->bytes_clock) + shard->pending_clock;
}

static size_t bin_of(size_t size)
{
    const size_t width = size == 0 ? 0 : 64 - (size_t)__builtin_clzll(size);
    return width < HEAPLENS_STORE_SIZE_BINS ? width : HEAPLENS_STORE_SIZE_BINS - 1;
}

static uint64_t bin_word(uint64_t tag, uint64_t value)
{
    return tag << HEAPLENS_STORE_BIN_SHIFT | value;
}

// The histogram that the entry's last word names; moves that word's bin into a new one if there is
// none yet. NULL if there is no room.
static heaplens_store_histogram *histogram_of(const heaplens__shard *shard,
                                              heaplens_store_entry *entry)
{
    heaplens_store_u64 *const last = &entry->bins[HEAPLENS_STORE_ENTRY_BINS - 1];
    heaplens__store *const store = &shard->recorder->store;
    heaplens_store_histogram *const all = heaplens__store_items(store, HEAPLENS_STORE_HISTOGRAMS);
    const uint64_t word = heaplens__counted(last);
    const uint64_t tag = word >> HEAPLENS_STORE_BIN_SHIFT;
    const uint64_t value = word - bin_word(tag, 0);
    if (tag == HEAPLENS_STORE_BIN_ELSEWHERE) {
        return &all[value];
    }
    const int saved_errno = errno;
    pthread_mutex_lock(&shard->recorder->lock);
    const uint64_t at = heaplens__store_room(store, HEAPLENS_STORE_HISTOGRAMS, 1);
    if (at != HEAPLENS__STORE_FULL) {
        heaplens__count(&all[at].sizes[tag - 1], value);
        heaplens__store_publish(store, HEAPLENS_STORE_HISTOGRAMS, at + 1);
        // Release: who finds the histogram finds the bin that was here in it.
        atomic_store_explicit(last, bin_word(HEAPLENS_STORE_BIN_ELSEWHERE, at),
                              memory_order_release);
    }
    pthread_mutex_unlock(&shard->recorder->lock);
    errno = saved_errno;
    return at != HEAPLENS__STORE_FULL ? &all[at] : NULL;
}

static inline void count_bin(const heaplens__shard *shard, heaplens_store_entry *entry, size_t bin,
                             uint64_t times)
{
    for (size_t i = 0; i < HEAPLENS_STORE_ENTRY_BINS; i++) {
        const uint64_t word = heaplens__counted(&entry->bins[i]);
        const uint64_t tag = word >> HEAPLENS_STORE_BIN_SHIFT;
        if (tag == bin + 1 || tag == 0) {
            const uint64_t more = tag == 0 ? bin_word(bin + 1, times) : times;
            heaplens__count(&entry->bins[i], more);
            return;
        }
    }
    heaplens_store_histogram *const histogram = histogram_of(shard, entry);
    if (histogram != NULL) {
        heaplens__count(&histogram->sizes[bin], times);
    }
}

// What an allocation and a reallocation have in common. `times` is 1, or UINT64_MAX to undo it in
// the shard and the entry that counted it.
static inline void count_request(heaplens__shard *shard, heaplens_store_entry *entry, size_t size,
                                 size_t usable, uint64_t times)
{
    heaplens_store_shard *const figures = shard->figures;
    heaplens__count(&figures->bytes_total, times * size);
    heaplens__count(&figures->blocks_total, times);
    const size_t bin = bin_of(size);
    heaplens__count(&figures->sizes[bin], times);
    if (entry != NULL) {
        heaplens__count(&entry->bytes_total, times * size);
        heaplens__count(&entry->blocks_total, times);
        count_bin(shard, entry, bin, times);
        if (entry->thread != shard->thread) {
            entry->thread = shard->thread;
            entry->threads++;
        }
        heaplens__count(&entry->bytes_rounding, times * (usable - HEAPLENS__TAIL_BYTES - size));
    }
}

// Counts an allocation in all figures. Returns the clock at the block's birth.
static inline uint64_t count_alloc(heaplens__shard *shard, const void *block, size_t size,
                                   size_t usable, uint32_t site)
{
    heaplens_store_entry *const entry = heaplens__shard_entry(shard, site);
    count_request(shard, entry, size, usable, 1);
    shard->pending_clock += size;
    const uint64_t clock = clock_of(shard);
    if (entry != NULL) {
        const uint64_t now = heaplens__clock_now();
        heaplens__count(&entry->life_time, 0 - now);
        heaplens__count(&entry->life_clock, 0 - clock);
        heaplens__shift(&entry->timed_live, 1);
        atomic_store_explicit(&entry->last_time, now, memory_order_relaxed);
    }
    watch_peaks(shard, entry, (int64_t)size, 1);
    move_live(shard, entry, (int64_t)size, 1);
    shard->latest_block = block;
    return clock;
}

void heaplens__ledger_alloc(heaplens__shard *shard, void *block, size_t size, size_t usable,
                            uint32_t site)
{
    const uint64_t clock = count_alloc(shard, block, size, usable, site);
    const heaplens__block what = {.size = size, .birth_clock = clock, .site = site};
    heaplens__tail_write(block, usable, &what, shard->recorder->secret);
}

uint64_t heaplens__ledger_alloc_bare(heaplens__shard *shard, const void *block, size_t size,
                                     uint32_t site)
{
    return count_alloc(shard, block, size, size + HEAPLENS__TAIL_BYTES, site);
}

void heaplens__ledger_take_back(heaplens__shard *shard, const heaplens__block *was, size_t usable)
{
    heaplens_store_entry *const entry = heaplens__shard_entry(shard, was->site);
    count_request(shard, entry, was->size, usable, UINT64_MAX);
    if (entry != NULL) {
        heaplens__count(&entry->life_time, heaplens__clock_now());
        heaplens__count(&entry->life_clock, was->birth_clock);
        heaplens__shift(&entry->timed_live, -1);
    }
    // No peak is noted: it was never so high.
    move_live(shard, entry, -(int64_t)was->size, -1);
    shard->latest_block = NULL;
}

void heaplens__ledger_free(heaplens__shard *shard, const void *block, const heaplens__block *was)
{
    heaplens_store_entry *const entry = heaplens__shard_entry(shard, was->site);
    if (entry != NULL) {
        const uint64_t clock = clock_of(shard);
        heaplens__count(&entry->life_time, heaplens__clock_now());
        heaplens__shift(&entry->timed_live, -1);
        heaplens__count(&entry->life_clock, clock);
        const int64_t age = (int64_t)(clock - was->birth_clock);
        heaplens__count(&entry->blocks_young, age < HEAPLENS_STORE_YOUNG_BYTES ? 1 : 0);
        heaplens__count(&entry->blocks_temporary, block == shard->latest_block ? 1 : 0);
    }
    if (block == shard->latest_block) {
        shard->latest_block = NULL;
    }
    watch_peaks(shard, entry, -(int64_t)was->size, -1);
    move_live(shard, entry, -(int64_t)was->size, -1);
}

void heaplens__ledger_resize(heaplens__shard *shard, const void *old, void *block,
                             const heaplens__block *was, size_t size, size_t usable)
{
    const heaplens__block what = {.size = size, .birth_clock = was->birth_clock, .site = was->site};
    heaplens__tail_write(block, usable, &what, shard->recorder->secret);
    if (was->site == HEAPLENS__LEDGER_SITE_CHUNK) {
        return;
    }
    heaplens_store_entry *const entry = heaplens__shard_entry(shard, was->site);
    count_request(shard, entry, size, usable, 1);
    shard->pending_clock += size;
    if (entry != NULL) {
        heaplens__count(&entry->reallocs, 1);
        if (old != block) {
            heaplens__count(&entry->bytes_copied, size < was->size ? size : was->size);
        }
        atomic_store_explicit(&entry->last_time, heaplens__clock_now(), memory_order_relaxed);
    }
    watch_peaks(shard, entry, (int64_t)size - (int64_t)was->size, 0);
    move_live(shard, entry, (int64_t)size - (int64_t)was->size, 0);
    shard->latest_block = block;
}
