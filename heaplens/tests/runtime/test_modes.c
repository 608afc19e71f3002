// SPDX-License-Identifier: MIT
// The modes in a program that changes them, and what the profile then says of blocks that it
// allocated, freed and overwrote.
#include "expect.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <heaplens/heaplens.h>

#include "format/store.h"

static unsigned char *volatile kept;  // keeps the compiler from dropping an allocation

static void start(heaplens_mode mode, uint64_t sample_bytes)
{
    heaplens_options options = HEAPLENS_OPTIONS_INIT;
    options.mode = mode;
    options.sample_bytes = sample_bytes;
    options.seed = 11;
    assert_int_equal(heaplens_start(&options), HEAPLENS_OK);
    assert_int_equal(heaplens_mode_current(), mode);
}

static heaplens_totals read_totals(void)
{
    heaplens_totals totals = {0};
    assert_int_equal(heaplens_totals_read(&totals), HEAPLENS_OK);
    return totals;
}

// Saves the profile and maps it. Stops the recording.
static const heaplens_store_header *save_and_map(void)
{
    char path[] = "/tmp/heaplens_modes_XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    assert_int_equal(heaplens_save(path), HEAPLENS_OK);
    assert_int_equal(heaplens_stop(), HEAPLENS_OK);
    const int saved = open(path, O_RDONLY);
    assert_true(saved >= 0);
    struct stat status;
    assert_int_equal(fstat(saved, &status), 0);
    const void *const at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, saved, 0);
    assert_true(at != MAP_FAILED);
    (void)close(saved);
    (void)unlink(path);
    return at;
}

static const void *items(const heaplens_store_header *header, heaplens_store_kind kind)
{
    return (const unsigned char *)header + header->sections[kind].offset;
}

static void test_modes__count_mode_counts_requests_and_usable_bytes(void **state)
{
    (void)state;
    void *blocks[100];
    start(HEAPLENS_MODE_COUNT, 0);
    const heaplens_totals before = read_totals();
    uint64_t asked = 0;
    uint64_t usable = 0;
    for (size_t i = 0; i < 100; i++) {
        const size_t size = 10 * i + 1;
        blocks[i] = malloc(size);
        asked += size;
        usable += malloc_usable_size(blocks[i]);
    }
    heaplens_totals now = read_totals();
    assert_int_equal(now.bytes_total - before.bytes_total, asked);
    assert_int_equal(now.blocks_total - before.blocks_total, 100);
    assert_int_equal(now.bytes_live - before.bytes_live, usable);
    assert_int_equal(now.blocks_live - before.blocks_live, 100);
    const uint64_t high = now.bytes_live;
    const size_t old_usable = malloc_usable_size(blocks[99]);
    blocks[99] = realloc(blocks[99], 100);
    assert_non_null(blocks[99]);
    now = read_totals();
    assert_int_equal(now.bytes_live, high - old_usable + malloc_usable_size(blocks[99]));
    assert_int_equal(now.blocks_live - before.blocks_live, 100);
    for (size_t i = 0; i < 100; i++) {
        free(blocks[i]);
    }
    now = read_totals();
    assert_int_equal(now.bytes_live, before.bytes_live);
    assert_int_equal(now.bytes_peak, high);
    assert_int_equal(now.blocks_peak - before.blocks_live, 100);
    const heaplens_store_header *const header = save_and_map();
    assert_int_equal(header->mode, HEAPLENS_MODE_COUNT);
    assert_int_equal(header->counted_peak, high);
    assert_int_equal(header->sections[HEAPLENS_STORE_ENTRIES].count, 0);
}

// What the recorder reads in the word before a block is what the allocator would say, of blocks with
// pages of their own and of aligned ones too.
static void test_modes__count_mode_knows_the_usable_bytes_of_every_kind_of_block(void **state)
{
    (void)state;
    enum { KINDS = 5, SIZES = 12 };
    static const size_t sizes[SIZES] = {8,    1,    24,    25,     1032,    1033,
                                        4000, 9000, 70000, 200000, 1 << 20, 5 << 20};
    void *blocks[KINDS * SIZES];
    start(HEAPLENS_MODE_COUNT, 0);
    const heaplens_totals before = read_totals();
    uint64_t usable = 0;
    for (size_t i = 0; i < KINDS * SIZES; i++) {
        const size_t size = sizes[i / KINDS];
        switch (i % KINDS) {
        case 0: blocks[i] = malloc(size); break;
        case 1: blocks[i] = calloc(1, size); break;
        case 2: blocks[i] = aligned_alloc(64, size); break;
        case 3: blocks[i] = aligned_alloc(4096, size); break;
        default: blocks[i] = realloc(malloc(40), size + 1); break;
        }
        assert_non_null(blocks[i]);
        usable += malloc_usable_size(blocks[i]);
        assert_int_equal(read_totals().bytes_live - before.bytes_live, usable);
    }
    for (size_t i = 0; i < KINDS * SIZES; i++) {
        free(blocks[i]);
    }
    const heaplens_totals now = read_totals();
    assert_int_equal(now.bytes_live, before.bytes_live);
    assert_int_equal(now.blocks_live, before.blocks_live);
    assert_int_equal(now.bytes_peak - before.bytes_live, usable);
    assert_int_equal(heaplens_stop(), HEAPLENS_OK);
}

// With a mean distance of a byte, blocks of 64 and more bytes are drawn but for one in e^64: the
// estimates are then the figures.
static void test_modes__sample_mode_with_every_block_drawn_is_exact(void **state)
{
    (void)state;
    void *blocks[200];
    start(HEAPLENS_MODE_SAMPLE, 1);
    for (size_t i = 0; i < 200; i++) {
        blocks[i] = malloc(64 + i);
        memset(blocks[i], 1, 64 + i);
        assert_int_equal(malloc_usable_size(blocks[i]), 64 + i);
    }
    uint64_t live = 0;
    for (size_t i = 0; i < 200; i++) {
        if (i % 3 == 0) {
            free(blocks[i]);
            blocks[i] = NULL;
        } else if (i % 3 == 1) {
            blocks[i] = realloc(blocks[i], 1000 + i);
            assert_non_null(blocks[i]);
            assert_int_equal(((unsigned char *)blocks[i])[63 + i], 1);
            live += 1000 + i;
        } else {
            live += 64 + i;
        }
    }
    const heaplens_totals now = read_totals();
    assert_int_equal(now.bytes_live, live);
    assert_int_equal(now.blocks_live, 133);
    assert_int_equal(now.blocks_total, 267);
    for (size_t i = 0; i < 200; i++) {
        free(blocks[i]);
    }
    assert_int_equal(read_totals().bytes_live, 0);
    const heaplens_store_header *const header = save_and_map();
    assert_int_equal(header->sample_bytes, 1);
    assert_in_range(header->sections[HEAPLENS_STORE_ESTIMATES].count, 1, 10);
    const heaplens_store_estimate *const estimates = items(header, HEAPLENS_STORE_ESTIMATES);
    assert_true(estimates[0].samples >= 133);
    assert_int_equal(estimates[0].samples_live, 0);
}

// The seed is fixed; the tolerance is five standard deviations of an estimate from n * p draws.
static void test_modes__sample_mode_estimates_what_is_live(void **state)
{
    (void)state;
    enum { MANY = 20000, SIZE = 100, MEAN = 10000 };
    static void *blocks[MANY];
    start(HEAPLENS_MODE_SAMPLE, MEAN);
    for (size_t i = 0; i < MANY; i++) {
        blocks[i] = malloc(SIZE);
    }
    const heaplens_totals now = read_totals();
    assert_int_equal(now.blocks_total, MANY);  // exact in every mode
    assert_int_equal(now.bytes_total, MANY * SIZE);
    // p = 1 %: 200 draws, of which the root is 7 %.
    EXPECT_NEAR((double)now.bytes_live, (double)MANY * SIZE, 0.36 * MANY * SIZE, "bytes live");
    EXPECT(now.bytes_live != (uint64_t)MANY * SIZE, "an estimate that is exact is none");
    for (size_t i = 0; i < MANY; i++) {
        free(blocks[i]);
    }
    assert_int_equal(read_totals().bytes_live, 0);
    assert_int_equal(read_totals().blocks_live, 0);
    assert_int_equal(heaplens_stop(), HEAPLENS_OK);
}

static void test_modes__blocks_stay_known_when_the_mode_changes(void **state)
{
    (void)state;
    start(HEAPLENS_MODE_FULL, 0);
    kept = malloc(1000);
    assert_int_equal(heaplens_mode_set(HEAPLENS_MODE_OFF, 0), HEAPLENS_OK);
    void *const unseen = malloc(3000);
    assert_int_equal(read_totals().bytes_live, 1000);
    assert_int_equal(heaplens_mode_set(HEAPLENS_MODE_SAMPLE, 1), HEAPLENS_OK);
    void *const drawn = malloc(500);
    assert_int_equal(read_totals().bytes_live, 1500);
    free(kept);
    assert_int_equal(read_totals().bytes_live, 500);
    assert_int_equal(heaplens_mode_set(HEAPLENS_MODE_FULL, 0), HEAPLENS_OK);
    kept = realloc(drawn, 700);
    assert_int_equal(read_totals().bytes_live, 700);
    assert_int_equal(read_totals().blocks_live, 1);
    free(unseen);
    assert_int_equal(read_totals().bytes_live, 700);
    assert_int_equal(heaplens_mode_set(HEAPLENS_MODE_OFF, 0), HEAPLENS_OK);
    free(kept);
    assert_int_equal(read_totals().bytes_live, 0);
    assert_int_equal(heaplens_mode_set((heaplens_mode)9, 0), HEAPLENS_EINVAL);
    const heaplens_store_header *const header = save_and_map();
    assert_int_equal(header->modes_used, 1U << HEAPLENS_MODE_OFF | 1U << HEAPLENS_MODE_FULL |
                                             1U << HEAPLENS_MODE_SAMPLE);
    assert_int_equal(heaplens_mode_set(HEAPLENS_MODE_FULL, 0), HEAPLENS_EINACTIVE);
    assert_int_equal(heaplens_mode_current(), HEAPLENS_MODE_OFF);
}

// One byte too many, in blocks of 24 sizes: within the slack or just behind it.
static void test_modes__a_block_written_to_behind_its_end_is_reported(void **state)
{
    (void)state;
    enum { BLOCKS = 24 };
    start(HEAPLENS_MODE_FULL, 0);
    for (size_t size = 1; size <= BLOCKS; size++) {
        kept = malloc(size);
        memset(kept, 0xEE, size + (size % 2));  // every second one a byte too many
        free(kept);
    }
    assert_int_equal(read_totals().blocks_live, 0);
    const heaplens_store_header *const header = save_and_map();
    const heaplens_store_shard *const shards = items(header, HEAPLENS_STORE_SHARDS);
    const heaplens_store_overflow *const found = items(header, HEAPLENS_STORE_OVERFLOWS);
    assert_int_equal(header->sections[HEAPLENS_STORE_OVERFLOWS].count, 1);
    assert_int_equal(found->count, BLOCKS / 2);
    assert_int_equal(shards[0].overflows, BLOCKS / 2);
    assert_int_equal(shards[0].frees_unknown, 0);
    assert_int_equal(found->size, 1);
    assert_int_equal(found->bytes, 1);
    const heaplens_store_site *const sites = items(header, HEAPLENS_STORE_SITES);
    const heaplens_store_node *const nodes = items(header, HEAPLENS_STORE_NODES);
    assert_true(nodes[sites[found->site].node].parent != HEAPLENS_STORE_NODE_ROOT);
}

static void test_modes__the_timeline_follows_the_heap(void **state)
{
    (void)state;
    start(HEAPLENS_MODE_FULL, 0);
    void *blocks[8];
    for (size_t i = 0; i < 8; i++) {
        blocks[i] = malloc(1 << 20);
        memset(blocks[i], 1, 1 << 20);
        (void)usleep(12000);  // more than the first gap between points
    }
    for (size_t i = 0; i < 8; i++) {
        free(blocks[i]);
    }
    const heaplens_store_header *const header = save_and_map();
    const heaplens_store_point *const all = items(header, HEAPLENS_STORE_POINTS);
    const heaplens_store_point *const points = all + (header->points >> 32);
    const size_t count = header->points & UINT32_MAX;
    assert_in_range(count, 6, 20);
    size_t top = 0;  // the last point but for those that a slow machine takes during the frees
    for (size_t i = 1; i < count; i++) {
        top = points[i].bytes_live >= points[top].bytes_live ? i : top;
        EXPECT(points[i].time - points[i - 1].time >= header->point_gap, "point %zu", i);
        EXPECT(points[i].bytes_clock >= points[i - 1].bytes_clock, "point %zu", i);
        EXPECT(points[i].usable_live >= points[i].bytes_live, "point %zu", i);
    }
    assert_true(points[top].bytes_live >= 4 << 20);
    assert_true(points[top].rss > 4 << 20);
    assert_true(header->rss_peak >= points[top].rss);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes__count_mode_counts_requests_and_usable_bytes),
        cmocka_unit_test(test_modes__count_mode_knows_the_usable_bytes_of_every_kind_of_block),
        cmocka_unit_test(test_modes__sample_mode_with_every_block_drawn_is_exact),
        cmocka_unit_test(test_modes__sample_mode_estimates_what_is_live),
        cmocka_unit_test(test_modes__blocks_stay_known_when_the_mode_changes),
        cmocka_unit_test(test_modes__a_block_written_to_behind_its_end_is_reported),
        cmocka_unit_test(test_modes__the_timeline_follows_the_heap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
