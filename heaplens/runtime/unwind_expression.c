// SPDX-License-Identifier: MIT
// A stack machine over symbolic values. Source of the operations: DWARF 5, sections 2.5 and 7.7.1.
#include "runtime/unwind_expression.h"

#include "runtime/unwind_cursor.h"

enum {
    OP_DEREF = 0x06,
    OP_CONST1U = 0x08,
    OP_CONST1S = 0x09,
    OP_CONST2U = 0x0A,
    OP_CONST2S = 0x0B,
    OP_CONST4U = 0x0C,
    OP_CONST4S = 0x0D,
    OP_AND = 0x1A,
    OP_MINUS = 0x1C,
    OP_PLUS = 0x22,
    OP_PLUS_UCONST = 0x23,
    OP_SHL = 0x24,
    OP_GE = 0x2A,
    OP_LIT0 = 0x30,
    OP_LIT31 = 0x4F,
    OP_BREG_FP = 0x76,
    OP_BREG_SP = 0x77,
    OP_BREG_RIP = 0x80,
    STACK_DEPTH = 8,  // the longest expression in use, that of a PLT stub, needs 3
};

typedef struct machine {
    heaplens__expression_value stack[STACK_DEPTH];
    size_t depth;
    uint64_t pc;
    bool has_failed;
} machine;

static void push(machine *m, heaplens__expression_value value)
{
    if (m->depth == STACK_DEPTH) {
        m->has_failed = true;
        return;
    }
    m->stack[m->depth++] = value;
}

static void push_constant(machine *m, int64_t number)
{
    push(m, (heaplens__expression_value){.offset = number});
}

static heaplens__expression_value pop(machine *m)
{
    if (m->depth == 0) {
        m->has_failed = true;
        return (heaplens__expression_value){0};
    }
    return m->stack[--m->depth];
}

static bool is_constant(heaplens__expression_value value)
{
    return value.base == HEAPLENS__EXPRESSION_CONSTANT && !value.is_dereferenced;
}

// Numbers wrap as the target's do; unsigned, because that is defined in C.
static int64_t add_wrapping(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static void add(machine *m, heaplens__expression_value left, heaplens__expression_value right)
{
    const bool right_is_constant = is_constant(right);
    heaplens__expression_value sum = right_is_constant ? left : right;
    const heaplens__expression_value term = right_is_constant ? right : left;
    if (!is_constant(term) || sum.is_dereferenced) {
        m->has_failed = true;
        return;
    }
    sum.offset = add_wrapping(sum.offset, term.offset);
    push(m, sum);
}

static void dereference(machine *m)
{
    heaplens__expression_value value = pop(m);
    if (is_constant(value) || value.is_dereferenced) {
        m->has_failed = true;
    }
    value.is_dereferenced = true;
    push(m, value);
}

static void combine(machine *m, unsigned op)
{
    const heaplens__expression_value right = pop(m);
    const heaplens__expression_value left = pop(m);
    if (op == OP_PLUS) {
        add(m, left, right);
        return;
    }
    if (!is_constant(left) || !is_constant(right)) {
        m->has_failed = true;
        return;
    }
    const uint64_t a = (uint64_t)left.offset;
    const uint64_t b = (uint64_t)right.offset;
    switch (op) {
    case OP_AND: push_constant(m, (int64_t)(a & b)); break;
    case OP_MINUS: push_constant(m, (int64_t)(a - b)); break;
    case OP_SHL: push_constant(m, b < 64 ? (int64_t)(a << b) : 0); break;
    case OP_GE: push_constant(m, left.offset >= right.offset); break;
    default: m->has_failed = true; break;
    }
}

static void push_register(machine *m, heaplens__expression_base base, heaplens__cursor *cursor)
{
    push(m, (heaplens__expression_value){.base = base, .offset = heaplens__cursor_sleb(cursor)});
}

static void step(machine *m, unsigned op, heaplens__cursor *cursor)
{
    if (op >= OP_LIT0 && op <= OP_LIT31) {
        push_constant(m, (int64_t)(op - OP_LIT0));
        return;
    }
    switch (op) {
    case OP_DEREF: dereference(m); break;
    case OP_CONST1U: push_constant(m, (int64_t)heaplens__cursor_number(cursor, 1)); break;
    case OP_CONST1S: push_constant(m, heaplens__cursor_signed(cursor, 1)); break;
    case OP_CONST2U: push_constant(m, (int64_t)heaplens__cursor_number(cursor, 2)); break;
    case OP_CONST2S: push_constant(m, heaplens__cursor_signed(cursor, 2)); break;
    case OP_CONST4U: push_constant(m, (int64_t)heaplens__cursor_number(cursor, 4)); break;
    case OP_CONST4S: push_constant(m, heaplens__cursor_signed(cursor, 4)); break;
    case OP_PLUS_UCONST:
        push_constant(m, (int64_t)heaplens__cursor_uleb(cursor));
        combine(m, OP_PLUS);
        break;
    case OP_BREG_FP: push_register(m, HEAPLENS__EXPRESSION_FP, cursor); break;
    case OP_BREG_SP: push_register(m, HEAPLENS__EXPRESSION_SP, cursor); break;
    case OP_BREG_RIP:
        push_constant(m, add_wrapping((int64_t)m->pc, heaplens__cursor_sleb(cursor)));
        break;
    default: combine(m, op); break;
    }
}

bool heaplens__expression_evaluate(const uint8_t *bytes, size_t size, uint64_t pc,
                                   heaplens__expression_value *value)
{
    if (size == 0) {
        return false;
    }
    machine m = {.pc = pc};
    heaplens__cursor cursor = heaplens__cursor_over(bytes, size);
    while (heaplens__cursor_left(&cursor) > 0 && !m.has_failed) {
        step(&m, (unsigned)heaplens__cursor_number(&cursor, 1), &cursor);
    }
    if (m.has_failed || cursor.has_failed || m.depth != 1) {
        return false;
    }
    *value = m.stack[0];
    return true;
}
