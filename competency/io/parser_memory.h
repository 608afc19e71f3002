// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_PARSER_MEMORY_H
#define COMPETENCY_IO_PARSER_MEMORY_H

/**
 * @file
 * Memory of a parser that does not look whether it got any: yajl. A request that fails jumps to
 * where the parser was called from, and what the parser had is released there.
 */
#include <setjmp.h>

#include <yajl/yajl_common.h>

#include <competency/allocator.h>

/** Zero-initialise it, but for `memory`; setjmp(exhausted) before the parser is made. */
typedef struct competency__parser_memory {
    const competency_allocator *memory;       // borrowed
    struct competency__parser_block *blocks;  // what the parser has, the newest first
    jmp_buf exhausted;                        // where a request that fails goes
} competency__parser_memory;

/** The functions to make a parser with. Borrows `memory`. */
yajl_alloc_funcs competency__parser_memory_functions(competency__parser_memory *memory);

/** Release everything that the parser has, which is not used any more. */
void competency__parser_memory_release(competency__parser_memory *memory);

#endif
