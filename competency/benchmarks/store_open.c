// SPDX-License-Identifier: MIT
// What it costs to open a cache on disk that is full, all of whose pages are checked.
//
//     build/release/competency/benchmarks/bench_store_open [MIB]
//
// fills a store of MIB mebibytes, 256 if none is given, in the folder for temporary files and prints
// the milliseconds of 9 openings, the file being in the system's cache.
#define _GNU_SOURCE  // mkdtemp, clock_gettime

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <competency/cache.h>

#include "plain_embedder.h"

enum { OPENINGS = 9, TEXTS = 256, NAME_BYTES = 32, PATH_BYTES = 256 };

static void fail(const char *what)
{
    (void)fprintf(stderr, "bench_store_open: %s\n", what);
    exit(1);  // NOLINT(concurrency-mt-unsafe): one thread
}

static double now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static competency_store *open_store(const char *path, uint64_t bytes_max)
{
    competency_store_options options = COMPETENCY_STORE_OPTIONS_INIT;
    options.bytes_max = bytes_max;
    competency_store *store = NULL;
    competency_error err = {0};
    if (competency_store_open(&store, path, &options, &err) != COMPETENCY_OK) {
        fail(err.message);
    }
    return store;
}

// Names enough for the first generation to have been dropped once.
static void fill(competency_store *store, uint64_t bytes_max)
{
    static float out[TEXTS * PLAIN_DIMENSION];
    static char names[TEXTS][NAME_BYTES];
    const char *texts[TEXTS];
    const competency_embedder inner = plain_embedder();
    competency_embedder stored;
    if (competency_store_embedder(&stored, store, &inner, "bench", NULL) != COMPETENCY_OK) {
        fail("no memory");
    }
    const uint64_t count = bytes_max / (PLAIN_DIMENSION * sizeof(float));
    for (uint64_t done = 0; done < count; done += TEXTS) {
        for (size_t i = 0; i < TEXTS; i++) {
            (void)snprintf(names[i], NAME_BYTES, "name %llu", (unsigned long long)done + i);
            texts[i] = names[i];
        }
        if (stored.embed(stored.self, out, texts, TEXTS, NULL) != COMPETENCY_OK) {
            fail("a name failed");
        }
    }
    competency_embedder_destroy(&stored);
}

static int compare(const void *a, const void *b)
{
    const double left = *(const double *)a;
    const double right = *(const double *)b;
    return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
    const uint64_t bytes_max = (argc > 1 ? strtoull(argv[1], NULL, 10) : 256) << 20;
    const char *const parent = getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): one thread
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/bench-store-XXXXXX", parent == NULL ? "/tmp" : parent);
    if (mkdtemp(path) == NULL) {
        fail("no folder for temporary files");
    }
    competency_store *store = open_store(path, bytes_max);
    fill(store, bytes_max);
    competency_store_info info;
    if (competency_store_describe(store, &info, NULL) != COMPETENCY_OK) {
        fail("it cannot be described");
    }
    const uint64_t entries = info.entries;
    const uint64_t bytes = info.bytes;
    double times[OPENINGS];
    for (size_t i = 0; i < OPENINGS; i++) {
        competency_store_close(store);
        const double start = now_ms();
        store = open_store(path, bytes_max);
        times[i] = now_ms() - start;
    }
    competency_store_close(store);
    qsort(times, OPENINGS, sizeof(times[0]), compare);
    (void)printf("%llu entries, %.1f MiB in use: opened in %.2f ms (%.2f to %.2f)\n",
                 (unsigned long long)entries, (double)bytes / (1 << 20), times[OPENINGS / 2],
                 times[0], times[OPENINGS - 1]);
    if (competency_store_remove(path, NULL) != COMPETENCY_OK || rmdir(path) != 0) {
        fail("the folder stays");
    }
    return 0;
}
