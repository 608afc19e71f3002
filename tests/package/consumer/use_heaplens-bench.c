// SPDX-License-Identifier: MIT
// A benchmark with the installed library: one block an iteration.
#include <heaplens/bench.h>

#include <stdlib.h>

static void allocate(heaplens_bench *b)
{
    HEAPLENS_BENCH_LOOP(b)
    {
        void *const block = malloc(10);
        heaplens_keep(block);
        free(block);
    }
}

HEAPLENS_BENCH_MAIN({.name = "allocate", .run = allocate})
