// SPDX-License-Identifier: MIT
// Forks again and again while four threads allocate from ever new call stacks, so that each child
// is made in the middle of something; the children allocate, and fork once more.
#include "keep.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>

enum { THREADS = 4, CHILDREN = 60, DEPTH = 13 };

static _Atomic bool is_over;

NOT_INLINED static void go_left(uint64_t path, unsigned depth);

NOT_INLINED static void go_right(uint64_t path, unsigned depth)
{
    if (depth == 0) {
        free(keep(malloc(8)));
    } else if ((path >> depth & 1) != 0) {
        go_left(path, depth - 1);
    } else {
        go_right(path, depth - 1);
    }
    atomic_signal_fence(memory_order_seq_cst);
}

NOT_INLINED static void go_left(uint64_t path, unsigned depth)
{
    if (depth == 0) {
        free(keep(malloc(9)));
    } else if ((path >> depth & 1) != 0) {
        go_right(path, depth - 1);
    } else {
        go_left(path, depth - 1);
    }
    atomic_signal_fence(memory_order_seq_cst);
}

static void *walk(void *argument)
{
    uint64_t *const state = argument;
    while (!is_over) {
        *state = *state * 6364136223846793005U + 1442695040888963407U;
        go_left(*state >> 33, DEPTH);
    }
    return NULL;
}

NOT_INLINED static void allocate_in_child(void)
{
    for (int i = 0; i < 10; i++) {
        (void)keep(malloc(30));
    }
}

NOT_INLINED static void allocate_in_grandchild(void)
{
    for (int i = 0; i < 20; i++) {
        (void)keep(malloc(40));
    }
}

static int run_child(void)
{
    int status = 0;
    allocate_in_child();
    const pid_t child = fork();
    if (child == 0) {
        allocate_in_grandchild();
        _exit(0);
    }
    return waitpid(child, &status, 0) == child ? WEXITSTATUS(status) : 1;
}

int main(void)
{
    static uint64_t states[THREADS] = {1, 2, 3, 4};
    pthread_t threads[THREADS];
    bool is_good = true;
    for (size_t t = 0; t < THREADS; t++) {
        is_good = is_good && pthread_create(&threads[t], NULL, walk, &states[t]) == 0;
    }
    for (int i = 0; is_good && i < CHILDREN; i++) {
        int status = 0;
        const pid_t child = fork();
        if (child == 0) {
            _exit(run_child());
        }
        is_good = waitpid(child, &status, 0) == child && status == 0;
    }
    is_over = true;
    for (size_t t = 0; is_good && t < THREADS; t++) {
        (void)pthread_join(threads[t], NULL);
    }
    say(is_good ? "good\n" : "bad\n");
    return 0;
}
