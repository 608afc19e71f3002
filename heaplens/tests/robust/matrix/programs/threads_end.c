// SPDX-License-Identifier: MIT
// Threads begin and end while others allocate; some blocks are freed by the next generation, and
// a destructor of thread-specific data allocates when its thread is nearly gone.
#include "keep.h"

#include <pthread.h>
#include <stdint.h>

enum { GENERATIONS = 50, THREADS = 4, BLOCKS = 100, BYTES = 24 };

static pthread_key_t key;
static void *left_behind[THREADS];

NOT_INLINED static void allocate_in_destructor(void *value)
{
    (void)value;
    free(keep(malloc(8)));
}

NOT_INLINED static void *allocate_in_thread(void *argument)
{
    const size_t self = (size_t)(uintptr_t)argument;
    (void)pthread_setspecific(key, left_behind);
    free(left_behind[self]);
    for (int i = 0; i < BLOCKS - 1; i++) {
        free(keep(malloc(BYTES)));
    }
    left_behind[self] = malloc(BYTES);
    return NULL;
}

int main(void)
{
    if (pthread_key_create(&key, allocate_in_destructor) != 0) {
        return 1;
    }
    for (int g = 0; g < GENERATIONS; g++) {
        pthread_t threads[THREADS];
        for (size_t t = 0; t < THREADS; t++) {
            if (pthread_create(&threads[t], NULL, allocate_in_thread, (void *)(uintptr_t)t) != 0) {
                return 1;
            }
        }
        for (size_t t = 0; t < THREADS; t++) {
            (void)pthread_join(threads[t], NULL);
        }
    }
    say("done\n");
    return 0;
}
