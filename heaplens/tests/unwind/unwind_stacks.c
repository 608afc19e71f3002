// SPDX-License-Identifier: MIT
#include "unwind_stacks.h"

// clang-format off: assembly, an instruction a line
#define FUNCTION(name, body)            \
    ".type " name ", @function\n"       \
    ".globl " name "\n" name ":\n"      \
    "  .cfi_startproc\n" body "  ret\n" \
    "  .cfi_endproc\n"                  \
    ".size " name ", . - " name "\n"

#define ENTER_FRAME              \
    "  push %rbp\n"              \
    "  .cfi_def_cfa_offset 16\n" \
    "  .cfi_offset %rbp, -16\n"  \
    "  mov %rsp, %rbp\n"         \
    "  .cfi_def_cfa_register %rbp\n"
#define LEAVE_FRAME \
    "  leave\n"     \
    "  .cfi_def_cfa %rsp, 8\n"

// Leaf and next arrive in rdi and rsi; the inner frame's padding goes in rdx.
#define OUTER(name, bytes, inner_bytes, inner)                  \
    FUNCTION(name, ENTER_FRAME "  sub $" bytes ", %rsp\n"       \
                               "  mov $" inner_bytes ", %edx\n" \
                               "  call " inner "\n" LEAVE_FRAME)

#define CALL_LEAF        \
    "  mov %rdi, %rax\n" \
    "  mov %rsi, %rdi\n" \
    "  call *%rax\n"

__asm__(
    ".pushsection .text\n" OUTER("stacks_framed_a", "16", "48", "stacks_inner")
        OUTER("stacks_framed_b", "48", "16", "stacks_inner")
            FUNCTION("stacks_inner", ENTER_FRAME "  sub %rdx, %rsp\n" CALL_LEAF LEAVE_FRAME)

    // What compilers make of a function that realigns its stack and has arguments on it.
    // DW_CFA_def_cfa_expression (DW_OP_breg6 -8, DW_OP_deref); DW_CFA_expression rbp
    // (DW_OP_breg6 0).
    OUTER("stacks_realigned_a", "16", "0",
          "stacks_realigned_inner") OUTER("stacks_realigned_b", "48", "0", "stacks_realigned_inner")
        FUNCTION("stacks_realigned_inner", "  lea 8(%rsp), %r10\n"
                                           "  and $-4096, %rsp\n"
                                           "  push -8(%r10)\n"
                                           "  push %rbp\n"
                                           "  mov %rsp, %rbp\n"
                                           "  push %r10\n"
                                           "  .cfi_escape 0x0f, 0x03, 0x76, 0x78, 0x06\n"
                                           "  .cfi_escape 0x10, 0x06, 0x02, 0x76, 0x00\n"
                                           "  sub $24, %rsp\n" CALL_LEAF "  mov -8(%rbp), %r10\n"
                                           "  leave\n"
                                           "  .cfi_def_cfa %r10, 0\n"
                                           "  lea -8(%r10), %rsp\n"
                                           "  .cfi_def_cfa %rsp, 8\n")

            FUNCTION("stacks_thin_leaf", "  sub $8, %rsp\n"
                                         "  .cfi_adjust_cfa_offset 8\n"
                                         "  call *%rdi\n"
                                         "  add $8, %rsp\n"
                                         "  .cfi_adjust_cfa_offset -8\n")
                FUNCTION("stacks_no_leaf", "  jmp *%rdi\n")

                    FUNCTION("stacks_fault_a", "  ud2\n") FUNCTION("stacks_fault_b", "  ud2\n")

    // The push is not told to the frame information: to it the pushed word is the return address.
    FUNCTION("stacks_over", "  push %rdi\n"
                            "  call *%rsi\n"
                            "  add $8, %rsp\n")
        FUNCTION("stacks_landing_pad", "  nop\n"
                                       ".globl stacks_landing\n"
                                       "stacks_landing:\n"
                                       "  nop\n") ".popsection\n");
// clang-format on
