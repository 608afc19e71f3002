// SPDX-License-Identifier: MIT
// A program whose time and heap are its arguments'.
//
//     compare_target SPINS BLOCKS [vary]     vary: one block more or less, by lot
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void *volatile kept;

static uint64_t spin(uint64_t count)
{
    uint64_t state = count;
    for (uint64_t i = 0; i < count; i++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
    }
    return state;
}

__attribute__((noinline)) static void allocate_rows(unsigned long count)
{
    for (unsigned long i = 0; i < count; i++) {
        kept = malloc(100);
        free(kept);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        return 2;
    }
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    const unsigned long more =
        argc > 3 && strcmp(argv[3], "vary") == 0 ? (unsigned long)now.tv_nsec / 64 % 7 : 0;
    const uint64_t result = spin(strtoull(argv[1], NULL, 10));
    allocate_rows(strtoul(argv[2], NULL, 10) + more);
    return printf("%llu\n", (unsigned long long)result) < 0;
}
