// SPDX-License-Identifier: MIT
// Bounds for any number of threads, and for one thread exact peaks by the plainest means: at each
// peak the live figures of every key are copied.
#include "random_count.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

static process_count *counts;  // PROCESSES of them
static int process;            // whose figures count

bool map_counts(const char *path)
{
    const int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    void *const shared =
        mmap(NULL, PROCESSES * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    (void)close(file);
    counts = shared != MAP_FAILED ? shared : NULL;
    return counts != NULL;
}

void count_as(int which, int64_t threads)
{
    process = which;
    own_count()->pid = getpid();
    own_count()->threads = threads;
}

int counted_as(void)
{
    return process;
}

process_count *own_count(void)
{
    return &counts[process];
}

bool is_alone(void)
{
    return own_count()->threads == 1;
}

static void raise_to(_Atomic int64_t *peak, int64_t value)
{
    int64_t was = atomic_load(peak);
    while (value > was && !atomic_compare_exchange_weak(peak, &was, value)) {
    }
}

void expect_growth(key_count *key, int64_t bytes)
{
    process_count *const own = own_count();
    raise_to(&key->peak_most, atomic_fetch_add(&key->most, bytes) + bytes);
    raise_to(&own->peak_most, atomic_fetch_add(&own->most, bytes) + bytes);
}

void expect_loss(key_count *key, int64_t bytes)
{
    atomic_fetch_sub(&key->least, bytes);
    atomic_fetch_sub(&own_count()->least, bytes);
}

static void copy_live(process_count *own)
{
    key_count *const keys = &own->keys[0][0][0];
    for (size_t i = 0; i < sizeof own->keys / sizeof *keys; i++) {
        keys[i].bytes_gmax = keys[i].least;
        keys[i].blocks_gmax = keys[i].blocks;
    }
}

// Of equal peaks the last that an allocation reached counts, for the process and for a key. The end of
// an empty block makes no other moment.
static void note_exact_peaks(key_count *key)
{
    process_count *const own = own_count();
    if (key->least >= key->peak_least) {
        key->blocks_own_peak = key->blocks;
    }
    if (own->least >= own->peak_least) {
        copy_live(own);
    }
}

void confirm_growth(key_count *key, int64_t bytes)
{
    process_count *const own = own_count();
    const int64_t live_key = atomic_fetch_add(&key->least, bytes) + bytes;
    const int64_t live = atomic_fetch_add(&own->least, bytes) + bytes;
    if (is_alone()) {
        note_exact_peaks(key);
    }
    raise_to(&key->peak_least, live_key);
    raise_to(&own->peak_least, live);
}

void confirm_loss(key_count *key, int64_t bytes)
{
    atomic_fetch_sub(&key->most, bytes);
    atomic_fetch_sub(&own_count()->most, bytes);
}

void count_request(key_count *key, int64_t bytes)
{
    atomic_fetch_add(&key->bytes_total, bytes);
    atomic_fetch_add(&key->blocks_total, 1);
    raise_to(&own_count()->largest, bytes);
    if (is_alone()) {
        own_count()->clock += bytes;
        key->zero += bytes == 0;
    }
}
