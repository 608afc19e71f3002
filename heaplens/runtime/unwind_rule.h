// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_UNWIND_RULE_H
#define HEAPLENS_RUNTIME_UNWIND_RULE_H

/**
 * @file
 * How to get from one frame to its caller at one code address (x86-64).
 *
 * The *canonical frame address* (CFA) is the stack pointer of the caller before its call. The
 * return address lies in the word below it. Compilers need very few forms of these rules: over the
 * frame information of glibc, cc1, git, python, sqlite and libstdc++ all but 20 of 600,000 rows
 * compute the CFA from the stack or the frame pointer.
 */
#include <stdint.h>

/** A frame's state: what its caller is found from. */
typedef struct heaplens__frame {
    uintptr_t ip;  // inside the instruction that is executing
    uintptr_t sp;
    uintptr_t fp;
} heaplens__frame;

typedef enum heaplens__unwind_rule_kind {
    HEAPLENS__RULE_NONE = 0,       // no rule; an empty cache entry
    HEAPLENS__RULE_SP = 1,         // CFA = sp + 8 * cfa_words
    HEAPLENS__RULE_FP = 2,         // CFA = fp + 8 * cfa_words
    HEAPLENS__RULE_REALIGNED = 3,  // CFA = *(fp - 8 * cfa_words), caller's fp = *fp
    HEAPLENS__RULE_SIGNAL = 4,     // sp points at the kernel's signal frame
    HEAPLENS__RULE_OUTERMOST = 5,  // this frame has no caller
} heaplens__unwind_rule_kind;

typedef struct heaplens__unwind_rule {
    heaplens__unwind_rule_kind kind;
    uint32_t cfa_words;  // 8-byte words, < HEAPLENS__RULE_CFA_WORDS_END
    uint32_t fp_slot;    // caller's fp = *(CFA - 8 * fp_slot); 0: fp is unchanged
} heaplens__unwind_rule;

// Widths of the packed fields; together with the 35 bits of a cache tag they fill 64 bits but two.
enum {
    HEAPLENS__RULE_KIND_BITS = 3,
    HEAPLENS__RULE_SLOT_BITS = 7,
    HEAPLENS__RULE_WORDS_BITS = 17,  // frames up to 1 MiB
    HEAPLENS__RULE_BITS = 27,
    HEAPLENS__RULE_SLOT_END = 1 << HEAPLENS__RULE_SLOT_BITS,
    HEAPLENS__RULE_CFA_WORDS_END = 1 << HEAPLENS__RULE_WORDS_BITS,
};

// Where the kernel's signal frame keeps the interrupted registers, from sp in __restore_rt: gregs
// of uc_mcontext in the ucontext_t that lies there.
enum {
    HEAPLENS__SIGNAL_FP_BYTES = 120,
    HEAPLENS__SIGNAL_SP_BYTES = 160,
    HEAPLENS__SIGNAL_IP_BYTES = 168,
};

/** The rule in HEAPLENS__RULE_BITS bits; never 0 for a rule that is not HEAPLENS__RULE_NONE. */
static inline uint64_t heaplens__unwind_rule_pack(heaplens__unwind_rule rule)
{
    return (uint64_t)rule.kind | (uint64_t)rule.fp_slot << HEAPLENS__RULE_KIND_BITS |
           (uint64_t)rule.cfa_words << (HEAPLENS__RULE_KIND_BITS + HEAPLENS__RULE_SLOT_BITS);
}

static inline heaplens__unwind_rule heaplens__unwind_rule_unpack(uint64_t packed)
{
    return (heaplens__unwind_rule){
        .kind = (heaplens__unwind_rule_kind)(packed & ((1U << HEAPLENS__RULE_KIND_BITS) - 1)),
        .fp_slot = (uint32_t)(packed >> HEAPLENS__RULE_KIND_BITS) & (HEAPLENS__RULE_SLOT_END - 1),
        .cfa_words = (uint32_t)(packed >> (HEAPLENS__RULE_KIND_BITS + HEAPLENS__RULE_SLOT_BITS)) &
                     (HEAPLENS__RULE_CFA_WORDS_END - 1),
    };
}

#endif
