// SPDX-License-Identifier: MIT
// A program of benchmarks whose memory is known by construction.
#define _GNU_SOURCE
#include <heaplens/bench.h>

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

// 3 blocks and 150 bytes an iteration, of which 120 are live at one time: 100 + 20, then 100 + 30.
static void allocate_known(heaplens_bench *b)
{
    void *const before = malloc(1000);  // not of the loop
    HEAPLENS_BENCH_LOOP(b)
    {
        char *const large = malloc(100);
        char *const small = malloc(20);
        heaplens_keep(small);
        free(small);
        char *const medium = malloc(30);
        heaplens_keep(large);
        heaplens_keep(medium);
        free(medium);
        free(large);
    }
    free(before);
}

static void *kept[100000];

// 16 bytes of growth an iteration; freed behind the loop.
static void grow(heaplens_bench *b)
{
    size_t count = 0;
    HEAPLENS_BENCH_LOOP(b)
    {
        if (count < sizeof kept / sizeof kept[0]) {
            kept[count] = malloc(16);
            count++;
        }
    }
    for (size_t i = 0; i < count; i++) {
        free(kept[i]);
    }
}

// A block of another size every time, so that no figure of bytes repeats: 1, 2, 3, ... bytes.
static void vary(heaplens_bench *b)
{
    size_t size = 0;
    HEAPLENS_BENCH_LOOP(b)
    {
        size = size % 4096 + 1;
        void *const block = malloc(size);
        heaplens_keep(block);
        free(block);
    }
}

static void do_nothing(heaplens_bench *b)
{
    HEAPLENS_BENCH_LOOP(b)
    {
        heaplens_keep(b);
    }
}

typedef struct sort_input {
    int *numbers;
    size_t count;
} sort_input;

static void make_input(void *input, void *data)
{
    sort_input *const in = input;
    in->count = *(const size_t *)data;
    in->numbers = calloc(in->count, sizeof *in->numbers);  // not of the iteration
    for (size_t i = 0; i < in->count && in->numbers != NULL; i++) {
        in->numbers[i] = (int)(in->count - i);
    }
}

// Fails if a batch's inputs were not made afresh: the first number must be the largest.
static void copy_input(void *input, void *data)
{
    sort_input *const in = input;
    (void)data;
    if (in->numbers[0] != (int)in->count) {
        abort();
    }
    in->numbers[0] = 0;
    void *const copy = malloc(in->count);  // of the iteration: 1 block
    heaplens_keep(copy);
    free(copy);
}

static void drop_input(void *input, void *data)
{
    sort_input *const in = input;
    (void)data;
    free(in->numbers);
}

static void run_batched(heaplens_bench *b)
{
    size_t count = heaplens_bench_size(b);
    const heaplens_batched batched = {
        .input_bytes = sizeof(sort_input),
        .set_up = make_input,
        .run = copy_input,
        .tear_down = drop_input,
        .data = &count,
        .batch = *(const heaplens_batch *)heaplens_bench_data(b),
    };
    heaplens_bench_batched(b, &batched);
}

static void count_things(heaplens_bench *b)
{
    HEAPLENS_BENCH_LOOP(b)
    {
        heaplens_bench_count(b, "things", 3);
    }
    heaplens_bench_value(b, "load factor", 0.75);
    heaplens_bench_items(b, 10);
    heaplens_bench_bytes(b, 640);
}

// So slow that the samples which are wanted cannot be had in time.
static void sleep_long(heaplens_bench *b)
{
    const struct timespec pause = {0, 10000000};
    HEAPLENS_BENCH_LOOP(b)
    {
        (void)nanosleep(&pause, NULL);
    }
}

// How much of the heap is in use, and in how many pieces the rest is, when the case begins.
static void describe_heap(heaplens_bench *b)
{
    const struct mallinfo2 heap = mallinfo2();
    do_nothing(b);
    heaplens_bench_value(b, "in use", (double)heap.uordblks);
    heaplens_bench_value(b, "free pieces", (double)heap.ordblks);
}

static void crash(heaplens_bench *b)
{
    (void)b;
    (void)raise(SIGKILL);
}

static void fail_at_once(heaplens_bench *b)
{
    heaplens_bench_fail(b, "no %s", "fixture");
    HEAPLENS_BENCH_LOOP(b)
    {
        abort();  // the loop has no iteration then
    }
}

static void leave_early(heaplens_bench *b)
{
    HEAPLENS_BENCH_LOOP(b)
    {
        break;
    }
}

static void loop_never(heaplens_bench *b)
{
    (void)b;
}

static void loop_twice(heaplens_bench *b)
{
    do_nothing(b);
    do_nothing(b);
}

static const heaplens_batch small = HEAPLENS_BATCH_SMALL;
static const heaplens_batch large = HEAPLENS_BATCH_LARGE;
static const heaplens_batch each = HEAPLENS_BATCH_EACH;

HEAPLENS_BENCH_MAIN({.name = "known", .run = allocate_known, .group = "memory"},
                    {.name = "grow", .run = grow, .group = "memory"},
                    {.name = "vary", .run = vary, .group = "memory"},
                    {.name = "nothing", .run = do_nothing},
                    {.name = "count", .run = count_things, HEAPLENS_SIZES(0, 7)},
                    {.name = "batched",
                     .run = run_batched,
                     .label = "small batches",
                     .data = &small,
                     HEAPLENS_SIZES(64)},
                    {.name = "batched",
                     .run = run_batched,
                     .label = "large batches",
                     .data = &large,
                     HEAPLENS_SIZES(64)},
                    {.name = "batched",
                     .run = run_batched,
                     .label = "batches of one",
                     .data = &each,
                     HEAPLENS_SIZES(64)},
                    {.name = "slow", .run = sleep_long}, {.name = "heap", .run = describe_heap},
                    {.name = "fixture", .run = fail_at_once, .group = "broken"},
                    {.name = "break", .run = leave_early, .group = "broken"},
                    {.name = "none", .run = loop_never, .group = "broken"},
                    {.name = "twice", .run = loop_twice, .group = "broken"},
                    {.name = "crash", .run = crash, .group = "broken"})
