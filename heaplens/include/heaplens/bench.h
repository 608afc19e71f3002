// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef HEAPLENS_BENCH_H
#define HEAPLENS_BENCH_H

#include <stdint.h>
#include <stdio.h>  // for where a program's report goes; the library itself never prints

#include <heaplens/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * Benchmarks of time and memory.
 *
 * @code
 * static void fill_numbers(heaplens_bench *b)
 * {
 *     const size_t count = heaplens_bench_size(b);
 *     HEAPLENS_BENCH_LOOP(b) {
 *         int *numbers = calloc(count, sizeof(*numbers));
 *         heaplens_keep(numbers);
 *         free(numbers);
 *     }
 * }
 * HEAPLENS_BENCH_MAIN({.name = "fill", .run = fill_numbers, HEAPLENS_SIZES(10, 100, 1000)})
 * @endcode
 *
 * A *benchmark* is a function with one loop. Each turn of the loop is an *iteration*; what is
 * before and behind the loop is not measured. A *case* is a benchmark at one size. A *sample* is the
 * time that some iterations took together: the clock is read twice a sample, whatever the loop
 * does. The time of each case is taken in a fresh process of the program, so that it does not depend on
 * which others ran; memory is measured in one more, so that no time is taken while the heap is
 * recorded. What main() does before, it does in each.
 *
 * heaplens-bench(7) has the options of such a program, its output and its exit status.
 */

/** A benchmark that runs. Valid in the call of its function only. */
typedef struct heaplens_bench heaplens_bench;

/** What is measured: has one HEAPLENS_BENCH_LOOP, or calls heaplens_bench_batched() once. */
typedef void heaplens_bench_function(heaplens_bench *b);

enum { HEAPLENS_BENCH_SIZES_MAX = 32 };

// C++ says what an unnamed member is here; in C it is zero.
#ifdef __cplusplus
#define HEAPLENS_NONE_  = 0
#define HEAPLENS_NONES_ = {}
#else
#define HEAPLENS_NONE_
#define HEAPLENS_NONES_
#endif

/**
 * A benchmark. Texts are UTF-8 and live as long as the program.
 *
 * A case is called "group/name/size", without the parts that there are not.
 */
typedef struct heaplens_benchmark {
    const char *name;                  // not NULL, not empty
    heaplens_bench_function *run;      // not NULL
    const char *group HEAPLENS_NONE_;  // NULL: none
    const char *label HEAPLENS_NONE_;  // stands for "name/size" in the case's name; NULL: none
    const void *data HEAPLENS_NONE_;   // for heaplens_bench_data(); borrowed
    size_t size_count HEAPLENS_NONE_;  // 0: one case, without a size
    uint64_t
        sizes[HEAPLENS_BENCH_SIZES_MAX] HEAPLENS_NONES_;  // (size_count) what the reports plot over
} heaplens_benchmark;

// clang-format off
/** The sizes of a benchmark, in its initialiser: HEAPLENS_SIZES(10, 100, 1000). */
#ifdef __cplusplus  // C++20 in the initialiser
#define HEAPLENS_SIZES(...) .size_count = heaplens_count_(__VA_ARGS__), .sizes = {__VA_ARGS__}
#else
#define HEAPLENS_SIZES(...) \
    .size_count = sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), .sizes = {__VA_ARGS__}
#endif
// clang-format on

/** A program of benchmarks. */
typedef struct heaplens_bench_program {
    int argc;  // as main() has them
    char **argv;
    const heaplens_benchmark *benchmarks;  // (count) borrowed
    size_t count;
    FILE *out;     // the report
    FILE *errors;  // progress and complaints
} heaplens_bench_program;

/**
 * Do what the command line says: measure the cases, report, compare.
 *
 * @return what main() is to return: 0; 1 if a case failed or something could not be read or
 *         written; 2 for a command line that is none; 3 for a regression, if that was asked for
 *
 * Threads: call it once, before other threads are started. It starts the program again for
 * each case, and with the recorder preloaded; there the call ends the same way.
 */
HEAPLENS_API int heaplens_bench_main(const heaplens_bench_program *program);

/** The main() of a program that has only benchmarks: initialisers of heaplens_benchmark. */
#define HEAPLENS_BENCH_MAIN(...)                                            \
    static const heaplens_benchmark heaplens_benchmarks_[] = {__VA_ARGS__}; \
    int main(int argc, char **argv)                                         \
    {                                                                       \
        const heaplens_bench_program program = {                            \
            argc,                                                           \
            argv,                                                           \
            heaplens_benchmarks_,                                           \
            sizeof heaplens_benchmarks_ / sizeof(heaplens_benchmark),       \
            stdout,                                                         \
            stderr};                                                        \
        return heaplens_bench_main(&program);                               \
    }

/**
 * Iterations until the next reading of the clock; 0: the measurement is over. For
 * HEAPLENS_BENCH_LOOP, which calls it once a sample.
 */
HEAPLENS_API uint64_t heaplens_bench_next(heaplens_bench *b);

/**
 * The loop whose iterations are measured; runs as often as the measurement needs.
 *
 * Leave it by its end only: after `break` or `return` the case has failed.
 */
#define HEAPLENS_BENCH_LOOP(b)                                                  \
    for (uint64_t heaplens_left_ = heaplens_bench_next(b); heaplens_left_ != 0; \
         heaplens_left_ = heaplens_left_ > 1 ? heaplens_left_ - 1 : heaplens_bench_next(b))

/**
 * Make the compiler keep what `object` points to: it must be computed and in memory here, and may
 * be another value from here on. So it holds a result that nobody reads, and hides a constant that
 * would otherwise be computed with at compile time. Costs no instruction but those.
 */
static inline void heaplens_keep(const void *object)
{
    __asm__ volatile("" : : "r"(object) : "memory");
}

/** The size of this case; 0 if it has none. */
HEAPLENS_API uint64_t heaplens_bench_size(const heaplens_bench *b);

/** heaplens_benchmark.data of this case. */
HEAPLENS_API const void *heaplens_bench_data(const heaplens_bench *b);

/** Say that an iteration handles so many items: the report has items a second. */
HEAPLENS_API void heaplens_bench_items(heaplens_bench *b, uint64_t items);

/** Say that an iteration handles so many bytes: the report has bytes a second. */
HEAPLENS_API void heaplens_bench_bytes(heaplens_bench *b, uint64_t bytes);

/**
 * Add to a counter of the caller's own. The report has its sum divided by the iterations.
 *
 * @param[in] name  copied, cut at 63 bytes; at most 16 names a case, of which more are left out
 *
 * Cost: a search by name; inside the loop it is part of what is measured.
 */
HEAPLENS_API void heaplens_bench_count(heaplens_bench *b, const char *name, double amount);

/** As heaplens_bench_count(), for a value that the report has as it was last. */
HEAPLENS_API void heaplens_bench_value(heaplens_bench *b, const char *name, double value);

/** The case cannot be measured, and why; heaplens_bench_next() gives 0 from then on. */
HEAPLENS_API void heaplens_bench_fail(heaplens_bench *b, const char *format, ...)
#ifdef __GNUC__
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/** How many inputs are made before the clock runs: what they may cost in memory and in caches. */
typedef enum heaplens_batch {
    HEAPLENS_BATCH_SMALL = 0,  // a tenth of a sample's iterations
    HEAPLENS_BATCH_LARGE = 1,  // a thousandth of them
    HEAPLENS_BATCH_EACH = 2,   // one: the clock is read twice an iteration
} heaplens_batch;

/** A benchmark whose every iteration needs an input of its own. */
typedef struct heaplens_batched {
    size_t input_bytes;                          // of one input; > 0. It starts zeroed
    void (*set_up)(void *input, void *data);     // not measured; NULL: nothing to do
    void (*run)(void *input, void *data);        // measured; not NULL
    void (*tear_down)(void *input, void *data);  // not measured; NULL: nothing to do
    void *data;                                  // handed to all three
    heaplens_batch batch;
} heaplens_batched;

/**
 * Measure `run`, in place of HEAPLENS_BENCH_LOOP.
 *
 * An iteration costs an indirect call more than in a loop, about a nanosecond. In the measurement
 * of memory a batch is one iteration, and what set_up and tear_down do is not counted.
 */
HEAPLENS_API void heaplens_bench_batched(heaplens_bench *b, const heaplens_batched *batched);

#ifdef __cplusplus
}

template <typename... Sizes> constexpr size_t heaplens_count_(Sizes...)
{
    return sizeof...(Sizes);
}
#endif

#endif
