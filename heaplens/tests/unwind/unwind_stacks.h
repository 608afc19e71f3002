// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_TESTS_UNWIND_UNWIND_STACKS_H
#define HEAPLENS_TESTS_UNWIND_UNWIND_STACKS_H

/**
 * @file
 * Pairs of stacks that are alike in all but one respect: what a walk must not miss.
 *
 * In assembly, because compilers lay frames out as they like. All call `leaf(next)`.
 */
#include <stdint.h>

typedef void stacks_leaf(void (*next)(void));

/**
 * An outer frame and an inner one, both found by the frame pointer. Between _a and _b the inner
 * frame's stack pointer is equal; its frame pointer, and who called it, are not. What _a left on
 * the stack is still there under _b, as a padding.
 */
void stacks_framed_a(stacks_leaf *leaf, void (*next)(void));
void stacks_framed_b(stacks_leaf *leaf, void (*next)(void));

/** The same with an inner frame that realigns the stack and keeps the CFA in memory. */
void stacks_realigned_a(stacks_leaf *leaf, void (*next)(void));
void stacks_realigned_b(stacks_leaf *leaf, void (*next)(void));

/** A leaf with a frame that leaves the frame pointer register as it is; calls `next`. */
void stacks_thin_leaf(void (*next)(void));

/** A leaf without a frame of its own: `next` in its place. */
void stacks_no_leaf(void (*next)(void));

/** Fault (SIGILL) by an instruction of two bytes, on the stack of the call. */
void stacks_fault_a(void);
void stacks_fault_b(void);

/** Call `next` with `return_address` where the frame information says that the caller's is. */
void stacks_over(uintptr_t return_address, void (*next)(void));

/** A return address, on top of a true one, in code that says so. */
extern const char stacks_landing[];

#endif
