// SPDX-License-Identifier: MIT
// What a call stack costs: our plain walk, our remembering one, libunwind's unw_backtrace and
// glibc's backtrace, in turn, on the same stacks.
//
//   unwind_cost [DEPTH [ROUNDS]]
//
// In each round each way captures a batch of stacks; the median round is printed. The stacks end in
// one of 64 paths of six calls, drawn at random (the same for all ways), below DEPTH frames that
// stay. "One stack" is a loop over a single path: the best case of the remembering walk; the random
// ones, whose six innermost frames differ in their callers alone, are a hard one; "forgotten" is its
// worst: nothing is ever remembered, and the memory is emptied each time.
#define _GNU_SOURCE
#include "runtime/unwind_memo.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FRAMES_MAX = 512, PATH_CALLS = 6, BATCH = 2000, ROUNDS_MAX = 1000 };

/** One way to capture a stack. */
typedef struct way {
    const char *name;
    size_t (*capture)(const heaplens__unwind_start *start);
    bool is_one_path;  // the same stack again and again
} way;

static heaplens__unwind_memo memo;
static uintptr_t ips[FRAMES_MAX];
static void *addresses[FRAMES_MAX];

static size_t capture_plain(const heaplens__unwind_start *start)
{
    heaplens__unwind_stop why = HEAPLENS__UNWIND_OUTERMOST;
    return heaplens__unwind(start, ips, FRAMES_MAX, &why);
}

static size_t capture_recalled(const heaplens__unwind_start *start)
{
    heaplens__unwind_trace trace;
    heaplens__unwind_recall(&memo, start, FRAMES_MAX, &trace);
    return trace.depth;
}

static size_t capture_forgotten(const heaplens__unwind_start *start)
{
    heaplens__unwind_forget(&memo);
    return capture_recalled(start);
}

static size_t capture_libunwind(const heaplens__unwind_start *start)
{
    (void)start;
    const int count = unw_backtrace(addresses, FRAMES_MAX);
    return count < 0 ? 0 : (size_t)count;
}

static int (*glibc_backtrace)(void **addresses, int cap);

// By its library: libunwind exports a function of the same name.
static bool find_glibc_backtrace(void)
{
    void *const library = dlopen("libc.so.6", RTLD_LAZY);
    void *const symbol = library == NULL ? NULL : dlsym(library, "backtrace");
    memcpy(&glibc_backtrace, &symbol, sizeof(symbol));
    return symbol != NULL;
}

static size_t capture_glibc(const heaplens__unwind_start *start)
{
    (void)start;
    const int count = glibc_backtrace(addresses, FRAMES_MAX);
    return count < 0 ? 0 : (size_t)count;
}

static const way ways[] = {
    {"plain walk", capture_plain, false},
    {"recalled", capture_recalled, false},
    {"recalled, one stack", capture_recalled, true},
    {"recalled, forgotten", capture_forgotten, false},
    {"libunwind unw_backtrace", capture_libunwind, false},
    {"glibc backtrace", capture_glibc, false},
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static double round_ns[WAYS][ROUNDS_MAX];  // a stack
static size_t frames[WAYS];                // of the last one

__attribute__((noinline)) static size_t capture(const way *w)
{
    const heaplens__unwind_start start = heaplens__unwind_from(__builtin_frame_address(0));
    return w->capture(&start);
}

// Each bit chooses one of two calls; what follows a call keeps it from being a jump.
__attribute__((noinline)) static size_t follow_path(const way *w, unsigned path, unsigned calls)
{
    size_t count = 0;
    if (calls == 0) {
        count = capture(w);
    } else if ((path & 1U) != 0) {
        count = follow_path(w, path >> 1, calls - 1);
        __asm__ volatile("" : "+r"(count));
    } else {
        count = follow_path(w, path >> 1, calls - 1);
        __asm__ volatile("nop" : "+r"(count));
    }
    return count;
}

static double now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double measure(const way *w, size_t *count)
{
    uint64_t random = 1;
    const double begin = now_ns();
    for (size_t i = 0; i < BATCH; i++) {
        random = random * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
        *count = follow_path(w, w->is_one_path ? 0 : (unsigned)(random >> 58), PATH_CALLS);
    }
    return (now_ns() - begin) / BATCH;
}

static void run_rounds(size_t rounds)
{
    for (size_t r = 0; r < rounds; r++) {
        for (size_t i = 0; i < WAYS; i++) {
            const size_t at = (i + r) % WAYS;  // none is always first
            round_ns[at][r] = measure(&ways[at], &frames[at]);
        }
    }
}

__attribute__((noinline)) static size_t descend(size_t depth, size_t rounds)
{
    if (depth == 0) {
        run_rounds(rounds);
        return 0;
    }
    const size_t below = descend(depth - 1, rounds);
    __asm__ volatile("" ::: "memory");
    return below + 1;
}

static int compare_numbers(const void *a, const void *b)
{
    const double left = *(const double *)a;
    const double right = *(const double *)b;
    return (left > right) - (left < right);
}

static bool read_number(const char *text, size_t limit, size_t *number)
{
    char *end = NULL;
    const unsigned long long value = strtoull(text, &end, 10);
    *number = (size_t)value;
    return end != text && *end == '\0' && value > 0 && value <= limit;
}

int main(int argc, char **argv)
{
    size_t depth = 20;
    size_t rounds = 51;
    if (argc > 3 || (argc > 1 && !read_number(argv[1], FRAMES_MAX / 2, &depth)) ||
        (argc > 2 && !read_number(argv[2], ROUNDS_MAX, &rounds))) {
        (void)fprintf(stderr, "usage: unwind_cost [DEPTH [ROUNDS]], at most %d and %d\n",
                      FRAMES_MAX / 2, ROUNDS_MAX);
        return 2;
    }
    if (!find_glibc_backtrace()) {
        (void)fputs("unwind_cost: glibc's backtrace was not found\n", stderr);
        return 1;
    }
    heaplens__unwind_init();
    (void)descend(depth, rounds);

    printf("%-26s %8s %10s %10s\n", "way", "frames", "ns/stack", "ns/frame");
    for (size_t i = 0; i < WAYS; i++) {
        qsort(round_ns[i], rounds, sizeof(double), compare_numbers);
        const double median = round_ns[i][rounds / 2];
        printf("%-26s %8zu %10.1f %10.2f\n", ways[i].name, frames[i], median,
               median / (double)(frames[i] == 0 ? 1 : frames[i]));
    }
    // A walk that stopped early would look fast.
    return frames[0] > depth + PATH_CALLS && frames[1] == frames[0] ? 0 : 1;
}
