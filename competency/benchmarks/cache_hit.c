// SPDX-License-Identifier: MIT
// What a known name costs, beside a plain hash table that never forgets.
//
//     build/release/competency/benchmarks/bench_cache_hit [NAMES]
//
// prints nanoseconds of processor time for one known name of a memory cache, asked for one at a time and 64 at a
// time, and for the same look-ups in the C library's table (hsearch_r) with a copy of the vector.
// The two alternate; the figure is the median of the repetitions. Names are asked for in an order
// that no cache of the processor can guess.
#define _GNU_SOURCE  // hsearch_r, clock_gettime

#include <search.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <competency/cache.h>

#include "plain_embedder.h"

enum {
    NAMES = 2000,  // distinct ones, if none is given
    NAME_BYTES = 40,
    LOOKUPS = 100000,  // of one repetition
    REPETITIONS = 15,
    BATCH = 64,
};

typedef struct bench {
    size_t count;
    char (*names)[NAME_BYTES];
    const char **asked;  // (LOOKUPS) in the order of asking
    float *vectors;      // (count, PLAIN_DIMENSION) of the plain table
    struct hsearch_data table;
    competency_embedder cache;
    float out[BATCH * PLAIN_DIMENSION];
} bench;

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench_cache_hit: %s\n", what);
    exit(1);  // NOLINT(concurrency-mt-unsafe): one thread
}

// The thread's own time: what else runs on the machine counts as little as it can.
static double now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void set_up(bench *b, size_t count)
{
    static const char *const kinds[] = {"analysis", "management", "design", "maintenance", "sales"};
    const competency_embedder inner = plain_embedder();
    competency_memory_cache_options options = COMPETENCY_MEMORY_CACHE_OPTIONS_INIT;
    options.bytes_max = count * (PLAIN_DIMENSION * sizeof(float) + 256);
    b->count = count;
    b->names = calloc(count, sizeof(*b->names));
    b->asked = calloc(LOOKUPS, sizeof(*b->asked));
    b->vectors = calloc(count, PLAIN_DIMENSION * sizeof(float));
    if (b->names == NULL || b->asked == NULL || b->vectors == NULL ||
        hcreate_r(2 * count, &b->table) == 0 ||
        competency_memory_cache_create(&b->cache, &inner, &options, NULL) != COMPETENCY_OK) {
        fail("no memory");
    }
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(b->names[i], NAME_BYTES, "%s of product %zu", kinds[i % 5], i);
        const char *const name = b->names[i];
        ENTRY *found = NULL;
        const ENTRY entry = {.key = b->names[i], .data = b->vectors + i * PLAIN_DIMENSION};
        if (inner.embed(NULL, b->vectors + i * PLAIN_DIMENSION, &name, 1, NULL) != COMPETENCY_OK ||
            b->cache.embed(b->cache.self, b->out, &name, 1, NULL) != COMPETENCY_OK ||
            hsearch_r(entry, ENTER, &found, &b->table) == 0) {
            fail("a name could not be remembered");
        }
    }
    uint64_t seed = 20261126;
    for (size_t i = 0; i < LOOKUPS; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        b->asked[i] = b->names[(seed >> 33) % count];
    }
}

static void tear_down(bench *b)
{
    competency_embedder_destroy(&b->cache);
    hdestroy_r(&b->table);
    free(b->names);
    free(b->asked);
    free(b->vectors);
}

static double time_cache(bench *b, size_t batch)
{
    const double start = now_ns();
    for (size_t i = 0; i + batch <= LOOKUPS; i += batch) {
        if (b->cache.embed(b->cache.self, b->out, b->asked + i, batch, NULL) != COMPETENCY_OK) {
            fail("a known name failed");
        }
    }
    return (now_ns() - start) / (double)(LOOKUPS - LOOKUPS % batch);
}

static double time_plain(bench *b)
{
    const double start = now_ns();
    for (size_t i = 0; i < LOOKUPS; i++) {
        // hsearch_r takes a key that it could change, and does not.
        char key[NAME_BYTES];
        memcpy(key, b->asked[i], NAME_BYTES);
        ENTRY *found = NULL;
        if (hsearch_r((ENTRY){.key = key}, FIND, &found, &b->table) == 0) {
            fail("a known name is not in the plain table");
        }
        memcpy(b->out, found->data, PLAIN_DIMENSION * sizeof(float));
    }
    return (now_ns() - start) / LOOKUPS;
}

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a;
    const double right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values)
{
    qsort(values, REPETITIONS, sizeof(*values), compare);
    return values[REPETITIONS / 2];
}

int main(int argc, char **argv)
{
    static bench b;
    const size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : NAMES;
    if (count == 0 || count > 1000000) {
        fail("usage: bench_cache_hit [NAMES], 1 to 1,000,000");
    }
    double one[REPETITIONS];
    double many[REPETITIONS];
    double plain[REPETITIONS];
    set_up(&b, count);
    for (size_t i = 0; i < REPETITIONS; i++) {
        one[i] = time_cache(&b, 1);
        plain[i] = time_plain(&b);
        many[i] = time_cache(&b, BATCH);
    }
    competency_cache_usage usage;
    competency_memory_cache_usage(&b.cache, &usage);
    const double single = median(one);
    const double batched = median(many);
    const double beside = median(plain);
    (void)printf("%zu names of %d numbers, a known one:\n"
                 "  memory cache, one a call   %7.1f ns   %5.2f of the plain table\n"
                 "  memory cache, %d a call    %7.1f ns   %5.2f\n"
                 "  plain table (hsearch_r)    %7.1f ns\n",
                 usage.entries, PLAIN_DIMENSION, single, single / beside, BATCH, batched,
                 batched / beside, beside);
    tear_down(&b);
    return 0;
}
