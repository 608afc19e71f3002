// SPDX-License-Identifier: MIT
// Function names from .symtab, .dynsym and .gnu_debugdata. libdwfl's own look-up scans the whole
// table for each address; here it is sorted once.
#include "profile/symbols_module.h"

#include <stdlib.h>

#include <elfutils/libdwfl.h>

#include "profile/array.h"

typedef struct symbol {
    uint64_t start;
    uint64_t end;
    const char *name;  // borrowed from the module
    int rank;          // of several names for one address, the largest is shown
    bool is_exported;
} symbol;

static int compare_symbols(const void *a, const void *b)
{
    const symbol *const x = a;
    const symbol *const y = b;
    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    return (x->rank > y->rank) - (x->rank < y->rank);
}

// A function that programmers write beats its aliases: "malloc" is better than "__libc_malloc".
static int rank_symbol(const GElf_Sym *sym, const char *name)
{
    const int bind = GELF_ST_BIND(sym->st_info);
    int rank = sym->st_size > 0 ? 8 : 0;
    rank += bind == STB_GLOBAL ? 2 : (bind == STB_WEAK ? 1 : 0);
    return name[0] == '_' ? rank : rank + 4;
}

static size_t collect_symbols(Dwfl_Module *module, symbol *symbols, size_t limit)
{
    size_t used = 0;
    for (size_t i = 1; i < limit; i++) {
        GElf_Sym sym;
        GElf_Addr address = 0;
        const char *const name =
            dwfl_module_getsym_info(module, (int)i, &sym, &address, NULL, NULL, NULL);
        if (name == NULL || name[0] == '\0' || sym.st_shndx == SHN_UNDEF) {
            continue;
        }
        const int type = GELF_ST_TYPE(sym.st_info);
        if (type != STT_FUNC && type != STT_GNU_IFUNC &&
            !(type == STT_NOTYPE && GELF_ST_BIND(sym.st_info) != STB_LOCAL)) {
            continue;
        }
        symbols[used++] = (symbol){
            .start = address,
            .end = address + sym.st_size,
            .name = name,
            .rank = rank_symbol(&sym, name),
            .is_exported = GELF_ST_BIND(sym.st_info) != STB_LOCAL,
        };
    }
    return used;
}

// The last symbol that begins at or before the address; NULL when the address is behind its end.
static const symbol *find_symbol(const symbol *symbols, size_t count, uint64_t address)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (symbols[middle].start <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return NULL;
    }
    // Hand-written assembly has symbols without a size, e.g. _start: they reach to the next one.
    // A symbol with a size that ends before the address is not guessed at: it would be a wrong name.
    const symbol *const best = &symbols[low - 1];
    return best->end == best->start || address < best->end ? best : NULL;
}

// Names that begin with an underscore are an implementation's own, but for mangled ones.
static bool is_own_name(const char *name)
{
    return name[0] == '_' && name[1] != 'Z' && name[1] != 'R';
}

// DWARF calls the C library's functions by names of its own, as __GI___strdup. The function around
// all inlined ones is called what it is exported as, if that is a name that programmers write.
static heaplens_status prefer_exported(const symbol *hit, const heaplens_question *question,
                                       heaplens_answers *answers)
{
    heaplens_frame *const outermost =
        &answers->frames[question->frame_first + question->frame_count - 1];
    const bool is_better = hit != NULL && hit->is_exported && hit->name[0] != '_' &&
                           is_own_name(heaplens__names_text(answers->names, outermost->function));
    return is_better ? heaplens__answers_name(answers, hit->name, &outermost->function)
                     : HEAPLENS_OK;
}

heaplens_status heaplens__symbols_elf(Dwfl_Module *module, heaplens_question *questions,
                                      size_t count, heaplens_answers *answers, bool *found)
{
    const int limit = dwfl_module_getsymtab(module);
    *found = limit > 1;
    if (limit <= 1) {
        return HEAPLENS_OK;
    }
    symbol *const symbols = heaplens__array_zeroed((size_t)limit, sizeof(*symbols));
    if (symbols == NULL) {
        return HEAPLENS_ENOMEM;
    }
    const size_t symbol_count = collect_symbols(module, symbols, (size_t)limit);
    qsort(symbols, symbol_count, sizeof(*symbols), compare_symbols);

    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < count && status == HEAPLENS_OK; i++) {
        const symbol *const hit = find_symbol(symbols, symbol_count, questions[i].address);
        if (questions[i].frame_count > 0) {
            status = prefer_exported(hit, &questions[i], answers);
        } else if (hit != NULL) {
            questions[i].frame_first = (uint32_t)answers->frame_count;
            questions[i].frame_count = 1;
            status = heaplens__answers_add(answers, hit->name, NULL, 0);
        }
    }
    free(symbols);
    return status;
}
