// SPDX-License-Identifier: MIT
// What scopes and pools cost, in processor time for a pair of malloc and free.
//
//     cmake --build build/release --target heaplens
//     cc -O2 -Iheaplens/include -Lbuild/release/lib heaplens/benchmarks/scope_cost.c -lheaplens
//     LD_LIBRARY_PATH=build/release/lib ./a.out
#define _POSIX_C_SOURCE 200809L

#include <heaplens/heaplens.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PAIRS = 200000, ROUNDS = 7, SIZE = 64 };

static heaplens_pool *pool;

static double now_ns(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void use_heap(void)
{
    void *const volatile block = malloc(SIZE);
    free(block);
}

static void use_pool(void)
{
    static char block[SIZE];
    (void)heaplens_pool_alloc(pool, block, SIZE);
    (void)heaplens_pool_free(pool, block);
}

// The fastest round, a pair.
static double measure(void (*work)(void))
{
    double best = 0.0;
    for (int round = 0; round < ROUNDS; round++) {
        const double start = now_ns();
        for (int i = 0; i < PAIRS; i++) {
            work();
        }
        const double elapsed = (now_ns() - start) / PAIRS;
        best = round == 0 || elapsed < best ? elapsed : best;
    }
    return best;
}

int main(void)
{
    if (heaplens_start(NULL) != HEAPLENS_OK) {
        return EXIT_FAILURE;
    }
    (void)measure(use_heap);
    printf("no scope       %6.1f ns\n", measure(use_heap));
    heaplens_scope outer = heaplens_scope_begin("outer");
    printf("one scope      %6.1f ns\n", measure(use_heap));
    heaplens_scope inner = heaplens_scope_begin("inner");
    printf("two, nested    %6.1f ns\n", measure(use_heap));
    (void)heaplens_scope_end(&inner);
    (void)heaplens_scope_end(&outer);
    heaplens_scope process = heaplens_scope_begin_process("process");
    printf("of the process %6.1f ns\n", measure(use_heap));
    (void)heaplens_scope_end(&process);
    pool = heaplens_pool_create("pool");
    printf("pool           %6.1f ns\n", measure(use_pool));
    heaplens_pool_destroy(pool);
    return EXIT_SUCCESS;
}
