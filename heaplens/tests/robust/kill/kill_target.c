// SPDX-License-Identifier: MIT
// Allocates and frees from several threads and many call stacks until it is killed, and keeps count
// in a file that is mapped shared: what was begun before each call, and what was done after it. What
// a profile says must lie between the two, at whichever instruction the program died.
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOTS = 256, DEPTH = 9, SIZE_MOST = 2048, THREADS_MOST = 8 };

// kill_campaign.py reads it: 8 words of 64 bits.
typedef struct counts {
    _Atomic int64_t bytes_begun;
    _Atomic int64_t bytes_done;
    _Atomic int64_t blocks_begun;
    _Atomic int64_t blocks_done;
    _Atomic int64_t live_most;   // live bytes, if what was begun has happened and frees have not
    _Atomic int64_t live_least;  // the other way around
    _Atomic int64_t peak_most;   // the largest that each has been
    _Atomic int64_t peak_least;
} counts;

static counts *count;
static pthread_barrier_t all_there;

static void raise_to(_Atomic int64_t *peak, int64_t value)
{
    int64_t was = atomic_load(peak);
    while (value > was && !atomic_compare_exchange_weak(peak, &was, value)) {
    }
}

static void grow(_Atomic int64_t *live, _Atomic int64_t *peak, int64_t bytes)
{
    raise_to(peak, atomic_fetch_add(live, bytes) + bytes);
}

// Before a call that requests `size` bytes in place of `old`, and after it.
static void begin(int64_t size, int64_t old)
{
    atomic_fetch_add(&count->bytes_begun, size);
    atomic_fetch_add(&count->blocks_begun, 1);
    if (size > old) {
        grow(&count->live_most, &count->peak_most, size - old);
    } else {
        atomic_fetch_add(&count->live_least, size - old);
    }
}

static void end(int64_t size, int64_t old)
{
    atomic_fetch_add(&count->bytes_done, size);
    atomic_fetch_add(&count->blocks_done, 1);
    if (size > old) {
        grow(&count->live_least, &count->peak_least, size - old);
    } else {
        atomic_fetch_add(&count->live_most, size - old);
    }
}

typedef struct slot {
    unsigned char *block;
    int64_t size;
} slot;

static void work_on(slot *at, uint64_t random)
{
    const int64_t size = (int64_t)(random >> 40) % SIZE_MOST + 1;
    if (at->block == NULL || random % 3 == 0) {
        begin(size, at->size);
        at->block = realloc(at->block, (size_t)size);
        end(size, at->size);
        at->block[0] = 1;
        at->size = size;
        return;
    }
    atomic_fetch_sub(&count->live_least, at->size);
    free(at->block);
    atomic_fetch_sub(&count->live_most, at->size);
    *at = (slot){NULL, 0};
}

static void churn_left(slot *at, uint64_t random, unsigned depth);

static volatile unsigned turns;  // no call is the last thing that a function does

// The path through the two functions is the call stack: 2^DEPTH of them.
__attribute__((noinline)) static void churn_right(slot *at, uint64_t random, unsigned depth)
{
    if (depth == 0) {
        work_on(at, random);
    } else if ((random >> depth & 1) != 0) {
        churn_left(at, random, depth - 1);
    } else {
        churn_right(at, random, depth - 1);
    }
    turns = 1;
}

__attribute__((noinline)) static void churn_left(slot *at, uint64_t random, unsigned depth)
{
    if (depth == 0) {
        work_on(at, random);
    } else if ((random >> depth & 1) != 0) {
        churn_right(at, random, depth - 1);
    } else {
        churn_left(at, random, depth - 1);
    }
    turns = 2;
}

static void *run_thread(void *argument)
{
    slot slots[SLOTS] = {{NULL, 0}};
    uint64_t state = *(const uint64_t *)argument;
    (void)pthread_barrier_wait(&all_there);
    for (;;) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        churn_left(&slots[state >> 20 & (SLOTS - 1)], state >> 11, DEPTH);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static uint64_t seeds[THREADS_MOST];
    if (argc != 3) {
        return 2;
    }
    const int fd = open(argv[1], O_RDWR | O_CLOEXEC);
    void *const shared =
        fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    const unsigned threads = (unsigned)strtoul(argv[2], NULL, 10);
    if (shared == MAP_FAILED || threads > THREADS_MOST ||
        pthread_barrier_init(&all_there, NULL, threads) != 0) {
        return 1;
    }
    count = shared;
    for (unsigned i = 0; i < threads; i++) {
        pthread_t thread;
        seeds[i] = i + 1;
        if (i > 0 && pthread_create(&thread, NULL, run_thread, &seeds[i]) != 0) {
            return 1;
        }
    }
    (void)run_thread(&seeds[0]);
    return 0;
}
