// SPDX-License-Identifier: MIT
// Scopes of threads that run side by side, inside a scope of the whole process.
#include <heaplens/heaplens.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 2 };

typedef struct worker {
    size_t blocks;  // to allocate
    heaplens_usage usage;
} worker;

static void *work(void *argument)
{
    worker *const self = argument;
    heaplens_scope scope = heaplens_scope_begin("worker");
    for (size_t i = 0; i < self->blocks; i++) {
        void *const volatile block = malloc(1000);
        free(block);
    }
    self->usage = heaplens_scope_end(&scope);
    return NULL;
}

static void show(const char *who, const heaplens_usage *usage)
{
    (void)printf("%-9s %6llu bytes in %3llu blocks, %4llu at the peak\n", who,
                 (unsigned long long)usage->bytes_total, (unsigned long long)usage->blocks_total,
                 (unsigned long long)usage->bytes_peak);
}

int main(void)
{
    worker workers[WORKERS] = {{.blocks = 10}, {.blocks = 100}};
    pthread_t threads[WORKERS];
    if (heaplens_start(NULL) != HEAPLENS_OK) {
        return EXIT_FAILURE;
    }
    heaplens_scope both = heaplens_scope_begin_process("both workers");
    for (size_t i = 0; i < WORKERS; i++) {
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0) {
            return EXIT_FAILURE;
        }
    }
    for (size_t i = 0; i < WORKERS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    const heaplens_usage all = heaplens_scope_end(&both);
    show("worker 1", &workers[0].usage);
    show("worker 2", &workers[1].usage);
    // More than the sum: pthread_create() allocates too.
    show("process", &all);
    return all.status == HEAPLENS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
