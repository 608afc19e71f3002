// SPDX-License-Identifier: MIT
// One program in several builds: ROW_BYTES is what parse_row asks for, MOVED shifts every line,
// FRESH adds a function that the first build does not have, GONE takes one away.
#include <stdlib.h>

#if defined(MOVED)

// Lines that the other build does not have: nothing below keeps its line number.

#endif

enum { ROWS = 400, CELLS = 37, DEPTH = 3 + ROW_BYTES % 5 };

static void *rows[ROWS];
static void *cells[CELLS];
static void *nodes[64];
static size_t node_count;

#if defined(FRESH)
static void *fresh_block;
__attribute__((noinline)) static void fresh_cache(void)
{
    fresh_block = malloc(4096);
}
#endif

static void *parse_row(void)
{
    return malloc(ROW_BYTES);
}

// Inlined where the compiler may.
static void *new_cell(size_t size)
{
    return calloc(1, size);
}

__attribute__((noinline)) static void load_rows(void)
{
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = parse_row();
    }
}

__attribute__((noinline)) static void load_cells(void)
{
    for (size_t i = 0; i < CELLS; i++) {
        cells[i] = new_cell(48 + i);
    }
}

#if !defined(GONE)
__attribute__((noinline)) static void old_table(void)
{
    nodes[node_count++] = malloc(7000);
}
#endif

// Another depth in another build: recursion is one function all the same.
__attribute__((noinline)) static size_t build_tree(size_t depth)
{
    if (depth == 0) {
        nodes[node_count++] = malloc(512);
        return 1;
    }
    return 1 + build_tree(depth - 1);
}

int main(void)
{
#if defined(FRESH)
    fresh_cache();
#endif
    load_rows();
    load_cells();
#if !defined(GONE)
    old_table();
#endif
    return build_tree(DEPTH) == DEPTH + 1 ? 0 : 1;
}
