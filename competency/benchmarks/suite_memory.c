// SPDX-License-Identifier: MIT
#include "suite_memory.h"

#include <heaplens/optional.h>  // before the other

#include <heaplens/bench.h>
#include <stdlib.h>
#include <string.h>

static bool has_begun;
static double private_before;
static double live_before;

// A line "KEY   NUMBER kB" of a file of /proc, in bytes; 0 if it is not there.
static double read_line(const char *path, const char *key)
{
    char line[256];
    double bytes = 0;
    const size_t length = strlen(key);
    FILE *const file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, length) == 0) {
            bytes = 1024 * (double)strtoull(line + length, NULL, 10);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return bytes;
}

static double read_private_bytes(void)
{
    return read_line("/proc/self/smaps_rollup", "Anonymous:");
}

static double read_live_bytes(void)
{
    heaplens_totals totals;
    return heaplens_totals_read(&totals) == HEAPLENS_OK ? (double)totals.bytes_live : 0;
}

// The harness turns the recorder off while it takes times.
static void record_again(void)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    if (getenv("SUITE_LIVE_BYTES") != NULL && &heaplens_mode_set != NULL) {
        (void)!heaplens_mode_set(HEAPLENS_MODE_FULL, 0);
    }
}

void suite_memory_begin(void)
{
    if (!has_begun) {
        has_begun = true;
        record_again();
        private_before = read_private_bytes();
        live_before = read_live_bytes();
    }
}

void suite_memory_at_most(heaplens_bench *b)
{
    const double live = read_live_bytes();
    heaplens_bench_value(b, "private bytes", read_private_bytes() - private_before);
    heaplens_bench_value(b, "resident bytes", read_line("/proc/self/status", "VmHWM:"));
    if (live > live_before) {
        heaplens_bench_value(b, "live bytes", live - live_before);
    }
}
