// SPDX-License-Identifier: MIT
// The walk from frame to frame. Everything that it does not know at once it asks from the cache of
// rules, and that from the frame information of the module.
#include "runtime/unwind.h"

#include "runtime/unwind_cache.h"
#include "runtime/unwind_cfi.h"
#include "runtime/unwind_loader.h"
#include "runtime/unwind_stack.h"

/** A frame whose caller is to be found. */
typedef struct frame {
    uintptr_t ip;  // inside the instruction that is executing
    uintptr_t sp;
    uintptr_t fp;
} frame;

enum { WORD = 8 };

/** Find and cache the rule at an address; 0, and the reason, when there is none. */
static uint64_t resolve(uintptr_t ip, heaplens__unwind_stop *why)
{
    bool is_mapped = false;
    heaplens__cfi_image image;
    if (!heaplens__unwind_loader_find(ip, &image, &is_mapped)) {
        *why = is_mapped ? HEAPLENS__UNWIND_NO_RULE : HEAPLENS__UNWIND_NO_MODULE;
        return 0;
    }
    heaplens__unwind_rule rule;
    switch (heaplens__cfi_rule_at(&image, ip, &rule)) {
    case HEAPLENS__CFI_NO_RULE: *why = HEAPLENS__UNWIND_NO_RULE; return 0;
    case HEAPLENS__CFI_UNSUPPORTED: *why = HEAPLENS__UNWIND_UNSUPPORTED; return 0;
    case HEAPLENS__CFI_OK: break;
    }
    const uint64_t packed = heaplens__unwind_rule_pack(rule);
    heaplens__unwind_cache_add(ip, packed);
    return packed;
}

/** Step through the frame that the kernel pushed; its caller is what the signal interrupted. */
static bool step_signal(frame *f, heaplens__stack_window *window)
{
    if (!heaplens__stack_covers(window, f->sp, f->sp + HEAPLENS__SIGNAL_IP_BYTES + WORD)) {
        return false;
    }
    const uintptr_t context = f->sp;
    f->fp = heaplens__stack_word(context + HEAPLENS__SIGNAL_FP_BYTES);
    f->sp = heaplens__stack_word(context + HEAPLENS__SIGNAL_SP_BYTES);
    // The interrupted instruction itself, not one that called. The handler may have run on a stack
    // of its own, so nothing is asked of the new sp: the window moves there with the next read.
    f->ip = heaplens__stack_word(context + HEAPLENS__SIGNAL_IP_BYTES);
    return true;
}

/** Step from a call to its caller. False when the stack cannot be what the rule says. */
static inline bool step_call(frame *f, heaplens__unwind_rule rule, heaplens__stack_window *window)
{
    uintptr_t cfa = 0;
    uintptr_t fp_at = 0;
    if (rule.kind == HEAPLENS__RULE_REALIGNED) {
        const uintptr_t cfa_at = f->fp - (uintptr_t)rule.cfa_words * WORD;
        if (!heaplens__stack_covers(window, cfa_at, f->fp + WORD)) {
            return false;
        }
        cfa = heaplens__stack_word(cfa_at);
        fp_at = f->fp;
    } else {
        cfa = (rule.kind == HEAPLENS__RULE_SP ? f->sp : f->fp) + (uintptr_t)rule.cfa_words * WORD;
        fp_at = cfa - (uintptr_t)rule.fp_slot * WORD;  // the CFA itself when there is no slot
    }
    // The innermost word that is read; a popped frame pointer is just below the stack pointer.
    const uintptr_t low = fp_at < cfa ? fp_at : cfa - WORD;
    if (cfa % WORD != 0 || cfa <= f->sp || !heaplens__stack_covers(window, low, cfa)) {
        return false;
    }
    if (fp_at != cfa) {
        f->fp = heaplens__stack_word(fp_at);
    }
    f->sp = cfa;
    f->ip = heaplens__stack_word(cfa - WORD) - 1;
    return true;
}

/** One step outward; false when the walk ends here, and why. */
static inline bool step(frame *f, heaplens__stack_window *window, heaplens__unwind_stop *why)
{
    if (f->ip >> HEAPLENS__CACHE_ADDRESS_BITS != 0) {
        *why = HEAPLENS__UNWIND_NO_MODULE;
        return false;
    }
    uint64_t packed = heaplens__unwind_cache_find(f->ip);
    if (packed == 0) {
        packed = resolve(f->ip, why);
        if (packed == 0) {
            return false;
        }
    }
    const heaplens__unwind_rule rule = heaplens__unwind_rule_unpack(packed);
    if (rule.kind == HEAPLENS__RULE_OUTERMOST) {
        *why = HEAPLENS__UNWIND_OUTERMOST;
        return false;
    }
    *why = HEAPLENS__UNWIND_BAD_STACK;
    return rule.kind == HEAPLENS__RULE_SIGNAL ? step_signal(f, window) : step_call(f, rule, window);
}

size_t heaplens__unwind(const heaplens__unwind_start *start, uintptr_t *ips, size_t cap,
                        heaplens__unwind_stop *why)
{
    *why = HEAPLENS__UNWIND_DEPTH;
    if (cap == 0) {
        return 0;
    }
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a return address, read from the stack.
    heaplens__unwind_note_caller((const void *)start->return_address);

    frame f = {.ip = start->return_address - 1, .sp = start->sp, .fp = start->fp};
    heaplens__stack_window window = heaplens__stack_window_load();
    size_t count = 0;
    ips[count++] = f.ip;
    while (step(&f, &window, why)) {
        // Hand-written starts of threads and coroutines leave 0 as the return address.
        if (f.ip == UINTPTR_MAX) {
            *why = HEAPLENS__UNWIND_OUTERMOST;
            break;
        }
        if (count == cap) {
            *why = HEAPLENS__UNWIND_DEPTH;
            break;
        }
        ips[count++] = f.ip;
    }
    heaplens__stack_window_store(window);
    return count;
}
