// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_UNWIND_CFI_H
#define HEAPLENS_RUNTIME_UNWIND_CFI_H

/**
 * @file
 * Call frame information: from `.eh_frame_hdr` and `.eh_frame` to the rule at one address.
 *
 * Vocabulary: a *CIE* holds what several functions share, an *FDE* describes one function, each
 * ends in a byte program; running the CIE's and then the FDE's up to an address leaves the *row*
 * that holds there. Sources: DWARF 5, section 6.4; Linux Standard Base Core 5.0, chapter 10.6
 * (".eh_frame", ".eh_frame_hdr", pointer encodings); System V ABI x86-64, table 3.36 (registers).
 *
 * Everything is read from bytes that may be damaged: every read is checked against their end.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/unwind_rule.h"

/** The readable part of a module that holds both tables. Borrows `bytes`. */
typedef struct heaplens__cfi_image {
    const uint8_t *bytes;  // (size_bytes)
    size_t size_bytes;
    uint64_t address;       // where bytes[0] is, or would be, in the running process
    size_t hdr_offset;      // of .eh_frame_hdr in bytes
    size_t hdr_size_bytes;  // of .eh_frame_hdr
} heaplens__cfi_image;

typedef enum heaplens__cfi_status {
    HEAPLENS__CFI_OK = 0,
    HEAPLENS__CFI_NO_RULE = 1,      // no function there, or its description is damaged
    HEAPLENS__CFI_UNSUPPORTED = 2,  // a valid form that heaplens__unwind_rule cannot express
} heaplens__cfi_status;

/**
 * The rule that holds at an address.
 *
 * @param[in]  image  as the type says; only bytes inside it are read
 * @param      pc     run-time address inside an instruction
 * @param[out] rule   written on HEAPLENS__CFI_OK only
 * @return HEAPLENS__CFI_OK; HEAPLENS__CFI_NO_RULE; HEAPLENS__CFI_UNSUPPORTED
 *
 * Threads and signals: safe. Cost: a binary search over the module's functions, then the byte
 * program of one; allocates nothing.
 */
heaplens__cfi_status heaplens__cfi_rule_at(const heaplens__cfi_image *image, uint64_t pc,
                                           heaplens__unwind_rule *rule);

/** A byte program between two addresses, and what its CIE says about reading it. */
typedef struct heaplens__cfi_program {
    const uint8_t *bytes;  // (size_bytes)
    size_t size_bytes;
} heaplens__cfi_program;

/** One function's description, decoded but for its programs. */
typedef struct heaplens__cfi_function {
    uint64_t pc_begin;
    uint64_t pc_end;
    uint64_t code_align;            // factor of address advances
    int64_t data_align;             // factor of offsets
    bool is_signal_frame;           // augmentation 'S'
    heaplens__cfi_program initial;  // of the CIE
    heaplens__cfi_program own;      // of the FDE
} heaplens__cfi_function;

/** Run both programs of a function up to `pc` and turn the row into a rule. See rule_at. */
heaplens__cfi_status heaplens__cfi_run(const heaplens__cfi_function *function, uint64_t pc,
                                       heaplens__unwind_rule *rule);

#endif
