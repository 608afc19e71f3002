// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef HEAPLENS_SCOPE_H
#define HEAPLENS_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <heaplens/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * What a part of a program does with the heap: a *scope* is opened before it and ended after it.
 *
 * Scopes work in full mode (HEAPLENS_MODE_FULL) only: the other modes do not know every block by its
 * address and size. In those a scope is refused with HEAPLENS_EINACTIVE; it never shows zeros as
 * figures.
 *
 * @code
 * #include <heaplens/heaplens.h>
 *
 * if (heaplens_start(NULL) != HEAPLENS_OK) {
 *     return 1;
 * }
 * heaplens_scope scope = heaplens_scope_begin("load 10 records");
 * for (int i = 0; i < 10; i++) {
 *     void *volatile record = malloc(100);
 *     free(record);
 * }
 * const heaplens_usage usage = heaplens_scope_end(&scope);
 * printf("total %llu\n", (unsigned long long)usage.bytes_total);  // prints: total 1000
 * printf("peak %llu\n", (unsigned long long)usage.bytes_peak);    // prints: peak 100
 * @endcode
 *
 * A scope of a thread counts what its thread allocates and frees, whatever other threads do
 * meanwhile. A scope of the process counts what every thread does. Scopes nest: what happens in
 * the inner one happens in the outer one too. Threads have scopes of their own side by side.
 *
 * A block is *of* a scope if it was allocated inside it. It remains of the scope when another
 * thread frees it, and then it no longer lives. A reallocation is an allocation of the new size
 * and a free of the old one, here as everywhere in heaplens: a block from before that is
 * reallocated inside is of the scope from then on.
 *
 * The profile keeps the figures by label, and the call sites of each label.
 *
 * Cost: while no scope is open, one load and a branch an operation. While any is open, every free
 * looks its block up, and operations inside a scope take a lock of their thread's own besides; a
 * scope of the process makes all threads take one lock in turn. Figures: docs/adr/0130.
 */

/** A scope that was begun. Its fields are the recorder's own; only `status` is of interest. */
typedef struct heaplens_scope {
    uint64_t serial;         // rises with every scope of the program; 0: none
    uint32_t recording;      // which recording it belongs to
    bool is_process;         // counts what every thread does
    heaplens_status status;  // HEAPLENS_OK while it is open
} heaplens_scope;

enum { HEAPLENS_USAGE_SITES = 3, HEAPLENS_USAGE_FRAMES = 4 };

/** What one call site did inside a scope. */
typedef struct heaplens_usage_site {
    uint64_t bytes_total;   // allocated inside
    uint64_t blocks_total;  // the same, blocks; 0: there is no such site
    uint64_t bytes_peak;    // the most that its blocks held at one time
    uint64_t bytes_live;    // of its blocks, those alive at the end
    uint64_t blocks_live;
    uint64_t frames[HEAPLENS_USAGE_FRAMES];  // addresses in the calls, innermost first; 0: no more
} heaplens_usage_site;

/** What happened inside a scope. */
typedef struct heaplens_usage {
    heaplens_status status;  // HEAPLENS_OK, or why there are no figures: see heaplens_scope_end()
    bool is_exact;           // every operation was counted
    bool is_process;         // what every thread did; otherwise what one thread did
    char label[HEAPLENS_LABEL_BYTES];

    uint64_t bytes_total;   // allocated inside, reallocations with their new size
    uint64_t blocks_total;  // allocations and reallocations
    uint64_t bytes_freed;   // freed inside, blocks from before too; reallocations: the old size
    uint64_t blocks_freed;  // the same, blocks
    uint64_t bytes_live;    // of the scope's blocks, those alive at the end, whoever freed others
    uint64_t blocks_live;   // the same, blocks
    uint64_t bytes_peak;    // the most that the scope's blocks held at one time
    uint64_t blocks_peak;   // how many they were at that moment (the last such moment)
    int64_t bytes_growth;   // bytes_total - bytes_freed: negative if it freed more than it took
    int64_t blocks_growth;  // blocks_total - blocks_freed
    uint64_t bytes_rise;    // the largest bytes_growth at any time inside; 0 if never positive
    uint64_t reallocs;      // of blocks_total, reallocations
    uint64_t blocks_temporary;  // of the scope, freed before their thread allocated anything else

    heaplens_usage_site sites_by_peak[HEAPLENS_USAGE_SITES];    // largest bytes_peak first
    heaplens_usage_site sites_by_blocks[HEAPLENS_USAGE_SITES];  // largest blocks_total first
    heaplens_usage_site sites_by_live[HEAPLENS_USAGE_SITES];    // largest blocks_live first
} heaplens_usage;

/**
 * Begin a scope of the calling thread, inside those that it has open.
 *
 * End it in the same thread; a scope that is never ended goes on costing time.
 *
 * @param[in] label  copied; NULL is ""; scopes of one label are summed in the profile
 * @return `status`: HEAPLENS_OK; HEAPLENS_EINACTIVE if the recorder does not record, or not in full
 *         mode; HEAPLENS_ENOMEM. heaplens_scope_end() gives the same status: it need not be looked at.
 */
HEAPLENS_API HEAPLENS_MUST_USE heaplens_scope heaplens_scope_begin(const char *label);

/**
 * Begin a scope of the whole process. Any thread may end it.
 *
 * Operations of other threads that are under way when it begins or ends are counted or not: at
 * most one for each thread. All others are counted exactly, the peak included.
 *
 * @return as heaplens_scope_begin()
 */
HEAPLENS_API HEAPLENS_MUST_USE heaplens_scope heaplens_scope_begin_process(const char *label);

/**
 * End a scope, in any order with others.
 *
 * @param[in,out] scope  open; afterwards its status is HEAPLENS_EINVAL
 * @return the figures, or zeros and why in `status`: HEAPLENS_EINACTIVE if the recorder did not
 *         record all the time from the beginning to the end; HEAPLENS_ENOMEM if there was no
 *         memory to begin it; HEAPLENS_EINVAL if it is ended already, or is another thread's
 *
 * Numerics: exact, unless is_exact is false: then memory ran out, or another mode than full was
 * used at some time.
 * Cost: O(call sites in the scope).
 */
HEAPLENS_API heaplens_usage heaplens_scope_end(heaplens_scope *scope);

#ifdef __cplusplus
}
#endif

#endif
