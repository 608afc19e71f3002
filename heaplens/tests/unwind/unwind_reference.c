// SPDX-License-Identifier: MIT
#include "unwind_reference.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/** What the kernel's rt_sigaction exchanges on x86-64. */
typedef struct kernel_action {
    uintptr_t handler;
    unsigned long flags;
    uintptr_t restorer;  // where a handler returns to
    uint64_t mask;
} kernel_action;

// The C library has one restorer for all signals; any installed action names it.
static uintptr_t find_restorer(void)
{
    uintptr_t restorer = 0;
    for (int number = 1; number < 32; number++) {
        kernel_action action = {0};
        if (syscall(SYS_rt_sigaction, number, NULL, &action, sizeof(action.mask)) == 0 &&
            action.restorer != 0) {
            restorer = action.restorer;
        }
    }
    return restorer;
}

// One memory a thread, over all stacks of a test: what one left must not mislead the next.
static _Thread_local heaplens__unwind_memo memo;

static void recall(reference_stacks *stacks, const heaplens__unwind_start *start)
{
    heaplens__unwind_recall(&memo, start, REFERENCE_FRAMES_MAX, &stacks->trace);
    heaplens__unwind_recall_frames(&memo, &stacks->trace, stacks->recalled);
    stacks->is_recalled =
        stacks->trace.depth == stacks->ours_count && stacks->trace.why == stacks->why &&
        memcmp(stacks->recalled, stacks->ours, stacks->ours_count * sizeof(uintptr_t)) == 0;
}

// libunwind begins in this function; the first frame of ours is its caller.
__attribute__((noinline)) void reference_capture(reference_stacks *stacks)
{
    const heaplens__unwind_start start = heaplens__unwind_from(__builtin_frame_address(0));
    stacks->ours_count = heaplens__unwind(&start, stacks->ours, REFERENCE_FRAMES_MAX, &stacks->why);
    recall(stacks, &start);
    stacks->theirs_count = 0;
    stacks->signal_frames = 0;

    unw_context_t context;
    unw_cursor_t cursor;
    if (unw_getcontext(&context) != 0 || unw_init_local(&cursor, &context) != 0) {
        return;
    }
    // A frame outward of a signal's was interrupted, not left by a call: its address is exact.
    const uintptr_t restorer = find_restorer();
    int follows_signal = 0;
    while (unw_step(&cursor) > 0 && stacks->theirs_count < REFERENCE_FRAMES_MAX) {
        unw_word_t ip = 0;
        (void)unw_get_reg(&cursor, UNW_REG_IP, &ip);
        if (ip == 0) {
            break;
        }
        stacks->theirs[stacks->theirs_count++] = follows_signal ? ip : ip - 1;
        follows_signal = ip == restorer;
        stacks->signal_frames += (size_t)follows_signal;
    }
}

size_t reference_difference(const reference_stacks *stacks)
{
    const size_t shorter =
        stacks->ours_count < stacks->theirs_count ? stacks->ours_count : stacks->theirs_count;
    for (size_t i = 0; i < shorter; i++) {
        if (stacks->ours[i] != stacks->theirs[i]) {
            return i;
        }
    }
    return stacks->ours_count == stacks->theirs_count ? SIZE_MAX : shorter;
}
