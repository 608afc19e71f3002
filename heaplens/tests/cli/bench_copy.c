// SPDX-License-Identifier: MIT
// Another program of benchmarks, at three sizes: what has no counterpart on the other side.
#include <heaplens/bench.h>

#include <stdlib.h>
#include <string.h>

static void copy_text(heaplens_bench *b)
{
    const uint64_t size = heaplens_bench_size(b);
    char *const text = calloc(size + 1, 1);
    memset(text, 'x', size);
    HEAPLENS_BENCH_LOOP(b)
    {
        char *const copy = strdup(text);
        heaplens_keep(copy);
        free(copy);
    }
    heaplens_bench_bytes(b, size);
    free(text);
}

HEAPLENS_BENCH_MAIN({.name = "copy", .run = copy_text, HEAPLENS_SIZES(16, 1024, 65536)})
