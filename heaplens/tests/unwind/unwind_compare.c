// SPDX-License-Identifier: MIT
// Preloaded into a real program: at each Nth allocation, our stack and libunwind's. At exit one line
// is appended to the file that UNWIND_COMPARE_OUT names:
//
//     captures agreed frames plain_ns recall_ns theirs_ns program
//
// A stack agrees when the plain walk, the remembering one and libunwind give the same list of
// frames. Before that line there is one for each of the first differences. libunwind is linked as a shared library
// here, which the recorder must never be: it is a test's tool.
#define _GNU_SOURCE
#include "runtime/unwind_memo.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define INTERPOSES __attribute__((visibility("default")))
// A stack frame of its own, so that its caller's return address lies at a known place.
#define HOOK __attribute__((noinline))

enum { FRAMES_MAX = 256, LEADING_MAX = 4, REPORTED_MAX = 20, TEXT_BYTES = 8192 };

// NOLINTBEGIN(bugprone-reserved-identifier): glibc's names for its own functions.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
// NOLINTEND(bugprone-reserved-identifier)

static _Thread_local bool is_inside __attribute__((tls_model("initial-exec")));
static atomic_ulong calls;
static atomic_ulong captures;
static atomic_ulong agreed;
static atomic_ulong frames;
static atomic_ulong plain_ns;
static atomic_ulong recall_ns;
static atomic_ulong theirs_ns;
static unsigned long every = 1;
static atomic_bool is_ready;
static char text[TEXT_BYTES];
static size_t text_used;
static atomic_uint reported;

static unsigned long now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long)now.tv_sec * 1000000000UL + (unsigned long)now.tv_nsec;
}

static void describe_frame(const char *whose, uintptr_t ip)
{
    Dl_info info = {0};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a code address.
    (void)dladdr((const void *)ip, &info);
    const int written = snprintf(text + text_used, sizeof(text) - text_used, " %s %s+%#zx", whose,
                                 info.dli_fname == NULL ? "?" : info.dli_fname,
                                 (size_t)(ip - (uintptr_t)info.dli_fbase));
    if (written > 0 && (size_t)written < sizeof(text) - text_used) {
        text_used += (size_t)written;
    }
}

static void report_difference(const uintptr_t *ours, size_t ours_count, void *const *theirs,
                              size_t theirs_count, heaplens__unwind_stop why)
{
    if (atomic_fetch_add(&reported, 1) >= REPORTED_MAX) {
        return;
    }
    size_t at = 0;
    while (at < ours_count && at < theirs_count && ours[at] + 1 == (uintptr_t)theirs[at]) {
        at++;
    }
    const int written =
        snprintf(text + text_used, sizeof(text) - text_used, "# frame %zu of %zu/%zu, stop %d:", at,
                 ours_count, theirs_count, (int)why);
    if (written <= 0 || (size_t)written >= sizeof(text) - text_used) {
        return;
    }
    text_used += (size_t)written;
    if (at > 0) {
        describe_frame("after", ours[at - 1]);
    }
    if (at < ours_count) {
        describe_frame("ours", ours[at]);
    }
    if (at < theirs_count) {
        describe_frame("theirs", (uintptr_t)theirs[at]);
    }
    if (text_used + 1 < sizeof(text)) {
        text[text_used++] = '\n';
    }
}

// libunwind's list begins with this tool's own frames.
static size_t count_leading(void *const *theirs, size_t count, uintptr_t first)
{
    for (size_t i = 0; i < count && i < LEADING_MAX; i++) {
        if ((uintptr_t)theirs[i] == first + 1) {
            return i;
        }
    }
    return 0;
}

/** Whether the remembering walk found what the plain one did. */
static bool is_recalled(const heaplens__unwind_memo *memo, const heaplens__unwind_trace *trace,
                        const uintptr_t *plain, size_t count, heaplens__unwind_stop why)
{
    static _Thread_local uintptr_t recalled[FRAMES_MAX];
    if (trace->depth != count || trace->why != why) {
        return false;
    }
    heaplens__unwind_recall_frames(memo, trace, recalled);
    return memcmp(recalled, plain, count * sizeof(*plain)) == 0;
}

static void compare(const heaplens__unwind_start *start)
{
    static _Thread_local uintptr_t ours[FRAMES_MAX];
    static _Thread_local void *theirs[FRAMES_MAX + LEADING_MAX];
    static _Thread_local heaplens__unwind_memo memo;
    heaplens__unwind_stop why = HEAPLENS__UNWIND_OUTERMOST;
    heaplens__unwind_trace trace;
    const unsigned long begin = now_ns();
    const size_t ours_count = heaplens__unwind(start, ours, FRAMES_MAX, &why);
    const unsigned long plain_end = now_ns();
    heaplens__unwind_recall(&memo, start, FRAMES_MAX, &trace);
    const unsigned long recall_end = now_ns();
    const int got = unw_backtrace(theirs, FRAMES_MAX + LEADING_MAX);
    const unsigned long end = now_ns();

    const size_t all = got < 0 ? 0 : (size_t)got;
    const size_t leading = count_leading(theirs, all, ours[0]);
    size_t theirs_count = all - leading;
    if (why == HEAPLENS__UNWIND_DEPTH && theirs_count > FRAMES_MAX) {
        theirs_count = FRAMES_MAX;
    }
    bool is_equal = ours_count == theirs_count && is_recalled(&memo, &trace, ours, ours_count, why);
    for (size_t i = 0; i < ours_count && is_equal; i++) {
        is_equal = ours[i] + 1 == (uintptr_t)theirs[leading + i];
    }
    atomic_fetch_add(&captures, 1);
    atomic_fetch_add(&agreed, is_equal);
    atomic_fetch_add(&frames, ours_count);
    atomic_fetch_add(&plain_ns, plain_end - begin);
    atomic_fetch_add(&recall_ns, recall_end - plain_end);
    atomic_fetch_add(&theirs_ns, end - recall_end);
    if (!is_equal) {
        report_difference(ours, ours_count, theirs + leading, theirs_count, why);
    }
}

static void on_allocation(const void *frame_address)
{
    const heaplens__unwind_start start = heaplens__unwind_from(frame_address);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a return address.
    heaplens__unwind_note_caller((const void *)start.return_address);
    if (!atomic_load(&is_ready) || is_inside || atomic_fetch_add(&calls, 1) % every != 0) {
        return;
    }
    is_inside = true;
    compare(&start);
    is_inside = false;
}

INTERPOSES HOOK void *malloc(size_t size)
{
    on_allocation(__builtin_frame_address(0));
    return __libc_malloc(size);
}

INTERPOSES HOOK void *calloc(size_t nmemb, size_t size)
{
    on_allocation(__builtin_frame_address(0));
    return __libc_calloc(nmemb, size);
}

INTERPOSES HOOK void *realloc(void *ptr, size_t size)
{
    on_allocation(__builtin_frame_address(0));
    return __libc_realloc(ptr, size);
}

__attribute__((constructor)) static void start_comparing(void)
{
    const char *const wanted = getenv("UNWIND_COMPARE_EVERY");  // NOLINT(concurrency-mt-unsafe)
    every = wanted == NULL ? 1 : strtoul(wanted, NULL, 10);
    every = every == 0 ? 1 : every;
    heaplens__unwind_init();
    atomic_store(&is_ready, true);
}

__attribute__((destructor)) static void write_result(void)
{
    atomic_store(&is_ready, false);
    const char *const path = getenv("UNWIND_COMPARE_OUT");  // NOLINT(concurrency-mt-unsafe)
    const int file =
        path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) {
        return;
    }
    char line[256];
    const int size =
        snprintf(line, sizeof(line), "%lu %lu %lu %lu %lu %lu %s\n", atomic_load(&captures),
                 atomic_load(&agreed), atomic_load(&frames), atomic_load(&plain_ns),
                 atomic_load(&recall_ns), atomic_load(&theirs_ns), program_invocation_short_name);
    if (write(file, text, text_used) < 0 || write(file, line, (size_t)size) < 0) {
        (void)unlink(path);  // no result rather than half of one
    }
    (void)close(file);
}
