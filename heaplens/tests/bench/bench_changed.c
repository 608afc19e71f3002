// SPDX-License-Identifier: MIT
// One benchmark in two versions: the macro EXTRA makes the one that allocates a block more.
#include <heaplens/bench.h>

#include <stdlib.h>

__attribute__((noinline)) static void add_block(size_t size)
{
    void *const block = malloc(size);
    heaplens_keep(block);
    free(block);
}

static void work(heaplens_bench *b)
{
    HEAPLENS_BENCH_LOOP(b)
    {
        add_block(64);
        if (EXTRA) {
            void *const extra = malloc(24);
            heaplens_keep(extra);
            free(extra);
        }
    }
}

HEAPLENS_BENCH_MAIN({.name = "work", .run = work})
