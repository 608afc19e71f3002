// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_BENCH_REPORT_H
#define HEAPLENS_BENCH_BENCH_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/comparison.h"
#include "bench/estimate.h"
#include "bench/plan.h"

/**
 * @file
 * All that one run of a program of benchmarks found out. It is what the JSON document holds
 * (docs/format/bench-json.md), what a baseline is, and what every report is written from. Texts and
 * arrays are owned by the report; a text that is not there is NULL.
 */

enum {
    HEAPLENS_COUNTERS_MAX = 16,
    HEAPLENS_COUNTER_NAME_BYTES = 64,
    HEAPLENS_HARDWARE_MAX = 8,
    HEAPLENS_MEMORY_ITERATIONS_MAX = 32,
    HEAPLENS_MEMORY_SITES_MAX = 200,  // call sites kept of a case
};

/** What is known of the memory of an iteration. */
typedef enum heaplens_memory_kind {
    HEAPLENS_MEMORY_BLOCKS,         // allocations and reallocations
    HEAPLENS_MEMORY_BYTES,          // requested by them
    HEAPLENS_MEMORY_PEAK,           // most bytes that blocks of the iteration held at one time
    HEAPLENS_MEMORY_GROWTH,         // bytes allocated - bytes freed
    HEAPLENS_MEMORY_GROWTH_BLOCKS,  // the same, blocks
    HEAPLENS_MEMORY_REALLOCS,       // of blocks, reallocations
} heaplens_memory_kind;

enum { HEAPLENS_MEMORY_KINDS = HEAPLENS_MEMORY_REALLOCS + 1 };

/** "blocks", "bytes", "peak_bytes", "growth_bytes", "growth_blocks", "reallocs". */
const char *heaplens__memory_kind_name(heaplens_memory_kind kind);

/** A call site, and what it did in all measured iterations together. */
typedef struct heaplens_memory_site {
    char *path;  // "innermost < caller < ...", to the benchmark's function
    uint64_t blocks;
    uint64_t bytes;
    uint64_t peak_bytes;  // the largest of one iteration
} heaplens_memory_site;

typedef struct heaplens_memory {
    bool is_measured;
    size_t iterations;                     // measured, after the first
    int64_t first[HEAPLENS_MEMORY_KINDS];  // of the first iteration, which may fill caches
    int64_t values[HEAPLENS_MEMORY_KINDS][HEAPLENS_MEMORY_ITERATIONS_MAX];
    bool repeats[HEAPLENS_MEMORY_KINDS];                // every iteration had the same
    heaplens_estimated figures[HEAPLENS_MEMORY_KINDS];  // mean; no interval where it repeats
    heaplens_memory_site *sites;                        // (site_count) most blocks first
    size_t site_count;
    size_t sites_left_out;
} heaplens_memory;

/** A number with a name: a counter of the caller's, or of the hardware. */
typedef struct heaplens_counter {
    char name[HEAPLENS_COUNTER_NAME_BYTES];
    double value;
    bool is_per_iteration;  // false: as it was last
} heaplens_counter;

typedef enum heaplens_case_status {
    HEAPLENS_CASE_MEASURED,
    HEAPLENS_CASE_FAILED,  // `message` says why
} heaplens_case_status;

/** The changes from a baseline. */
typedef struct heaplens_case_change {
    bool has_time;
    heaplens_comparison time;
    bool has_memory[HEAPLENS_MEMORY_KINDS];
    heaplens_comparison memory[HEAPLENS_MEMORY_KINDS];
} heaplens_case_change;

typedef struct heaplens_case_result {
    char *id;     // group/name/size, or with a label in place of the last two
    char *group;  // or NULL
    char *name;
    bool has_size;
    uint64_t size;
    heaplens_case_status status;
    char *message;  // of a failure

    heaplens_plan plan;
    size_t samples_wanted;  // more than plan.samples if they would have taken too long
    uint64_t warm_up_iterations;
    uint64_t warm_up_ns;
    uint64_t *iterations;  // (sample_count)
    uint64_t *ns;
    size_t sample_count;
    heaplens_estimates estimates;

    uint64_t items;  // an iteration; 0: not said
    uint64_t bytes;
    heaplens_counter counters[HEAPLENS_COUNTERS_MAX];
    size_t counter_count;
    heaplens_counter hardware[HEAPLENS_HARDWARE_MAX];
    size_t hardware_count;

    heaplens_memory memory;
    bool has_change;
    heaplens_case_change change;
} heaplens_case_result;

/** What a measurement depends on beside the program. Texts are never NULL, but may be "". */
typedef struct heaplens_machine {
    char fingerprint[17];  // hexadecimal: of processor, architecture and count of processors
    char processor[128];
    char architecture[32];
    char kernel[96];
    char governor[32];    // of the frequency; "": unknown
    uint32_t processors;  // online
    uint64_t memory_bytes;
    bool randomises_addresses;
} heaplens_machine;

typedef struct heaplens_bench_settings {
    uint64_t warm_up_ns;
    uint64_t measurement_ns;
    uint32_t sample_size;
    uint32_t resamples;
    double confidence;
    double noise;  // margin of times in comparisons
    double alpha;  // false discovery rate of a run
    uint64_t seed;
    bool is_quick;
} heaplens_bench_settings;

struct heaplens_bench_report;

/** What was compared with. */
typedef struct heaplens_bench_base {
    const struct heaplens_bench_report *report;  // borrowed; estimated
    char *name;
    char *path;
    char fingerprint[17];
    bool is_foreign;  // of another machine, and used all the same
    uint32_t cases;   // of this run that it has
} heaplens_bench_base;

typedef struct heaplens_bench_report {
    char *program;
    uint64_t started_unix_s;
    heaplens_bench_settings settings;
    heaplens_machine machine;
    double sample_overhead_ns;     // of the harness, in every sample; not subtracted
    double iteration_overhead_ns;  // of the loop, in every iteration; not subtracted
    char *memory_reason;           // why no memory was measured; NULL: it was
    char *hardware_reason;         // why there are no hardware counters; NULL: there are
    bool has_base;
    heaplens_bench_base base;
    heaplens_case_result *cases;  // (case_count)
    size_t case_count;
} heaplens_bench_report;

/** Release what a report owns and make it empty. */
void heaplens__bench_report_deinit(heaplens_bench_report *report);

/** Release what a case owns and make it empty. */
void heaplens__case_deinit(heaplens_case_result *result);

/** The case with this id; NULL if there is none. */
const heaplens_case_result *heaplens__bench_report_find(const heaplens_bench_report *report,
                                                        const char *id);

/** Fill estimates of what was measured: times, and memory that does not repeat. */
HEAPLENS_MUST_USE heaplens_status heaplens__case_estimate(heaplens_case_result *result,
                                                          const heaplens_bench_settings *settings);

#endif
