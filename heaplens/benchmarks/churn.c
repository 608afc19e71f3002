// SPDX-License-Identifier: MIT
// The malloc-only micro-benchmark: pairs of malloc and free under call stacks of a given depth,
// from 66 distinct call paths, and nothing else. With more than one thread, one block in eight is
// freed by the next thread, as in a program that hands work over, or one in HANDOVER (0: none, so that
// the threads have nothing in common but the allocator).
//
//   churn PAIRS THREADS DEPTH [HANDOVER]
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    WINDOW = 512,  // blocks that a thread keeps at a time
    HANDOVER = 8,  // one block in so many goes to the next thread
    THREADS_MAX = 64,
};

// Two cache lines each: no thread writes where another reads, but into its inbox.
typedef struct worker {
    _Alignas(128) pthread_t thread;
    size_t pairs;
    size_t handover;  // 0: none
    unsigned depth;
    uint64_t random;
    _Atomic(void *) inbox;  // a block from the previous thread, or NULL
    struct worker *next;
} worker;

static uint32_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*state >> 33);
}

// Eleven leaf functions and six ways down: 66 paths. `used` after the call keeps every frame.
#define LEAF(n)                                                  \
    __attribute__((noinline)) static void *leaf_##n(size_t size) \
    {                                                            \
        void *volatile block = malloc(size);                     \
        return block;                                            \
    }
// clang-format takes a row of these for the start of a declaration.
// clang-format off
LEAF(0) LEAF(1) LEAF(2) LEAF(3) LEAF(4) LEAF(5) LEAF(6) LEAF(7) LEAF(8) LEAF(9) LEAF(10)
    // clang-format on

    static void *(*const leaves[])(size_t) = {leaf_0, leaf_1, leaf_2, leaf_3, leaf_4, leaf_5,
                                              leaf_6, leaf_7, leaf_8, leaf_9, leaf_10};

#define WAY(n)                                                                                   \
    __attribute__((noinline)) static void *way_##n(unsigned depth, unsigned leaf, size_t size)   \
    {                                                                                            \
        void *volatile block = depth == 0 ? leaves[leaf](size) : way_##n(depth - 1, leaf, size); \
        return block;                                                                            \
    }
// clang-format off
WAY(0) WAY(1) WAY(2) WAY(3) WAY(4) WAY(5)
    // clang-format on

    static void *(*const ways[])(unsigned, unsigned, size_t) = {way_0, way_1, way_2,
                                                                way_3, way_4, way_5};

static void *work(void *argument)
{
    worker *const self = argument;
    void *window[WINDOW] = {0};
    for (size_t i = 0; i < self->pairs; i++) {
        const uint32_t bits = draw(&self->random);
        const size_t size = 16 + (bits & 511U);
        void *const block = ways[(bits >> 9) % 6](self->depth, (bits >> 12) % 11, size);
        void **const slot = &window[(bits >> 16) % WINDOW];
        if (self->handover != 0 && i % self->handover == 0) {
            free(atomic_exchange_explicit(&self->next->inbox, block, memory_order_acq_rel));
            free(atomic_exchange_explicit(&self->inbox, NULL, memory_order_acq_rel));
        } else {
            free(*slot);
            *slot = block;
        }
    }
    for (size_t i = 0; i < WINDOW; i++) {
        free(window[i]);
    }
    return NULL;
}

static size_t read_number(const char *text, size_t least, size_t limit)
{
    errno = 0;
    char *end = NULL;
    const unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < least || value > limit) {
        (void)fprintf(stderr, "churn: %s is not a number from %zu to %zu\n", text, least, limit);
        exit(2);
    }
    return (size_t)value;
}

int main(int argc, char **argv)
{
    if (argc != 4 && argc != 5) {
        (void)fprintf(stderr, "usage: churn PAIRS THREADS DEPTH [HANDOVER]\n");
        return 2;
    }
    const size_t pairs = read_number(argv[1], 1, (size_t)1 << 40);
    const size_t threads = read_number(argv[2], 1, THREADS_MAX);
    const size_t depth = read_number(argv[3], 1, 1000);
    const size_t handover = argc == 5 ? read_number(argv[4], 0, (size_t)1 << 40) : HANDOVER;

    static worker workers[THREADS_MAX];
    for (size_t i = 0; i < threads; i++) {
        workers[i].pairs = pairs / threads;
        workers[i].depth = (unsigned)depth;
        workers[i].handover = threads > 1 ? handover : 0;
        workers[i].random = i + 1;
        workers[i].next = &workers[(i + 1) % threads];
    }
    for (size_t i = 1; i < threads; i++) {
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
            (void)fprintf(stderr, "churn: cannot start thread %zu\n", i);
            return 1;
        }
    }
    (void)work(&workers[0]);
    for (size_t i = 1; i < threads; i++) {
        (void)pthread_join(workers[i].thread, NULL);
    }
    for (size_t i = 0; i < threads; i++) {
        free(atomic_load(&workers[i].inbox));
    }
    return 0;
}
