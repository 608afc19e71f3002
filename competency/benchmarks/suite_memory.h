// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BENCHMARKS_SUITE_MEMORY_H
#define COMPETENCY_BENCHMARKS_SUITE_MEMORY_H

/**
 * @file
 * What the allocator has of the system while most of a benchmark's blocks are live: as counters of
 * the benchmark, which allocators.py reads.
 *
 * `private bytes` are anonymous pages of the process, of /proc/self/smaps_rollup (exact, unlike
 * /proc/self/status), by how many they grew since the benchmark began. `resident bytes` are the most
 * that the process had of all pages so far (VmHWM), those of mapped files too. `live bytes` are those of
 * live blocks as they were asked for, likewise; only under `heaplens run` with SUITE_LIVE_BYTES in the
 * environment and --in-process, which spoils the times and the other figures.
 */
typedef struct heaplens_bench heaplens_bench;  // <heaplens/bench.h>

/** Remember what there is; the first call in a process counts. */
void suite_memory_begin(void);

/** Set the counters; to be called where most is live. Not timed. */
void suite_memory_at_most(heaplens_bench *b);

#endif
