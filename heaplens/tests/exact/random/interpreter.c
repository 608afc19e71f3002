// SPDX-License-Identifier: MIT
// Runs a script of allocations and counts, on its own, what a profiler should say of them.
//
//     interpreter SCRIPT
//
// A line of the script is one of
//
//     a SLOT SITE KIND SIZE    allocate by way of site_SITE
//     r SLOT SIZE              reallocate; to 0 frees
//     f SLOT                   free; an empty slot is free(NULL)
//
// The count is the plainest possible: at each peak every site's live figures are copied. It comes
// out as lines "SITE KIND" and four pairs "bytes blocks": total, t-gmax, t-end, own peak. Nothing
// here but the script allocates: no stdio, static arrays. Each block is filled as far as
// malloc_usable_size() allows, and what was asked for is checked when it goes or moves.
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SITE_COUNT = 6, KIND_COUNT = 7, SLOT_COUNT = 256, SCRIPT_BYTES_MAX = 1 << 20 };

typedef struct pair {
    uint64_t bytes;
    uint64_t blocks;
} pair;

typedef struct count {
    pair total;
    pair live;
    pair at_gmax;
    pair own_peak;
} count;

typedef struct block {
    unsigned char *data;  // NULL: the slot is empty
    size_t size;          // as asked for
    count *owner;         // the site that made it
} block;

static count counts[SITE_COUNT][KIND_COUNT];
static block slots[SLOT_COUNT];
static uint64_t live_bytes;
static uint64_t peak_bytes;
static char script[SCRIPT_BYTES_MAX + 1];

static void *take(size_t kind, size_t size)
{
    void *data = NULL;
    switch (kind) {
    case 0: data = malloc(size); break;                       // @k0
    case 1: data = calloc(1, size); break;                    // @k1
    case 2: data = aligned_alloc(64, size); break;            // @k2
    case 3: errno = posix_memalign(&data, 512, size); break;  // @k3
    case 4: data = realloc(NULL, size); break;                // @k4
    case 5: data = reallocarray(NULL, size, 1); break;        // @k5
    case 6: data = memalign(4096, size); break;               // @k6
    default: break;
    }
    return data;
}

// Six functions that differ in name and line only. No two may be folded into one.
#define SITE(n)                                     \
    static void *site_##n(size_t kind, size_t size) \
    {                                               \
        void *data = take(kind, size);              \
        return data;                                \
    }
SITE(0)  // @s0
SITE(1)  // @s1
SITE(2)  // @s2
SITE(3)  // @s3
SITE(4)  // @s4
SITE(5)  // @s5

static void *(*const volatile sites[SITE_COUNT])(size_t, size_t) = {site_0, site_1, site_2,
                                                                    site_3, site_4, site_5};

static void fail(const char *what)
{
    (void)!write(STDERR_FILENO, what, strlen(what));
    _exit(1);
}

// A peak that equals an earlier one replaces it, for the program and for a site.
static void count_growth(count *owner)
{
    if (owner->live.bytes >= owner->own_peak.bytes) {
        owner->own_peak = owner->live;
    }
    if (live_bytes < peak_bytes) {
        return;
    }
    peak_bytes = live_bytes;
    for (size_t s = 0; s < SITE_COUNT; s++) {
        for (size_t k = 0; k < KIND_COUNT; k++) {
            counts[s][k].at_gmax = counts[s][k].live;
        }
    }
}

static void count_new(count *owner, size_t size)
{
    owner->total.bytes += size;
    owner->total.blocks++;
    owner->live.bytes += size;
    owner->live.blocks++;
    live_bytes += size;
    count_growth(owner);
}

static void count_resized(count *owner, size_t from, size_t to)
{
    owner->total.bytes += to;
    owner->total.blocks++;
    owner->live.bytes += to - from;
    live_bytes += to - from;
    count_growth(owner);
}

static void count_gone(count *owner, size_t size)
{
    owner->live.bytes -= size;
    owner->live.blocks--;
    live_bytes -= size;
}

static unsigned char pattern_of(const block *b)
{
    return (unsigned char)((size_t)(b - slots) * 31 + b->size * 7 + 1);
}

static void fill(const block *b)
{
    const size_t usable = malloc_usable_size(b->data);
    if (usable < b->size) {
        fail("malloc_usable_size is less than what was asked for\n");
    }
    memset(b->data, pattern_of(b), usable);
}

static void verify(const unsigned char *data, size_t size, unsigned char pattern)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] != pattern) {
            fail("a block does not hold what was written to it\n");
        }
    }
}

static void drop(block *b)
{
    if (b->data != NULL) {
        verify(b->data, b->size, pattern_of(b));
        count_gone(b->owner, b->size);
    }
    free(b->data);
    b->data = NULL;
}

static void allocate(block *b, size_t site, size_t kind, size_t size)
{
    drop(b);
    b->data = sites[site](kind, size);  // @call
    if (b->data == NULL) {
        fail("an allocation failed\n");
    }
    b->size = size;
    b->owner = &counts[site][kind];
    count_new(b->owner, size);
    fill(b);
}

static void resize(block *b, size_t size)
{
    if (b->data == NULL) {
        return;
    }
    const unsigned char pattern = pattern_of(b);
    verify(b->data, b->size, pattern);
    unsigned char *moved = realloc(b->data, size);
    if (size == 0) {
        count_gone(b->owner, b->size);
        b->data = NULL;
        return;
    }
    if (moved == NULL) {
        fail("a reallocation failed\n");
    }
    verify(moved, size < b->size ? size : b->size, pattern);
    count_resized(b->owner, b->size, size);
    b->data = moved;
    b->size = size;
    fill(b);
}

static void read_script(const char *path)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    for (ssize_t got = 1; file >= 0 && got > 0 && used < SCRIPT_BYTES_MAX; used += (size_t)got) {
        got = read(file, script + used, SCRIPT_BYTES_MAX - used);
        if (got < 0) {
            fail("the script cannot be read\n");
        }
    }
    if (used == 0 || used == SCRIPT_BYTES_MAX) {
        fail("the script is missing, empty or too long\n");
    }
    close(file);
}

static size_t next_number(char **at, size_t limit)
{
    const size_t number = strtoul(*at, at, 10);
    if (number >= limit) {
        fail("a number of the script is out of its range\n");
    }
    return number;
}

static void run_script(void)
{
    char *at = script;
    while (*at != '\0') {
        const char operation = *at++;
        block *b = &slots[next_number(&at, SLOT_COUNT)];
        if (operation == 'a') {
            const size_t site = next_number(&at, SITE_COUNT);
            const size_t kind = next_number(&at, KIND_COUNT);
            allocate(b, site, kind, next_number(&at, (size_t)1 << 30));  // @run
        } else if (operation == 'r') {
            resize(b, next_number(&at, (size_t)1 << 30));
        } else {
            drop(b);
        }
        at += strspn(at, " \n");
    }
}

static void print_pair(pair p)
{
    char text[64];
    const int length = snprintf(text, sizeof text, " %llu %llu", (unsigned long long)p.bytes,
                                (unsigned long long)p.blocks);
    (void)!write(STDOUT_FILENO, text, (size_t)length);
}

static void print_counts(void)
{
    for (size_t s = 0; s < SITE_COUNT; s++) {
        for (size_t k = 0; k < KIND_COUNT; k++) {
            const char names[] = {(char)('0' + s), ' ', (char)('0' + k)};
            (void)!write(STDOUT_FILENO, names, sizeof names);
            print_pair(counts[s][k].total);
            print_pair(counts[s][k].at_gmax);
            print_pair(counts[s][k].live);
            print_pair(counts[s][k].own_peak);
            (void)!write(STDOUT_FILENO, "\n", 1);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fail("usage: interpreter SCRIPT\n");
    }
    read_script(argv[1]);
    run_script();  // @main
    print_counts();
    return 0;
}
