// SPDX-License-Identifier: MIT
// Runs the byte programs of frame information and turns the row that holds at an address into a
// rule. Only the columns that a rule needs are kept: the CFA, the frame pointer, the return address.
#include "runtime/unwind_cfi.h"
#include "runtime/unwind_cursor.h"
#include "runtime/unwind_expression.h"

enum {
    COLUMN_FP = 6,
    COLUMN_SP = 7,
    COLUMN_RETURN_ADDRESS = 16,
    COLUMN_NONE = 255,    // a register that no rule can use
    REMEMBERED_ROWS = 8,  // compilers nest one deep
    WORD = 8,
};

// Instructions with an operand in the low six bits, then the others.
enum {
    CFA_ADVANCE_LOC = 0x40,
    CFA_OFFSET = 0x80,
    CFA_RESTORE = 0xC0,
    CFA_HIGH_MASK = 0xC0,
    CFA_LOW_MASK = 0x3F,

    CFA_NOP = 0x00,
    CFA_ADVANCE_LOC1 = 0x02,
    CFA_ADVANCE_LOC2 = 0x03,
    CFA_ADVANCE_LOC4 = 0x04,
    CFA_OFFSET_EXTENDED = 0x05,
    CFA_RESTORE_EXTENDED = 0x06,
    CFA_UNDEFINED = 0x07,
    CFA_SAME_VALUE = 0x08,
    CFA_REGISTER = 0x09,
    CFA_REMEMBER_STATE = 0x0A,
    CFA_RESTORE_STATE = 0x0B,
    CFA_DEF_CFA = 0x0C,
    CFA_DEF_CFA_REGISTER = 0x0D,
    CFA_DEF_CFA_OFFSET = 0x0E,
    CFA_DEF_CFA_EXPRESSION = 0x0F,
    CFA_EXPRESSION = 0x10,
    CFA_OFFSET_EXTENDED_SF = 0x11,
    CFA_DEF_CFA_SF = 0x12,
    CFA_DEF_CFA_OFFSET_SF = 0x13,
    CFA_VAL_OFFSET = 0x14,
    CFA_VAL_OFFSET_SF = 0x15,
    CFA_VAL_EXPRESSION = 0x16,
    CFA_GNU_ARGS_SIZE = 0x2E,
    CFA_GNU_NEGATIVE_OFFSET_EXTENDED = 0x2F,
};

/** How a caller's register is found. */
typedef enum column_kind {
    COLUMN_SAME = 0,    // it holds what it held
    COLUMN_UNDEFINED,   // it is lost; of the return address: there is no caller
    COLUMN_AT_CFA,      // in memory at CFA + offset
    COLUMN_AT_ADDRESS,  // in memory where an expression says
    COLUMN_OTHER,       // in a form that no rule can express
} column_kind;

typedef struct column {
    column_kind kind;
    int64_t offset;                    // bytes, of COLUMN_AT_CFA
    heaplens__cfi_program expression;  // of COLUMN_AT_ADDRESS
} column;

typedef struct row {
    uint64_t cfa_register;  // a column number; COLUMN_NONE: an expression
    int64_t cfa_offset;     // bytes
    heaplens__cfi_program cfa_expression;
    column fp;
    column return_address;
} row;

typedef struct interpreter {
    const heaplens__cfi_function *function;
    row current;
    row initial;  // after the CIE's program: what "restore" goes back to
    row remembered[REMEMBERED_ROWS];
    size_t remembered_count;
    uint64_t location;
    bool is_unsupported;
} interpreter;

static column *column_of(row *r, uint64_t number)
{
    if (number == COLUMN_FP) {
        return &r->fp;
    }
    return number == COLUMN_RETURN_ADDRESS ? &r->return_address : NULL;
}

static void set_column(interpreter *in, uint64_t number, column value)
{
    column *const target = column_of(&in->current, number);
    if (target != NULL) {
        *target = value;
    }
}

static void restore_column(interpreter *in, uint64_t number)
{
    const column *const source = column_of(&in->initial, number);
    if (source != NULL) {
        set_column(in, number, *source);
    }
}

// Wraps: a damaged program must not overflow a signed number. The result is checked later.
static int64_t scaled(uint64_t factor, int64_t alignment)
{
    return (int64_t)(factor * (uint64_t)alignment);
}

static void set_at_cfa(interpreter *in, uint64_t number, int64_t offset)
{
    set_column(in, number, (column){.kind = COLUMN_AT_CFA, .offset = offset});
}

static heaplens__cfi_program read_block(heaplens__cursor *cursor)
{
    const uint64_t size = heaplens__cursor_uleb(cursor);
    const uint8_t *const bytes = cursor->at;
    heaplens__cursor_skip(cursor, size);
    return (heaplens__cfi_program){bytes, cursor->has_failed ? 0 : (size_t)size};
}

static void remember(interpreter *in)
{
    if (in->remembered_count == REMEMBERED_ROWS) {
        in->is_unsupported = true;
        return;
    }
    in->remembered[in->remembered_count++] = in->current;
}

static bool recall(interpreter *in)
{
    if (in->remembered_count == 0) {
        return false;
    }
    in->current = in->remembered[--in->remembered_count];
    return true;
}

static void define_cfa(interpreter *in, uint64_t number, int64_t offset)
{
    in->current.cfa_register = number;
    in->current.cfa_offset = offset;
}

/** Instructions that set a column other than the CFA. */
static void step_column(interpreter *in, unsigned op, heaplens__cursor *cursor)
{
    const int64_t align = in->function->data_align;
    const uint64_t number = heaplens__cursor_uleb(cursor);
    switch (op) {
    case CFA_OFFSET_EXTENDED:
        set_at_cfa(in, number, scaled(heaplens__cursor_uleb(cursor), align));
        break;
    case CFA_OFFSET_EXTENDED_SF:
        set_at_cfa(in, number, scaled((uint64_t)heaplens__cursor_sleb(cursor), align));
        break;
    case CFA_GNU_NEGATIVE_OFFSET_EXTENDED:
        set_at_cfa(in, number, scaled(-heaplens__cursor_uleb(cursor), align));
        break;
    case CFA_RESTORE_EXTENDED: restore_column(in, number); break;
    case CFA_UNDEFINED: set_column(in, number, (column){.kind = COLUMN_UNDEFINED}); break;
    case CFA_SAME_VALUE: set_column(in, number, (column){.kind = COLUMN_SAME}); break;
    case CFA_EXPRESSION:
        set_column(in, number,
                   (column){.kind = COLUMN_AT_ADDRESS, .expression = read_block(cursor)});
        break;
    case CFA_REGISTER:
    case CFA_VAL_OFFSET:
    case CFA_VAL_OFFSET_SF:
        (void)heaplens__cursor_uleb(cursor);  // as long as its signed twin
        set_column(in, number, (column){.kind = COLUMN_OTHER});
        break;
    case CFA_VAL_EXPRESSION:
        (void)read_block(cursor);
        set_column(in, number, (column){.kind = COLUMN_OTHER});
        break;
    default: in->is_unsupported = true; break;
    }
}

/** Instructions without an operand in their own byte. */
static void step_low(interpreter *in, unsigned op, heaplens__cursor *cursor)
{
    const int64_t align = in->function->data_align;
    const uint64_t code_align = in->function->code_align;
    switch (op) {
    case CFA_NOP: break;
    case CFA_ADVANCE_LOC1: in->location += heaplens__cursor_number(cursor, 1) * code_align; break;
    case CFA_ADVANCE_LOC2: in->location += heaplens__cursor_number(cursor, 2) * code_align; break;
    case CFA_ADVANCE_LOC4: in->location += heaplens__cursor_number(cursor, 4) * code_align; break;
    case CFA_REMEMBER_STATE: remember(in); break;
    case CFA_RESTORE_STATE: cursor->has_failed |= !recall(in); break;
    case CFA_DEF_CFA: {
        const uint64_t number = heaplens__cursor_uleb(cursor);
        define_cfa(in, number, (int64_t)heaplens__cursor_uleb(cursor));
        break;
    }
    case CFA_DEF_CFA_SF: {
        const uint64_t number = heaplens__cursor_uleb(cursor);
        define_cfa(in, number, scaled((uint64_t)heaplens__cursor_sleb(cursor), align));
        break;
    }
    case CFA_DEF_CFA_REGISTER: in->current.cfa_register = heaplens__cursor_uleb(cursor); break;
    case CFA_DEF_CFA_OFFSET: in->current.cfa_offset = (int64_t)heaplens__cursor_uleb(cursor); break;
    case CFA_DEF_CFA_OFFSET_SF:
        in->current.cfa_offset = scaled((uint64_t)heaplens__cursor_sleb(cursor), align);
        break;
    case CFA_DEF_CFA_EXPRESSION:
        in->current.cfa_register = COLUMN_NONE;
        in->current.cfa_expression = read_block(cursor);
        break;
    case CFA_GNU_ARGS_SIZE: (void)heaplens__cursor_uleb(cursor); break;
    default: step_column(in, op, cursor); break;
    }
}

/** Run one program until it ends or passes `pc`. */
static heaplens__cfi_status run_program(interpreter *in, heaplens__cfi_program program, uint64_t pc)
{
    heaplens__cursor cursor = heaplens__cursor_over(program.bytes, program.size_bytes);
    while (heaplens__cursor_left(&cursor) > 0) {
        const unsigned op = (unsigned)heaplens__cursor_number(&cursor, 1);
        const unsigned low = op & CFA_LOW_MASK;
        switch (op & CFA_HIGH_MASK) {
        case CFA_ADVANCE_LOC: in->location += low * in->function->code_align; break;
        case CFA_OFFSET:
            set_at_cfa(in, low, scaled(heaplens__cursor_uleb(&cursor), in->function->data_align));
            break;
        case CFA_RESTORE: restore_column(in, low); break;
        default: step_low(in, op, &cursor); break;
        }
        if (in->is_unsupported) {
            return HEAPLENS__CFI_UNSUPPORTED;
        }
        if (cursor.has_failed) {
            return HEAPLENS__CFI_NO_RULE;
        }
        if (in->location > pc) {
            break;
        }
    }
    return HEAPLENS__CFI_OK;
}

static bool evaluates_to(heaplens__cfi_program expression, uint64_t pc,
                         heaplens__expression_value want)
{
    heaplens__expression_value got;
    return heaplens__expression_evaluate(expression.bytes, expression.size_bytes, pc, &got) &&
           got.base == want.base && got.is_dereferenced == want.is_dereferenced &&
           got.offset == want.offset;
}

static bool column_is_at(const column *c, uint64_t pc, heaplens__expression_base base,
                         int64_t offset)
{
    const heaplens__expression_value want = {.base = base, .offset = offset};
    return c->kind == COLUMN_AT_ADDRESS && evaluates_to(c->expression, pc, want);
}

// Where the kernel puts the registers of the interrupted frame, as glibc's __restore_rt describes
// it: offsets from sp of uc_mcontext.gregs in the ucontext on top of the signal frame.
static heaplens__cfi_status make_signal_rule(const row *r, uint64_t pc, heaplens__unwind_rule *rule)
{
    const heaplens__expression_value cfa = {.base = HEAPLENS__EXPRESSION_SP,
                                            .is_dereferenced = true,
                                            .offset = HEAPLENS__SIGNAL_SP_BYTES};
    if (r->cfa_register != COLUMN_NONE || !evaluates_to(r->cfa_expression, pc, cfa) ||
        !column_is_at(&r->fp, pc, HEAPLENS__EXPRESSION_SP, HEAPLENS__SIGNAL_FP_BYTES) ||
        !column_is_at(&r->return_address, pc, HEAPLENS__EXPRESSION_SP, HEAPLENS__SIGNAL_IP_BYTES)) {
        return HEAPLENS__CFI_UNSUPPORTED;
    }
    *rule = (heaplens__unwind_rule){.kind = HEAPLENS__RULE_SIGNAL};
    return HEAPLENS__CFI_OK;
}

/** Whether an offset is a whole number of words in [first, end), as the rule's fields need it. */
static bool fits_words(int64_t offset, int64_t first, int64_t end)
{
    return offset % WORD == 0 && offset / WORD >= first && offset / WORD < end;
}

static heaplens__cfi_status make_offset_rule(heaplens__unwind_rule_kind kind, int64_t offset,
                                             const column *fp, heaplens__unwind_rule *rule)
{
    if (!fits_words(offset, 1, HEAPLENS__RULE_CFA_WORDS_END)) {
        return HEAPLENS__CFI_UNSUPPORTED;
    }
    uint32_t slot = 0;  // same, or undefined: then nobody outward uses it
    if (fp->kind == COLUMN_AT_CFA) {
        // Slot 1 is the return address's.
        if (!fits_words(fp->offset, 1 - HEAPLENS__RULE_SLOT_END, -1)) {
            return HEAPLENS__CFI_UNSUPPORTED;
        }
        slot = (uint32_t)(-fp->offset / WORD);
    } else if (fp->kind != COLUMN_SAME && fp->kind != COLUMN_UNDEFINED) {
        return HEAPLENS__CFI_UNSUPPORTED;
    }
    *rule = (heaplens__unwind_rule){kind, (uint32_t)(offset / WORD), slot};
    return HEAPLENS__CFI_OK;
}

static heaplens__cfi_status make_expression_rule(const row *r, uint64_t pc,
                                                 heaplens__unwind_rule *rule)
{
    heaplens__expression_value cfa;
    if (!heaplens__expression_evaluate(r->cfa_expression.bytes, r->cfa_expression.size_bytes, pc,
                                       &cfa)) {
        return HEAPLENS__CFI_UNSUPPORTED;
    }
    if (cfa.base == HEAPLENS__EXPRESSION_SP && !cfa.is_dereferenced) {
        return make_offset_rule(HEAPLENS__RULE_SP, cfa.offset, &r->fp, rule);
    }
    if (cfa.base != HEAPLENS__EXPRESSION_FP || !cfa.is_dereferenced ||
        !fits_words(cfa.offset, 1 - HEAPLENS__RULE_CFA_WORDS_END, 1) ||
        !column_is_at(&r->fp, pc, HEAPLENS__EXPRESSION_FP, 0)) {
        return HEAPLENS__CFI_UNSUPPORTED;
    }
    *rule = (heaplens__unwind_rule){.kind = HEAPLENS__RULE_REALIGNED,
                                    .cfa_words = (uint32_t)(-cfa.offset / WORD)};
    return HEAPLENS__CFI_OK;
}

static heaplens__cfi_status make_rule(const interpreter *in, uint64_t pc,
                                      heaplens__unwind_rule *rule)
{
    const row *const r = &in->current;
    if (r->return_address.kind == COLUMN_UNDEFINED) {
        *rule = (heaplens__unwind_rule){.kind = HEAPLENS__RULE_OUTERMOST};
        return HEAPLENS__CFI_OK;
    }
    if (in->function->is_signal_frame) {
        return make_signal_rule(r, pc, rule);
    }
    if (r->return_address.kind != COLUMN_AT_CFA || r->return_address.offset != -WORD) {
        return HEAPLENS__CFI_UNSUPPORTED;
    }
    switch (r->cfa_register) {
    case COLUMN_SP: return make_offset_rule(HEAPLENS__RULE_SP, r->cfa_offset, &r->fp, rule);
    case COLUMN_FP: return make_offset_rule(HEAPLENS__RULE_FP, r->cfa_offset, &r->fp, rule);
    case COLUMN_NONE: return make_expression_rule(r, pc, rule);
    default: return HEAPLENS__CFI_UNSUPPORTED;
    }
}

heaplens__cfi_status heaplens__cfi_run(const heaplens__cfi_function *function, uint64_t pc,
                                       heaplens__unwind_rule *rule)
{
    interpreter in = {.function = function, .location = function->pc_begin};
    // A register number in the file may be COLUMN_NONE too: then there is no expression, and an
    // empty one evaluates to nothing.
    in.current.cfa_register = COLUMN_NONE;
    heaplens__cfi_status status = run_program(&in, function->initial, UINT64_MAX);
    if (status != HEAPLENS__CFI_OK) {
        return status;
    }
    in.initial = in.current;
    in.location = function->pc_begin;
    status = run_program(&in, function->own, pc);
    return status == HEAPLENS__CFI_OK ? make_rule(&in, pc, rule) : status;
}
