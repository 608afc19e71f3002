// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "runtime/unwind_stack.h"

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    PAGE_BITS = 12,
    PAGE_BYTES = 1 << PAGE_BITS,
    ADDRESS_BITS = 47,           // user space; a window must fit into one word
    PAGES_BITS = 28,             // of the packed window: its length
    EXTEND_PAGES_MAX = 1 << 14,  // 64 MiB at once: a larger step is no frame
    KERNEL_SIGSET_BYTES = 8,
};

// First page << PAGES_BITS | pages: one word, so that a handler that interrupts a store sees
// either window, never a mixture.
static _Thread_local uint64_t window_packed __attribute__((tls_model("initial-exec")));

heaplens__stack_window heaplens__stack_window_load(void)
{
    const uint64_t packed = window_packed;
    const uintptr_t low = packed >> PAGES_BITS << PAGE_BITS;
    return (heaplens__stack_window){
        low, low + ((packed & ((UINT64_C(1) << PAGES_BITS) - 1)) << PAGE_BITS)};
}

void heaplens__stack_window_store(heaplens__stack_window window)
{
    window_packed =
        (uint64_t)(window.low >> PAGE_BITS) << PAGES_BITS | (window.high - window.low) >> PAGE_BITS;
}

// The call copies the new mask in before it looks at what to do with it: EFAULT says that the
// address cannot be read, EINVAL that it can. It changes nothing either way, and unlike mincore
// it also sees pages that are mapped without access.
static bool is_readable(uintptr_t page)
{
    const int how_invalid = -1;
    return syscall(SYS_rt_sigprocmask, how_invalid, page, NULL, KERNEL_SIGSET_BYTES) == 0 ||
           errno != EFAULT;
}

static bool are_readable(uintptr_t from, uintptr_t to)
{
    for (uintptr_t page = from; page < to; page += PAGE_BYTES) {
        if (!is_readable(page)) {
            return false;
        }
    }
    return true;
}

/** Whether [from, to) is short enough to be asked about. */
static bool is_askable(uintptr_t from, uintptr_t to)
{
    return from <= to && to - from <= (uintptr_t)EXTEND_PAGES_MAX << PAGE_BITS;
}

bool heaplens__stack_window_extend(heaplens__stack_window *window, uintptr_t low, uintptr_t high)
{
    const uintptr_t page_mask = ~(uintptr_t)(PAGE_BYTES - 1);
    const uintptr_t from = low & page_mask;
    const uintptr_t to = (high + PAGE_BYTES - 1) & page_mask;
    if (low >= high || high >> ADDRESS_BITS != 0 || !is_askable(from, to)) {
        return false;
    }
    const int saved_errno = errno;
    bool is_good = false;
    // Pages between the window and the new ones are asked about too: frames will lie there.
    if (from >= window->low && is_askable(window->high, to) && window->high != 0 &&
        are_readable(window->high, to)) {
        window->high = to;
        is_good = true;
    } else if (from < window->low && is_askable(from, window->low) &&
               are_readable(from, window->low) &&
               (to <= window->high || are_readable(window->high, to))) {
        window->low = from;
        window->high = to > window->high ? to : window->high;
        is_good = true;
    } else if (are_readable(from, to)) {
        *window = (heaplens__stack_window){from, to};
        is_good = true;
    }
    errno = saved_errno;
    return is_good;
}
