// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_UNWIND_EXPRESSION_H
#define HEAPLENS_RUNTIME_UNWIND_EXPRESSION_H

/**
 * @file
 * DWARF expressions, evaluated without registers or memory: the result says what they would be.
 *
 * Frame information uses expressions for PLT stubs (which depend on the address alone), for
 * functions that realign the stack, and for signal frames. Each comes down to a constant or a
 * register plus an offset, at most once dereferenced; anything else is not evaluated.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum heaplens__expression_base {
    HEAPLENS__EXPRESSION_CONSTANT = 0,
    HEAPLENS__EXPRESSION_SP = 1,
    HEAPLENS__EXPRESSION_FP = 2,
} heaplens__expression_base;

/** base + offset, or the word in memory there. */
typedef struct heaplens__expression_value {
    heaplens__expression_base base;
    bool is_dereferenced;
    int64_t offset;  // bytes; of a dereferenced value: before the dereference
} heaplens__expression_value;

/**
 * Evaluate an expression.
 *
 * @param[in]  bytes  (size) the expression
 * @param      pc     what the register rip holds
 * @param[out] value  written on success only
 * @return false when it is damaged or not of the forms above
 */
bool heaplens__expression_evaluate(const uint8_t *bytes, size_t size, uint64_t pc,
                                   heaplens__expression_value *value);

#endif
