// SPDX-License-Identifier: MIT
// A program of benchmarks, one of which takes about a millisecond an iteration.
//
//     env COMPARE_BENCH=slower compare_bench     5 % more work
//     env COMPARE_BENCH=more compare_bench       one more block an iteration
#include <heaplens/bench.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint64_t spins = 400000;
static unsigned blocks = 3;

static uint64_t spin(uint64_t count)
{
    uint64_t state = count;
    for (uint64_t i = 0; i < count; i++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
    }
    return state;
}

__attribute__((noinline)) static void allocate_rows(void)
{
    for (unsigned i = 0; i < blocks; i++) {
        void *const row = malloc(100);
        heaplens_keep(&row);
        free(row);
    }
}

static void work(heaplens_bench *b)
{
    HEAPLENS_BENCH_LOOP(b)
    {
        const uint64_t result = spin(spins);
        heaplens_keep(&result);
        allocate_rows();
    }
}

int main(int argc, char **argv)
{
    static const heaplens_benchmark benchmarks[] = {{.name = "work", .run = work}};
    const char *const change =
        getenv("COMPARE_BENCH");  // NOLINT(concurrency-mt-unsafe): one thread
    if (change != NULL && strcmp(change, "slower") == 0) {
        spins += spins / 20;
    } else if (change != NULL && strcmp(change, "more") == 0) {
        blocks++;
    }
    const heaplens_bench_program program = {.argc = argc,
                                            .argv = argv,
                                            .benchmarks = benchmarks,
                                            .count = 1,
                                            .out = stdout,
                                            .errors = stderr};
    return heaplens_bench_main(&program);
}
