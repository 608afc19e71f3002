// SPDX-License-Identifier: MIT
// A benchmark in ten lines.
#include "join.h"
#include <heaplens/bench.h>
#include <stdlib.h>

static void bench_join(heaplens_bench *b)
{
    HEAPLENS_BENCH_LOOP(b)
    {
        char *const text = join("word ", heaplens_bench_size(b));
        heaplens_keep(text);
        free(text);
    }
}

HEAPLENS_BENCH_MAIN({.name = "join", .run = bench_join, HEAPLENS_SIZES(10, 100, 1000)})
