// SPDX-License-Identifier: MIT
// Functions, inlined callers, files and lines from DWARF.
//
// Questions come sorted by address. A unit, a function and an inlined call are ranges, so each has a
// run of questions, found by binary search; what has none is skipped with everything inside it. The
// ranges of units are read from the units, not from .debug_aranges, which clang does not write.
#include "profile/symbols_module.h"

#include <stdlib.h>
#include <string.h>

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#include "profile/array.h"

enum {
    NO_SCOPE = 0,
    // Nested scopes of real programs stay below a hundred; a file can claim anything.
    SCOPE_DEPTH_MAX = 1000,
};

// A function or an inlined copy of one, which holds at least one question.
typedef struct scope {
    const char *name;       // borrowed from the DWARF; may be NULL
    const char *call_file;  // of an inlined copy: where it was called
    uint32_t call_line;
    uint32_t outer;  // index of the scope around it; NO_SCOPE: a function's own
} scope;

typedef struct search {
    heaplens_question *questions;  // sorted by address
    size_t count;
    uint32_t *innermost;  // (count) deepest scope of each question
    scope *scopes;        // [NO_SCOPE] is unused
    size_t scope_count;
    size_t scope_capacity;
    Dwarf_Addr bias;     // address in memory - address in the DWARF
    Dwarf_Files *files;  // of the unit
    heaplens_status status;
} search;

// First question at or behind the address.
static size_t lower_bound(const search *s, uint64_t address)
{
    size_t low = 0;
    size_t high = s->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->questions[middle].address < address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool die_has_questions(const search *s, Dwarf_Die *die)
{
    Dwarf_Addr base = 0;
    Dwarf_Addr start = 0;
    Dwarf_Addr end = 0;
    for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &start, &end)) > 0;) {
        const size_t first = lower_bound(s, start + s->bias);
        if (first < s->count && s->questions[first].address < end + s->bias) {
            return true;
        }
    }
    return false;
}

static uint64_t read_number(Dwarf_Die *die, unsigned int name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_formudata(dwarf_attr(die, name, &attribute), &value) != 0) {
        return 0;
    }
    return value;
}

// The linker's name says the namespace and the parameters too; C has none.
static const char *read_name(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    const char *name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute));
    if (name == NULL) {
        name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute));
    }
    return name == NULL ? dwarf_diename(die) : name;
}

// Record a scope and make it the deepest one, so far, of the questions inside it.
static uint32_t enter_scope(search *s, Dwarf_Die *die, uint32_t outer)
{
    if (s->scope_count >= UINT32_MAX ||
        !heaplens__array_reserve(&s->scopes, &s->scope_capacity, s->scope_count + 1,
                                 sizeof(*s->scopes))) {
        s->status = HEAPLENS_ENOMEM;
        return outer;
    }
    const uint32_t id = (uint32_t)s->scope_count++;
    scope *const entered = &s->scopes[id];
    *entered = (scope){.name = read_name(die), .outer = outer};
    if (dwarf_tag(die) == DW_TAG_inlined_subroutine) {
        const uint64_t file = read_number(die, DW_AT_call_file);
        entered->call_file =
            s->files == NULL || file == 0 ? NULL : dwarf_filesrc(s->files, file, NULL, NULL);
        entered->call_line = (uint32_t)read_number(die, DW_AT_call_line);
    }

    Dwarf_Addr base = 0;
    Dwarf_Addr start = 0;
    Dwarf_Addr end = 0;
    for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &start, &end)) > 0;) {
        for (size_t i = lower_bound(s, start + s->bias);
             i < s->count && s->questions[i].address < end + s->bias; i++) {
            s->innermost[i] = id;
        }
    }
    return id;
}

static bool may_hold_functions(int tag)
{
    return tag == DW_TAG_namespace || tag == DW_TAG_module || tag == DW_TAG_class_type ||
           tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

// Depth is bounded by SCOPE_DEPTH_MAX.
static void visit_children(search *s, Dwarf_Die *parent, uint32_t outer, int depth)
{
    Dwarf_Die die;
    if (depth > SCOPE_DEPTH_MAX || dwarf_child(parent, &die) != 0) {
        return;
    }
    do {
        const int tag = dwarf_tag(&die);
        const bool is_function = tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
        if (is_function || tag == DW_TAG_lexical_block) {
            if (die_has_questions(s, &die)) {
                visit_children(s, &die, is_function ? enter_scope(s, &die, outer) : outer,
                               depth + 1);
            }
        } else if (may_hold_functions(tag)) {
            visit_children(s, &die, outer, depth + 1);
        }
    } while (s->status == HEAPLENS_OK && dwarf_siblingof(&die, &die) == 0);
}

// The frames of one question: the line table says where the address is; each inlined scope around
// it says where it was called from.
static heaplens_status answer(search *s, Dwarf_Die *unit, size_t i, heaplens_answers *answers)
{
    heaplens_question *const question = &s->questions[i];
    Dwarf_Line *const row = dwarf_getsrc_die(unit, question->address - s->bias);
    int line = 0;
    const char *file = NULL;
    if (row != NULL) {
        file = dwarf_linesrc(row, NULL, NULL);
        (void)dwarf_lineno(row, &line);
    }
    if (s->innermost[i] == NO_SCOPE) {
        return HEAPLENS_OK;  // the symbol table may know more
    }

    question->frame_first = (uint32_t)answers->frame_count;
    uint32_t line_shown = line < 0 ? 0 : (uint32_t)line;
    for (uint32_t at = s->innermost[i]; at != NO_SCOPE; at = s->scopes[at].outer) {
        const scope *const here = &s->scopes[at];
        const heaplens_status status = heaplens__answers_add(answers, here->name, file, line_shown);
        if (status != HEAPLENS_OK) {
            return status;
        }
        file = here->call_file;
        line_shown = here->call_line;
    }
    question->frame_count = (uint32_t)answers->frame_count - question->frame_first;
    return HEAPLENS_OK;
}

static heaplens_status search_unit(search *s, Dwarf_Die *unit, heaplens_answers *answers)
{
    Dwarf_Addr base = 0;
    Dwarf_Addr start = 0;
    Dwarf_Addr end = 0;
    if (!die_has_questions(s, unit)) {
        return HEAPLENS_OK;
    }
    s->scope_count = 1;
    s->files = NULL;
    (void)dwarf_getsrcfiles(unit, &s->files, NULL);
    visit_children(s, unit, NO_SCOPE, 0);

    for (ptrdiff_t at = 0; (at = dwarf_ranges(unit, at, &base, &start, &end)) > 0;) {
        for (size_t i = lower_bound(s, start + s->bias);
             i < s->count && s->questions[i].address < end + s->bias; i++) {
            if (s->status == HEAPLENS_OK && s->questions[i].frame_count == 0) {
                s->status = answer(s, unit, i, answers);
            }
            s->innermost[i] = NO_SCOPE;
        }
    }
    return s->status;
}

heaplens_status heaplens__symbols_dwarf(Dwfl_Module *module, heaplens_question *questions,
                                        size_t count, heaplens_answers *answers, bool *found)
{
    Dwarf_Addr bias = 0;
    *found = dwfl_module_getdwarf(module, &bias) != NULL;
    if (!*found) {
        return HEAPLENS_OK;
    }
    search s = {.questions = questions, .count = count};
    s.innermost = heaplens__array_zeroed(count, sizeof(*s.innermost));
    if (s.innermost == NULL ||
        !heaplens__array_reserve(&s.scopes, &s.scope_capacity, 1, sizeof(*s.scopes))) {
        s.status = HEAPLENS_ENOMEM;
    }
    for (Dwarf_Die *unit = NULL; s.status == HEAPLENS_OK;) {
        unit = dwfl_module_nextcu(module, unit, &s.bias);
        if (unit == NULL) {
            break;
        }
        s.status = search_unit(&s, unit, answers);
    }
    free(s.innermost);
    free(s.scopes);
    return s.status;
}
