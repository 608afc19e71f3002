// SPDX-License-Identifier: MIT
// The walk from frame to frame. Everything that it does not know at once it asks from the cache of
// rules, and that from the frame information of the module.
#include "runtime/unwind.h"

#include "runtime/unwind_cache.h"
#include "runtime/unwind_cfi.h"
#include "runtime/unwind_loader.h"
#include "runtime/unwind_stack.h"
#include "runtime/unwind_step.h"

uint64_t heaplens__unwind_resolve(uintptr_t ip, heaplens__unwind_stop *why)
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

bool heaplens__step_signal(heaplens__frame *f, heaplens__stack_window *window)
{
    if (!heaplens__stack_covers(window, f->sp,
                                f->sp + HEAPLENS__SIGNAL_IP_BYTES + HEAPLENS__WORD)) {
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

size_t heaplens__unwind(const heaplens__unwind_start *start, uintptr_t *ips, size_t cap,
                        heaplens__unwind_stop *why)
{
    *why = HEAPLENS__UNWIND_DEPTH;
    if (cap == 0) {
        return 0;
    }
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a return address, read from the stack.
    heaplens__unwind_note_caller((const void *)start->return_address);

    heaplens__frame f = {.ip = start->return_address - 1, .sp = start->sp, .fp = start->fp};
    heaplens__stack_window window = heaplens__stack_window_load();
    size_t count = 0;
    ips[count++] = f.ip;
    for (;;) {
        const uint64_t packed = heaplens__step_rule(f.ip, why);
        if (packed == 0 || !heaplens__step_by(&f, packed, &window, why)) {
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
