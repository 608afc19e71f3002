// SPDX-License-Identifier: MIT
// The bookkeeping without the hooks: blocks are plain memory, stacks are made up.
#include "expect.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/clock.h"
#include "runtime/ledger.h"
#include "runtime/timeline.h"

enum { THREADS = 4, ROUNDS = 20000, BLOCKS = 64, SIZE_MAX_ = 3000 };

static heaplens__recorder *const recorder = &heaplens__recording;

static void begin(void)
{
    heaplens__clock_init();
    heaplens__store_unmap(&recorder->store);
    recorder->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    assert_int_equal(heaplens__store_create(&recorder->store, NULL, 64U << 20), HEAPLENS_OK);
    assert_int_equal(heaplens__recorder_init(recorder, 0, 42), HEAPLENS_OK);
}

static uint32_t site_at(heaplens__shard *shard, uintptr_t ip)
{
    const uintptr_t ips[3] = {ip, 0x2000, 0x3000};
    const heaplens__stack stack = {.ips = ips, .depth = 3};
    return heaplens__shard_site(shard, &stack);
}

static void *allocate(heaplens__shard *shard, size_t size, uint32_t site)
{
    const size_t usable = size + HEAPLENS__TAIL_BYTES;
    void *const block = malloc(usable);
    assert_non_null(block);
    heaplens__ledger_alloc(shard, block, size, usable, site, heaplens__shard_entry(shard, site));
    return block;
}

static void release(heaplens__shard *shard, void *block, size_t size)
{
    heaplens__block was;
    const size_t usable = size + HEAPLENS__TAIL_BYTES;
    assert_true(heaplens__tail_read(block, usable, recorder->secret, &was));
    assert_int_equal(was.size, size);
    heaplens__ledger_free(shard, block, &was);
    free(block);
}

static const heaplens_store_entry *entry_of(heaplens__shard *shard, uint32_t site)
{
    return heaplens__shard_entry(shard, site);
}

// 300 at the peak (A 100, B 200); then A dies, B grows to less, and A comes back smaller.
static void test_ledger__the_peak_is_split_over_the_sites_as_it_was(void **state)
{
    (void)state;
    begin();
    heaplens__shard *const shard = heaplens__shard_acquire(recorder, NULL);
    const uint32_t a = site_at(shard, 0xA);
    const uint32_t b = site_at(shard, 0xB);
    assert_true(a != b && a == site_at(shard, 0xA));
    void *const first = allocate(shard, 100, a);
    void *const second = allocate(shard, 200, b);
    release(shard, first, 100);
    void *const third = allocate(shard, 50, b);
    void *const fourth = allocate(shard, 20, a);

    const heaplens_store_header *const header = recorder->store.header;
    assert_int_equal(header->bytes_peak, 300);
    assert_int_equal(header->blocks_peak, 2);
    assert_true(entry_of(shard, a)->epoch == header->peak_epoch);
    assert_int_equal(entry_of(shard, a)->bytes_gmax, 100);
    assert_int_equal(entry_of(shard, b)->bytes_gmax, 200);
    assert_int_equal(entry_of(shard, b)->bytes_live, 250);
    assert_int_equal(shard->figures->bytes_live, 270);
    assert_int_equal(shard->figures->bytes_total, 370);
    assert_int_equal(entry_of(shard, a)->blocks_young, 1);
    assert_int_equal(entry_of(shard, a)->blocks_temporary, 0);
    release(shard, fourth, 20);
    assert_int_equal(entry_of(shard, a)->blocks_temporary, 1);
    release(shard, second, 200);
    release(shard, third, 50);
    assert_int_equal(shard->figures->bytes_live, 0);
    assert_int_equal(shard->figures->blocks_live, 0);
    heaplens__shard_release(shard);
}

// Two empty blocks go at the peak, and then bytes: the peak is the moment that the last allocation
// reached, with both. Coming back to the same height with an empty block fewer is another such moment.
static void test_ledger__empty_blocks_are_of_the_peak_that_they_die_at(void **state)
{
    (void)state;
    begin();
    heaplens__shard *const shard = heaplens__shard_acquire(recorder, NULL);
    const uint32_t a = site_at(shard, 0xA);
    const uint32_t b = site_at(shard, 0xB);
    void *const bytes = allocate(shard, 100, a);
    void *const first = allocate(shard, 0, b);
    void *const second = allocate(shard, 0, b);
    release(shard, first, 0);
    release(shard, second, 0);
    release(shard, bytes, 100);

    const heaplens_store_header *const header = recorder->store.header;
    assert_int_equal(header->bytes_peak, 100);
    assert_int_equal(header->blocks_peak, 3);
    assert_true(entry_of(shard, b)->epoch == header->peak_epoch);
    assert_int_equal(entry_of(shard, b)->blocks_gmax, 2);

    void *const again = allocate(shard, 100, a);
    void *const third = allocate(shard, 0, b);
    release(shard, third, 0);
    release(shard, again, 100);
    assert_int_equal(header->bytes_peak, 100);
    assert_int_equal(header->blocks_peak, 2);
    assert_int_equal(entry_of(shard, b)->blocks_gmax, 1);
    heaplens__shard_release(shard);
}

static const heaplens_store_site *stored_site(uint32_t site)
{
    const heaplens_store_site *const all =
        heaplens__store_items(&recorder->store, HEAPLENS_STORE_SITES);
    return &all[site];
}

// On the clock of bytes: A is born at 10 and 310, B at 110 and dies first, at 310, of age 200.
static void test_ledger__the_longest_life_that_ended_is_kept_with_its_end(void **state)
{
    (void)state;
    begin();
    heaplens__shard *const shard = heaplens__shard_acquire(recorder, NULL);
    const uint32_t a = site_at(shard, 0xA);
    const uint32_t b = site_at(shard, 0xB);
    void *const first = allocate(shard, 10, a);
    void *const second = allocate(shard, 100, b);
    void *const third = allocate(shard, 200, a);
    release(shard, second, 100);
    assert_int_equal(stored_site(b)->life_max, 200);
    assert_int_equal(stored_site(b)->life_max_end, 310);
    assert_int_equal(stored_site(a)->life_max, 0);  // both are alive
    release(shard, first, 10);
    assert_int_equal(stored_site(a)->life_max, 300);
    void *const fourth = allocate(shard, 50, b);
    release(shard, third, 200);
    release(shard, fourth, 50);
    assert_int_equal(stored_site(a)->life_max, 300);  // the other lived for 50
    assert_int_equal(stored_site(a)->life_max_end, 310);
    assert_int_equal(stored_site(b)->life_max, 200);
    heaplens__shard_release(shard);
}

static void test_ledger__a_resize_counts_as_an_allocation_of_the_first_site(void **state)
{
    (void)state;
    begin();
    heaplens__shard *const shard = heaplens__shard_acquire(recorder, NULL);
    const uint32_t a = site_at(shard, 0xA);
    unsigned char *const block = malloc(1000);
    assert_non_null(block);
    heaplens__ledger_alloc(shard, block, 100, 500, a, heaplens__shard_entry(shard, a));
    heaplens__block was;
    assert_true(heaplens__tail_read(block, 500, recorder->secret, &was));
    heaplens__tail_erase(block, 500);
    heaplens__ledger_resize(shard, block, block, &was, 800, 1000);
    assert_true(heaplens__tail_read(block, 1000, recorder->secret, &was));
    assert_int_equal(was.site, a);
    const heaplens_store_entry *const entry = entry_of(shard, a);
    assert_int_equal(entry->bytes_total, 900);
    assert_int_equal(entry->blocks_total, 2);
    assert_int_equal(entry->bytes_live, 800);
    assert_int_equal(entry->blocks_live, 1);
    assert_int_equal(entry->bytes_copied, 0);
    assert_int_equal(entry->bytes_rounding, 400 + 200 - 2 * HEAPLENS__TAIL_BYTES);
    free(block);
    heaplens__shard_release(shard);
}

// ---- several threads: each frees what its neighbour allocated

typedef struct mailbox {
    pthread_mutex_t lock;
    void *blocks[BLOCKS];
    size_t sizes[BLOCKS];
} mailbox;

static mailbox boxes[THREADS];
static uint64_t bytes_asked[THREADS];

static void *work(void *argument)
{
    const size_t self = *(const size_t *)argument;
    heaplens__shard *const shard = heaplens__shard_acquire(recorder, NULL);
    uint64_t random = self + 1;
    for (size_t i = 0; i < ROUNDS; i++) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        const size_t size = (size_t)(random >> 33) % SIZE_MAX_;
        void *const block = allocate(shard, size, site_at(shard, (random >> 20) % 97 + 1));
        bytes_asked[self] += size;
        mailbox *const box = &boxes[(self + 1) % THREADS];
        const size_t slot = (size_t)(random >> 50) % BLOCKS;
        pthread_mutex_lock(&box->lock);
        void *const old = box->blocks[slot];
        const size_t old_size = box->sizes[slot];
        box->blocks[slot] = block;
        box->sizes[slot] = size;
        pthread_mutex_unlock(&box->lock);
        if (old != NULL) {
            release(shard, old, old_size);
        }
    }
    heaplens__shard_release(shard);
    return NULL;
}

static void test_ledger__threads_that_free_each_others_blocks_keep_totals_exact(void **state)
{
    (void)state;
    begin();
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_mutex_init(&boxes[i].lock, NULL), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
    }
    uint64_t asked = 0;
    uint64_t left = 0;
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        asked += bytes_asked[i];
    }
    for (size_t i = 0; i < THREADS; i++) {
        for (size_t k = 0; k < BLOCKS; k++) {
            left += boxes[i].sizes[k];
            free(boxes[i].blocks[k]);
        }
    }
    const heaplens_store_header *const header = recorder->store.header;
    const heaplens_store_shard *const shards =
        heaplens__store_items(&recorder->store, HEAPLENS_STORE_SHARDS);
    uint64_t total = 0;
    int64_t live = 0;
    for (size_t i = 0; i < header->sections[HEAPLENS_STORE_SHARDS].count; i++) {
        total += shards[i].bytes_total;
        live += shards[i].bytes_live;
    }
    assert_true(total == asked);
    assert_true(live == (int64_t)left);
    assert_true(header->bytes_live == live);  // every thread has handed in
    // The blocks in the boxes never exceed BLOCKS * THREADS, nor those in hand two a thread.
    const int64_t most = (int64_t)(BLOCKS + 2) * THREADS * SIZE_MAX_;
    assert_true(header->bytes_peak <= most + (int64_t)THREADS * HEAPLENS__PENDING_BYTES);
    assert_true(header->bytes_peak >= live - (int64_t)THREADS * HEAPLENS__PENDING_BYTES);
}

// The sites are few in a store that has no more room: the blocks are counted under the rest.
static void test_ledger__a_full_store_counts_on_and_says_so(void **state)
{
    (void)state;
    heaplens__clock_init();
    heaplens__store_unmap(&recorder->store);
    assert_int_equal(heaplens__store_create(&recorder->store, NULL, HEAPLENS__STORE_SMALLEST),
                     HEAPLENS_OK);
    assert_int_equal(heaplens__recorder_init(recorder, 0, 42), HEAPLENS_OK);
    heaplens__shard *const shard = heaplens__shard_acquire(recorder, NULL);
    enum { MANY = 20000 };
    for (uintptr_t i = 0; i < MANY; i++) {
        unsigned char block[64];
        const uint32_t site = site_at(shard, 0x10000 + i);
        heaplens__ledger_alloc(shard, block, 10, sizeof block, site,
                               heaplens__shard_entry(shard, site));
    }
    const heaplens_store_header *const header = recorder->store.header;
    assert_int_equal(shard->figures->blocks_total, MANY);
    assert_int_equal(shard->figures->bytes_live, 10 * MANY);
    assert_true(header->sections[HEAPLENS_STORE_SITES].refused > 0 ||
                header->sections[HEAPLENS_STORE_NODES].refused > 0);
    uint64_t counted = shard->figures->entries_refused;
    const heaplens_store_entry *const entries =
        heaplens__store_items(&recorder->store, HEAPLENS_STORE_ENTRIES);
    for (size_t i = 0; i < header->sections[HEAPLENS_STORE_ENTRIES].count; i++) {
        counted += entries[i].blocks_total;
    }
    assert_int_equal(counted, MANY);
    heaplens__shard_release(shard);
}

// Six sizes of as many bins: two in the entry's words, four in a table.
static void test_ledger__a_site_of_many_sizes_has_a_histogram(void **state)
{
    (void)state;
    begin();
    heaplens__shard *const shard = heaplens__shard_acquire(recorder, NULL);
    const uint32_t site = site_at(shard, 0xA);
    static const size_t sizes[] = {0, 1, 100, 1000, 5000, 100000, 1, 5000, 5000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        release(shard, allocate(shard, sizes[i], site), sizes[i]);
    }
    const heaplens_store_entry *const entry = entry_of(shard, site);
    assert_true(entry->bins[0] == (UINT64_C(1) << 56 | 1));
    assert_true(entry->bins[1] == (UINT64_C(2) << 56 | 2));
    assert_true(entry->bins[2] >> 56 == HEAPLENS_STORE_BIN_ELSEWHERE);
    const heaplens_store_histogram *const table =
        (const heaplens_store_histogram *)heaplens__store_items(&recorder->store,
                                                                HEAPLENS_STORE_HISTOGRAMS) +
        (entry->bins[2] & 0xFFFFFF);
    assert_int_equal(table->sizes[7], 1);   // 64 to 127
    assert_int_equal(table->sizes[10], 1);  // 512 to 1023
    assert_int_equal(table->sizes[13], 3);  // 4096 to 8191
    assert_int_equal(table->sizes[17], 1);  // 65536 to 131071
    assert_int_equal(entry->threads, 1);
    heaplens__shard_release(shard);
}

// Of many blocks that live and die, no timed one is left over, and they stand for all.
static void test_ledger__timed_blocks_stand_for_all(void **state)
{
    (void)state;
    enum { MANY = 16000 };
    static void *blocks[MANY];
    begin();
    heaplens__shard *const shard = heaplens__shard_acquire(recorder, NULL);
    const uint32_t site = site_at(shard, 0xA);
    for (size_t i = 0; i < MANY; i++) {
        blocks[i] = allocate(shard, 10, site);
    }
    const heaplens_store_entry *const entry = entry_of(shard, site);
    // Some 1000 draws of gaps that deviate by 9 of 16: 2 % of the sum; five times that.
    EXPECT_NEAR((double)entry->timed_live, MANY, 0.1 * MANY, "timed blocks");
    for (size_t i = 0; i < MANY; i++) {
        release(shard, blocks[i], 10);
    }
    assert_int_equal(entry->timed_live, 0);
    assert_true((int64_t)entry->life_time >= 0);
    heaplens__shard_release(shard);
}

static void test_ledger__the_timeline_is_thinned_and_stays_in_order(void **state)
{
    (void)state;
    begin();
    const heaplens_store_header *const header = recorder->store.header;
    const heaplens_store_point *const all =
        heaplens__store_items(&recorder->store, HEAPLENS_STORE_POINTS);
    uint64_t gap = header->point_gap;
    size_t thinned = 0;
    for (size_t i = 0; i < 5000; i++) {
        const uint64_t word = header->points;
        atomic_store(&recorder->point_due, 0);
        heaplens__timeline_look(recorder);
        const uint64_t count = header->points & UINT32_MAX;
        assert_true(count >= 1 && count <= HEAPLENS_STORE_TIMELINE_POINTS);
        if (header->points >> 32 != word >> 32) {
            thinned++;
            assert_true(header->point_gap == 2 * gap);
            gap = header->point_gap;
            assert_int_equal(count, HEAPLENS_STORE_TIMELINE_POINTS / 2 + 1);
        }
        const heaplens_store_point *const points = all + (header->points >> 32);
        assert_true(count < 2 || points[count - 1].time >= points[count - 2].time);
    }
    // 1024 points, and 512 more for each time that they were thinned.
    assert_int_equal(thinned, (5000 - 1024 + 511) / 512);
    heaplens__store_unmap(&recorder->store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ledger__the_peak_is_split_over_the_sites_as_it_was),
        cmocka_unit_test(test_ledger__empty_blocks_are_of_the_peak_that_they_die_at),
        cmocka_unit_test(test_ledger__the_longest_life_that_ended_is_kept_with_its_end),
        cmocka_unit_test(test_ledger__a_resize_counts_as_an_allocation_of_the_first_site),
        cmocka_unit_test(test_ledger__threads_that_free_each_others_blocks_keep_totals_exact),
        cmocka_unit_test(test_ledger__a_full_store_counts_on_and_says_so),
        cmocka_unit_test(test_ledger__a_site_of_many_sizes_has_a_histogram),
        cmocka_unit_test(test_ledger__timed_blocks_stand_for_all),
        cmocka_unit_test(test_ledger__the_timeline_is_thinned_and_stays_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
