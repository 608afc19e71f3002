// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_TESTS_CAMPAIGN_RANDOM_COUNT_H
#define HEAPLENS_TESTS_CAMPAIGN_RANDOM_COUNT_H

/**
 * @file
 * What a random program counts of itself, in a file that it shares with its children and with the
 * script that reads it.
 *
 * Two counts bracket the truth at every instant: `most` grows before a block is asked for and
 * shrinks after it is freed, `least` grows after and shrinks before. All functions are called by
 * any thread; what one thread alone does is counted exactly besides, with every peak.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { SITES = 3 };
enum { PROCESS_PROGRAM, PROCESS_CHILD, PROCESS_STARTED, PROCESSES };
enum { PATH_MAIN, PATH_THREAD, PATH_AT_EXIT, PATHS };

typedef enum kind {
    KIND_MALLOC,
    KIND_CALLOC,
    KIND_REALLOC,
    KIND_REALLOCARRAY,
    KIND_ALIGNED_ALLOC,
    KIND_POSIX_MEMALIGN,
    KIND_MEMALIGN,
    KIND_VALLOC,
    KIND_PVALLOC,
    KIND_ADOPTED,  // a parent's block, which is the child's own from its reallocation on
    KINDS,
} kind;

// The rows that random_programs.py reads, in this order, each an int64_t.
typedef struct key_count {
    _Atomic int64_t bytes_total;
    _Atomic int64_t blocks_total;
    _Atomic int64_t most;
    _Atomic int64_t least;
    _Atomic int64_t blocks;
    _Atomic int64_t peak_most;
    _Atomic int64_t peak_least;
    // Of one thread only:
    int64_t bytes_gmax;
    int64_t blocks_gmax;
    int64_t blocks_own_peak;
    int64_t temporary;
    int64_t brief;       // died before 64 KiB were allocated
    int64_t zero;        // requests of no bytes
    int64_t reallocs;    // that a block of this key went through
    int64_t copied;      // bytes, by reallocs
    int64_t life_clock;  // deaths less births, on the clock of bytes allocated
    int64_t life_max;    // the longest life that ended, on that clock
} key_count;

typedef struct process_count {
    int64_t pid;              // 0: there was no such process
    int64_t threads;          // at once, at most
    int64_t is_serial;        // one operation at a time: the peak is known exactly
    _Atomic int64_t largest;  // bytes of one request, at most
    int64_t clock;            // bytes allocated; of one thread only
    _Atomic int64_t most;
    _Atomic int64_t least;
    _Atomic int64_t peak_most;
    _Atomic int64_t peak_least;
    _Atomic int64_t foreign_frees;  // of blocks that the parent allocated
    key_count keys[PATHS][SITES][KINDS];
} process_count;

/** Map the file of counts, PROCESSES of them, all zero. False, and errno, if it cannot be. */
bool map_counts(const char *path);

/** From here on the figures of `which` count, a process of so many threads. */
void count_as(int which, int64_t threads);

/** Which process count_as() said that this is. */
int counted_as(void);

/** The figures of this process. */
process_count *own_count(void);

/** Has this process one thread, so that its figures are exact? */
bool is_alone(void);

/** What may be live from now on: before a block is asked for, or asked to be larger. */
void expect_growth(key_count *key, int64_t bytes);

/** What is no longer sure to be live: before a block is freed, or asked to be smaller. */
void expect_loss(key_count *key, int64_t bytes);

/** After what expect_growth() said came to be; peaks are looked at also where bytes is 0. */
void confirm_growth(key_count *key, int64_t bytes);

/** After what expect_loss() said came to be. */
void confirm_loss(key_count *key, int64_t bytes);

/** A request of so many bytes was met. */
void count_request(key_count *key, int64_t bytes);

#endif
