// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_UNWIND_STEP_H
#define HEAPLENS_RUNTIME_UNWIND_STEP_H

/**
 * @file
 * One step of a walk: from a frame to its caller's, by the rule of the frame's address.
 *
 * Inline, because it is the body of two loops: the plain walk's and the remembering one's.
 */
#include <stdbool.h>
#include <stdint.h>

#include "runtime/unwind.h"
#include "runtime/unwind_cache.h"
#include "runtime/unwind_stack.h"

enum { HEAPLENS__WORD = 8 };

/** Find the packed rule at an address in its module, and cache it; 0 and the reason: there is none. */
uint64_t heaplens__unwind_resolve(uintptr_t ip, heaplens__unwind_stop *why);

/** Step through the frame that the kernel pushed; its caller is what the signal interrupted. */
bool heaplens__step_signal(heaplens__frame *f, heaplens__stack_window *window);

/** Step from a call to its caller. False when the stack cannot be what the rule says. */
static inline bool heaplens__step_call(heaplens__frame *f, heaplens__unwind_rule rule,
                                       heaplens__stack_window *window)
{
    uintptr_t cfa = 0;
    uintptr_t fp_at = 0;
    if (rule.kind == HEAPLENS__RULE_REALIGNED) {
        const uintptr_t cfa_at = f->fp - (uintptr_t)rule.cfa_words * HEAPLENS__WORD;
        if (!heaplens__stack_covers(window, cfa_at, f->fp + HEAPLENS__WORD)) {
            return false;
        }
        cfa = heaplens__stack_word(cfa_at);
        fp_at = f->fp;
    } else {
        const uintptr_t base = rule.kind == HEAPLENS__RULE_SP ? f->sp : f->fp;
        cfa = base + (uintptr_t)rule.cfa_words * HEAPLENS__WORD;
        fp_at = cfa - (uintptr_t)rule.fp_slot * HEAPLENS__WORD;  // the CFA itself: no slot
    }
    // The innermost word that is read; a popped frame pointer is just below the stack pointer.
    const uintptr_t low = fp_at < cfa ? fp_at : cfa - HEAPLENS__WORD;
    if (cfa % HEAPLENS__WORD != 0 || cfa <= f->sp || !heaplens__stack_covers(window, low, cfa)) {
        return false;
    }
    if (fp_at != cfa) {
        f->fp = heaplens__stack_word(fp_at);
    }
    f->sp = cfa;
    f->ip = heaplens__stack_word(cfa - HEAPLENS__WORD) - 1;
    return true;
}

/**
 * Step by a rule that is known.
 *
 * @param[in,out] f    unchanged when the result is false, but for a return address of 0
 * @param[out]    why  written when the result is false
 * @return false when the walk ends at this frame
 */
static inline bool heaplens__step_by(heaplens__frame *f, uint64_t packed,
                                     heaplens__stack_window *window, heaplens__unwind_stop *why)
{
    const heaplens__unwind_rule rule = heaplens__unwind_rule_unpack(packed);
    if (rule.kind == HEAPLENS__RULE_OUTERMOST) {
        *why = HEAPLENS__UNWIND_OUTERMOST;
        return false;
    }
    const bool is_stepped = rule.kind == HEAPLENS__RULE_SIGNAL
                                ? heaplens__step_signal(f, window)
                                : heaplens__step_call(f, rule, window);
    // Hand-written starts of threads and coroutines leave 0 as the return address.
    const bool is_start = is_stepped && f->ip == UINTPTR_MAX;
    *why = is_start ? HEAPLENS__UNWIND_OUTERMOST : HEAPLENS__UNWIND_BAD_STACK;
    return is_stepped && !is_start;
}

/** The packed rule at an address; 0 and the reason: there is none. */
static inline uint64_t heaplens__step_rule(uintptr_t ip, heaplens__unwind_stop *why)
{
    if (ip >> HEAPLENS__CACHE_ADDRESS_BITS != 0) {
        *why = HEAPLENS__UNWIND_NO_MODULE;
        return 0;
    }
    const uint64_t packed = heaplens__unwind_cache_find(ip);
    return packed != 0 ? packed : heaplens__unwind_resolve(ip, why);
}

#endif
