// SPDX-License-Identifier: MIT
// What this machine can do at most, so that the encoder's speed can be told as a part of it:
//
//     build/release/competency/benchmarks/machine_peaks [THREADS]
//
// One line a figure: its name, a number, its unit. An instruction set that this processor does not
// have is left out. Each figure is the best of several rounds, of all threads together.
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    ROUNDS = 7,
    THREADS_MAX = 64,
    ACCUMULATORS = 24,  // more than latency times throughput of any core: no chain is waited for
    BUFFER_BYTES = 42 * 1024 * 1024,  // the layers of the default model in f32
    READS = 4,
    LOOPS = 2000000,
};

static double now_s(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

#if defined(__x86_64__)

// clang-format off
#define EACH_ACCUMULATOR(X)                                                 \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)           \
    X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23)
// clang-format on

#define EACH_CLOBBER                                                                         \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", \
        "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

#define EACH_CLOBBER_512                                                                           \
    EACH_CLOBBER, "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm30", \
        "xmm31"

#define CLEAR_512(n) "vpxord %%zmm" #n ", %%zmm" #n ", %%zmm" #n "\n\t"
#define FMA_512(n)   "vfmadd231ps %%zmm31, %%zmm30, %%zmm" #n "\n\t"
#define VNNI_512(n)  "vpdpbusd %%zmm31, %%zmm30, %%zmm" #n "\n\t"

__attribute__((target("avx512f"))) static void run_fma_512(void)
{
    uint64_t left = LOOPS;
    __asm__ volatile(EACH_ACCUMULATOR(CLEAR_512) CLEAR_512(30)
                         CLEAR_512(31) "1:\n\t" EACH_ACCUMULATOR(FMA_512) "dec %0\n\tjnz 1b"
                     : "+r"(left)
                     :
                     : "cc", EACH_CLOBBER_512);
}

__attribute__((target("avx512f,avx512vnni"))) static void run_vnni_512(void)
{
    uint64_t left = LOOPS;
    __asm__ volatile(EACH_ACCUMULATOR(CLEAR_512) CLEAR_512(30)
                         CLEAR_512(31) "1:\n\t" EACH_ACCUMULATOR(VNNI_512) "dec %0\n\tjnz 1b"
                     : "+r"(left)
                     :
                     : "cc", EACH_CLOBBER_512);
}

// AVX2 has 16 registers: 12 accumulators, each twice a loop.
#define EACH_OF_12(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define CLEAR_256(n)  "vpxor %%ymm" #n ", %%ymm" #n ", %%ymm" #n "\n\t"
#define FMA_256(n)    "vfmadd231ps %%ymm15, %%ymm14, %%ymm" #n "\n\t"

__attribute__((target("avx2,fma"))) static void run_fma_256(void)
{
    uint64_t left = LOOPS;
    __asm__ volatile(EACH_OF_12(CLEAR_256) CLEAR_256(14) CLEAR_256(15) "1:\n\t" EACH_OF_12(FMA_256)
                         EACH_OF_12(FMA_256) "dec %0\n\tjnz 1b"
                     : "+r"(left)
                     :
                     : "cc", EACH_CLOBBER);
}

#endif

// Four streams of 16-byte-aligned sums: the compiler makes vectors of them on any processor.
static void read_buffer(const uint64_t *words)
{
    static volatile uint64_t sink;  // nobody reads it; the compiler may not know
    (void)sink;
    uint64_t sums[8] = {0};
    for (size_t i = 0; i < BUFFER_BYTES / sizeof(*words); i += 8) {
        for (size_t lane = 0; lane < 8; lane++) {
            sums[lane] += words[i + lane];
        }
    }
    for (size_t lane = 0; lane < 8; lane++) {
        sink += sums[lane];
    }
}

static const uint64_t *shared_buffer;

static void run_reads(void)
{
    for (int i = 0; i < READS; i++) {
        read_buffer(shared_buffer);
    }
}

static void *run_in_thread(void *work)
{
    void (*run)(void) = NULL;
    memcpy(&run, work, sizeof(run));
    run();
    return NULL;
}

// Seconds that `threads` threads need to do `run` once each; the fastest round.
static double time_threads(void (*run)(void), size_t threads)
{
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t others[THREADS_MAX];
        size_t started = 0;
        const double start = now_s();
        while (started + 1 < threads &&
               pthread_create(&others[started], NULL, run_in_thread, &run) == 0) {
            started++;
        }
        run();
        for (size_t i = 0; i < started; i++) {
            (void)pthread_join(others[i], NULL);
        }
        const double took = now_s() - start;
        best = took < best ? took : best;
    }
    return best;
}

// `ops` of one accumulator's instruction.
static void report_ops(const char *name, void (*run)(void), size_t threads, double ops)
{
    const double total = (double)LOOPS * ACCUMULATORS * ops * (double)threads;
    printf("%s %.1f Gop/s\n", name, total / time_threads(run, threads) * 1e-9);
}

static bool report_bandwidth(size_t threads)
{
    uint64_t *const words = aligned_alloc(64, BUFFER_BYTES);
    if (words == NULL) {
        return false;
    }
    memset(words, 1, BUFFER_BYTES);
    shared_buffer = words;
    const double bytes = (double)BUFFER_BYTES * READS * (double)threads;
    printf("read_42mb %.1f GB/s\n", bytes / time_threads(run_reads, threads) * 1e-9);
    free(words);
    return true;
}

int main(int argc, char **argv)
{
    const size_t asked = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    const size_t threads = asked < 1 ? 1 : asked > THREADS_MAX ? THREADS_MAX : asked;
#if defined(__x86_64__)
    // Two operations a lane of a fused multiply-add, eight a lane of vpdpbusd.
    if (__builtin_cpu_supports("avx512f")) {
        report_ops("f32_fma_512", run_fma_512, threads, 2 * 16);
    }
    if (__builtin_cpu_supports("fma")) {
        report_ops("f32_fma_256", run_fma_256, threads, 2 * 8);
    }
    if (__builtin_cpu_supports("avx512vnni")) {
        report_ops("int8_vnni_512", run_vnni_512, threads, 8 * 16);
    }
#endif
    return report_bandwidth(threads) ? 0 : 1;
}
