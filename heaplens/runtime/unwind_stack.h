// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_UNWIND_STACK_H
#define HEAPLENS_RUNTIME_UNWIND_STACK_H

/**
 * @file
 * Which memory may be read as stack.
 *
 * Following right frame information, a walk stays on the stack. Wrong information (hand-written
 * assembly, a damaged module) may lead anywhere, and a read there must not fault. Where a thread's
 * stack ends is no help: handlers have alternate stacks and coroutines have their own. So the
 * kernel is asked, page by page and once: each thread keeps a *window* of pages that were found
 * readable around where it last walked, and a read inside it costs a comparison.
 *
 * What remains: pages of a window that the program unmaps later. Walks on live stacks never read
 * such pages, because they stop at that stack's outermost frame; a fault needs a walk gone wrong
 * on top of it.
 */
#include <stdbool.h>
#include <stdint.h>

/** Readable addresses [low, high), whole pages; empty when both are 0. */
typedef struct heaplens__stack_window {
    uintptr_t low;
    uintptr_t high;
} heaplens__stack_window;

/** The calling thread's window. */
heaplens__stack_window heaplens__stack_window_load(void);

/** Keep a window for the thread's next walk. Signals: safe, it is one store. */
void heaplens__stack_window_store(heaplens__stack_window window);

/** Ask the kernel about the pages of [low, high) outside the window; widen or move it to them. */
bool heaplens__stack_window_extend(heaplens__stack_window *window, uintptr_t low, uintptr_t high);

/** Whether all of [low, high) may be read; high > low unless the numbers wrapped. */
static inline bool heaplens__stack_covers(heaplens__stack_window *window, uintptr_t low,
                                          uintptr_t high)
{
    if (low >= window->low && high <= window->high && low < high) {
        return true;
    }
    return heaplens__stack_window_extend(window, low, high);
}

// Another function's frame holds red zones of the address sanitizer and words that the thread
// sanitizer has never seen written; reading the return address between them is the purpose here.
#define HEAPLENS__STACK_UNSANITIZED __attribute__((no_sanitize("address", "thread", "undefined")))

/** The word at an address that a window covers. */
HEAPLENS__STACK_UNSANITIZED
static inline uintptr_t heaplens__stack_word(uintptr_t address)
{
    return *(const uintptr_t *)address;  // NOLINT(performance-no-int-to-ptr): a stack address
}

#endif
