// SPDX-License-Identifier: MIT
// The timeline: points are appended to one half of their section until it is full; then every
// second goes into the other half, which takes its place at one stroke. A reader therefore always
// finds a whole timeline, also in the store of a process that was killed in between.
#include "runtime/timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "runtime/clock.h"
#include "runtime/counter.h"

enum {
    FIRST_GAP_NS = 4000000,  // 1024 points are four seconds, and cost about 1 in 1000 of them
    STATM_BYTES = 128,
    STATUS_BYTES = 2048,  // what is wanted is in the first 500
    POINTS_SHIFT = 32,
    KIB = 1024,
};

static uint64_t half_points(const heaplens__store *store)
{
    const uint64_t half = store->header->sections[HEAPLENS_STORE_POINTS].capacity / 2;
    return half < HEAPLENS_STORE_TIMELINE_POINTS ? half : HEAPLENS_STORE_TIMELINE_POINTS;
}

static uint64_t maxrss(void)
{
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * KIB;
}

void heaplens__timeline_init(heaplens__recorder *recorder)
{
    heaplens_store_header *const header = recorder->store.header;
    // A unit is 32 to 64 ns; which, is only known later. The gap need not be more precise.
    atomic_store_explicit(&header->point_gap, FIRST_GAP_NS / 64, memory_order_relaxed);
    atomic_store_explicit(&header->points, 0, memory_order_relaxed);
    atomic_store_explicit(&recorder->point_due, 0, memory_order_relaxed);
    atomic_store_explicit(&header->rss_peak, 0, memory_order_relaxed);
    recorder->maxrss_before = maxrss();
    recorder->knows_rss = true;
}

// The start of a small file of /proc; nothing: cannot be read. No descriptor is kept.
static size_t read_start(const char *path, char *text, size_t capacity)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    const ssize_t length = read(fd, text, capacity);
    (void)close(fd);
    return length < 0 ? 0 : (size_t)length;
}

// The number after the blanks at `at`; 0: there is none.
static uint64_t number_at(const char *text, size_t length, size_t at)
{
    while (at < length && (text[at] == ' ' || text[at] == '\t')) {
        at++;
    }
    uint64_t number = 0;
    for (; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
        number = number * 10 + (uint64_t)(text[at] - '0');
    }
    return number;
}

// The second number of /proc/self/statm, in bytes; 0: cannot be read. Nothing is asked again where
// the system does not tell.
static uint64_t read_rss(heaplens__recorder *recorder)
{
    if (!recorder->knows_rss) {
        return 0;
    }
    recorder->knows_rss = false;
    char text[STATM_BYTES];
    const size_t length = read_start("/proc/self/statm", text, sizeof text);
    size_t at = 0;
    while (at < length && text[at] != ' ') {
        at++;
    }
    const uint64_t pages = number_at(text, length, at);
    recorder->knows_rss = pages != 0;
    return pages * recorder->store.header->page_bytes;
}

// VmHWM of /proc/self/status, in bytes; 0: cannot be read.
static uint64_t read_rss_peak(void)
{
    static const char name[] = "VmHWM:";
    char text[STATUS_BYTES];
    const size_t length = read_start("/proc/self/status", text, sizeof text);
    const char *const found = memmem(text, length, name, sizeof name - 1);
    if (found == NULL) {
        return 0;
    }
    return number_at(text, length, (size_t)(found - text) + sizeof name - 1) * KIB;
}

// getrusage() costs little, but what it tells may be of the program that this one replaced by exec:
// only what rose since the start is this one's.
static void note_rss(const heaplens__recorder *recorder, uint64_t rss)
{
    heaplens_store_header *const header = recorder->store.header;
    const uint64_t maximum = maxrss();
    uint64_t peak = heaplens__counted(&header->rss_peak);
    peak = rss > peak ? rss : peak;
    peak = maximum > recorder->maxrss_before && maximum > peak ? maximum : peak;
    atomic_store_explicit(&header->rss_latest, rss, memory_order_relaxed);
    atomic_store_explicit(&header->rss_peak, peak, memory_order_relaxed);
}

void heaplens__timeline_end(heaplens__recorder *recorder)
{
    heaplens_store_header *const header = recorder->store.header;
    note_rss(recorder, heaplens__counted(&header->rss_latest));
    const uint64_t peak = recorder->knows_rss ? read_rss_peak() : 0;
    if (peak != 0) {
        atomic_store_explicit(&header->rss_peak, peak, memory_order_relaxed);
    }
}

static heaplens_store_point now_point(heaplens__recorder *recorder, uint64_t time)
{
    heaplens_store_header *const header = recorder->store.header;
    const bool counts = heaplens__counted(&header->mode) == HEAPLENS_MODE_COUNT;
    heaplens_store_point point = {
        .time = time,
        .bytes_clock = heaplens__counted(&header->bytes_clock),
        .bytes_live = heaplens__level(counts ? &header->counted_bytes : &header->bytes_live),
        .blocks_live = heaplens__level(counts ? &header->counted_blocks : &header->blocks_live),
        .rss = read_rss(recorder),
    };
    const heaplens_store_shard *const shards =
        heaplens__store_items(&recorder->store, HEAPLENS_STORE_SHARDS);
    const uint64_t count = heaplens__counted(&header->sections[HEAPLENS_STORE_SHARDS].count);
    for (uint64_t i = 0; i < count; i++) {
        point.usable_live +=
            heaplens__level(counts ? &shards[i].counted_bytes : &shards[i].usable_live);
    }
    note_rss(recorder, point.rss);
    return point;
}

// Makes sure that the items below `end` can be written. Under the lock.
static bool reserve(heaplens__store *store, uint64_t end)
{
    const uint64_t have = heaplens__counted(&store->header->sections[HEAPLENS_STORE_POINTS].count);
    if (end <= have) {
        return true;
    }
    if (heaplens__store_room(store, HEAPLENS_STORE_POINTS, end - have) == HEAPLENS__STORE_FULL) {
        return false;
    }
    heaplens__store_publish(store, HEAPLENS_STORE_POINTS, end);
    return true;
}

// Copies every second point to the other half. False if there is no room for them.
static bool thin(heaplens__store *store, uint64_t *first, uint64_t *count)
{
    const uint64_t half = half_points(store);
    const uint64_t other = *first == 0 ? half : 0;
    const uint64_t kept = (*count + 1) / 2;
    if (!reserve(store, other + kept)) {
        return false;
    }
    heaplens_store_point *const points = heaplens__store_items(store, HEAPLENS_STORE_POINTS);
    for (uint64_t i = 0; i < kept; i++) {
        points[other + i] = points[*first + 2 * i];
    }
    *first = other;
    *count = kept;
    return true;
}

static void append(heaplens__recorder *recorder, uint64_t time)
{
    heaplens__store *const store = &recorder->store;
    heaplens_store_header *const header = store->header;
    const uint64_t word = heaplens__counted(&header->points);
    uint64_t first = word >> POINTS_SHIFT;
    uint64_t count = word & UINT32_MAX;
    uint64_t gap = heaplens__counted(&header->point_gap);
    if (count >= half_points(store)) {
        if (!thin(store, &first, &count)) {
            return;
        }
        gap *= 2;
    }
    if (reserve(store, first + count + 1)) {
        heaplens_store_point *const points = heaplens__store_items(store, HEAPLENS_STORE_POINTS);
        points[first + count] = now_point(recorder, time);
        count++;
    }
    atomic_store_explicit(&header->point_gap, gap, memory_order_relaxed);
    atomic_store_explicit(&header->points, first << POINTS_SHIFT | count, memory_order_release);
    atomic_store_explicit(&recorder->point_due, time + gap, memory_order_relaxed);
}

void heaplens__timeline_look(heaplens__recorder *recorder)
{
    const uint64_t now = heaplens__clock_now();
    if (now < atomic_load_explicit(&recorder->point_due, memory_order_relaxed)) {
        return;
    }
    const int saved_errno = errno;
    if (pthread_mutex_trylock(&recorder->lock) != 0) {
        return;
    }
    if (now >= atomic_load_explicit(&recorder->point_due, memory_order_relaxed)) {
        append(recorder, now);
    }
    pthread_mutex_unlock(&recorder->lock);
    errno = saved_errno;
}
