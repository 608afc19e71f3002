// SPDX-License-Identifier: MIT
// Uses every function of the family from four threads, checks what is in the blocks, and says
// which allocator and which other interposer is there.
#include "keep.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { THREADS = 4, ROUNDS = 2000, SLOTS = 64 };

static _Atomic bool is_damaged;

static void check(const unsigned char *block, size_t size, unsigned char mark)
{
    if (size > 0 && (block[0] != mark || block[size - 1] != mark)) {
        is_damaged = true;
    }
}

static void *make(unsigned kind, size_t size)
{
    void *block = NULL;
    switch (kind % 5) {
    case 0: return malloc(size);
    case 1: return calloc(size, 1);
    case 2: return posix_memalign(&block, 64, size) == 0 ? block : NULL;
    case 3: return aligned_alloc(32, size);
    default: return memalign(128, size);
    }
}

NOT_INLINED static void *churn_all(void *argument)
{
    unsigned char *blocks[SLOTS] = {NULL};
    size_t sizes[SLOTS] = {0};
    unsigned state = (unsigned)(uintptr_t)argument;
    for (unsigned i = 0; i < ROUNDS; i++) {
        state = state * 1103515245U + 12345U;
        const unsigned slot = state >> 16U & (SLOTS - 1);
        const size_t size = (state >> 8U & 1023U) * 32U;
        const unsigned char mark = (unsigned char)(slot + 1);
        if (blocks[slot] != NULL) {
            check(blocks[slot], sizes[slot], mark);
            if (malloc_usable_size(blocks[slot]) < sizes[slot]) {
                is_damaged = true;
            }
        }
        free(blocks[slot]);
        blocks[slot] = make(i, size + 32);
        blocks[slot] = realloc(blocks[slot], size + 64);
        sizes[slot] = size + 64;
        memset(blocks[slot], mark, sizes[slot]);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        check(blocks[i], sizes[i], (unsigned char)(i + 1));
        free(blocks[i]);
    }
    return NULL;
}

static const char *allocator(void)
{
    static const char *const marks[][2] = {
        {"mallctl", "jemalloc"},
        {"mi_version", "mimalloc"},
        {"tc_version", "tcmalloc"},
    };
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (dlsym(RTLD_DEFAULT, marks[i][0]) != NULL) {
            return marks[i][1];
        }
    }
    return "the C library's";
}

int main(void)
{
    pthread_t threads[THREADS];
    for (size_t t = 0; t < THREADS; t++) {
        if (pthread_create(&threads[t], NULL, churn_all, (void *)(uintptr_t)(t + 1)) != 0) {
            return 1;
        }
    }
    for (size_t t = 0; t < THREADS; t++) {
        (void)pthread_join(threads[t], NULL);
    }
    const bool has_interposer = dlsym(RTLD_DEFAULT, "interposed_count") != NULL;
    (void)printf("%s allocator%s, blocks %s\n", allocator(),
                 has_interposer ? " behind another interposer" : "",
                 is_damaged ? "damaged" : "whole");
    return is_damaged ? 1 : 0;
}
