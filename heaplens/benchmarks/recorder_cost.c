// SPDX-License-Identifier: MIT
// What the recorder costs an operation in each of its modes, one thread, from a shallow and a
// deep call stack.
//
//     recorder_cost --no-memory                  every mode
//     recorder_cost --no-memory malloc_free/off  the price of being linked
//
// The program starts and stops the recorder itself, so that the harness, which takes no time while
// it records, finds it stopped. There is no memory pass: what a mode allocates is the recorder's own.
#include <heaplens/bench.h>
#include <heaplens/heaplens.h>

#include <stdlib.h>

static bool enter(heaplens_bench *b, heaplens_mode mode)
{
    heaplens_options options = HEAPLENS_OPTIONS_INIT;
    options.mode = mode;
    options.seed = 1;
    if (mode == HEAPLENS_MODE_OFF) {
        return true;
    }
    const heaplens_status status = heaplens_start(&options);
    if (status != HEAPLENS_OK) {
        heaplens_bench_fail(b, "%s (use --no-memory)", heaplens_status_text(status));
    }
    return status == HEAPLENS_OK;
}

static void leave(heaplens_mode mode)
{
    if (mode != HEAPLENS_MODE_OFF) {
        (void)heaplens_stop();
    }
}

static heaplens_mode mode_of(const heaplens_bench *b)
{
    return *(const heaplens_mode *)heaplens_bench_data(b);
}

// A pair of malloc and free, of the case's size.
static void pair_up(heaplens_bench *b)
{
    const size_t size = (size_t)heaplens_bench_size(b);
    if (!enter(b, mode_of(b))) {
        return;
    }
    HEAPLENS_BENCH_LOOP(b)
    {
        void *const block = malloc(size);
        heaplens_keep(block);
        free(block);
    }
    leave(mode_of(b));
}

static void pair_up_below(heaplens_bench *b, uint64_t frames);

// Not a loop: each level is a frame of the stack.
__attribute__((noinline)) static void go_deeper(heaplens_bench *b, uint64_t frames)
{
    pair_up_below(b, frames);
    heaplens_keep(&frames);
}

static void pair_up_below(heaplens_bench *b, uint64_t frames)
{
    if (frames > 0) {
        go_deeper(b, frames - 1);
        return;
    }
    HEAPLENS_BENCH_LOOP(b)
    {
        void *const block = malloc(64);
        heaplens_keep(block);
        free(block);
    }
}

// The same from as many frames further down.
static void pair_up_deep(heaplens_bench *b)
{
    if (!enter(b, mode_of(b))) {
        return;
    }
    pair_up_below(b, heaplens_bench_size(b));
    leave(mode_of(b));
}

static const heaplens_mode off = HEAPLENS_MODE_OFF;
static const heaplens_mode count = HEAPLENS_MODE_COUNT;
static const heaplens_mode sample = HEAPLENS_MODE_SAMPLE;
static const heaplens_mode full = HEAPLENS_MODE_FULL;

#define PAIR(mode)                                                              \
    {                                                                           \
        .group = "malloc_free", .name = #mode, .run = pair_up, .data = &(mode), \
        HEAPLENS_SIZES(16, 256, 4096)                                           \
    }
#define DEEP(mode)                                                                            \
    {                                                                                         \
        .group = "malloc_free_at_depth", .name = #mode, .run = pair_up_deep, .data = &(mode), \
        HEAPLENS_SIZES(4, 16, 64)                                                             \
    }

HEAPLENS_BENCH_MAIN(PAIR(off), PAIR(count), PAIR(sample), PAIR(full), DEEP(sample), DEEP(full))
