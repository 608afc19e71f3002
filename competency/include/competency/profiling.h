// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_PROFILING_H
#define COMPETENCY_PROFILING_H

#include <stddef.h>
#include <stdint.h>

#include <competency/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * What the process, and a part of it, does with the heap: a *profiler*, *snapshots*, and the
 * profile of one *operation*.
 *
 * The figures are those of the heaplens recorder: every allocation of the process through malloc
 * and its family, in bytes as they were asked for. They are there in a build of this library with
 * COMPETENCY_MEMORY_PROFILING, in a program that runs under `heaplens run` or is linked with
 * libheaplens and has called heaplens_start(). Elsewhere there are none, and every call says so:
 * COMPETENCY_EUNSUPPORTED in a build without the option, COMPETENCY_EINACTIVE where nothing
 * records. A figure that is not known is never given as 0.
 *
 * In such a build the phases of the engine are scopes of the profile too: `tokenise`, `encode`,
 * `pool`, `similarity`, `score`, `parse`, `write`; `heaplens report` has them by label.
 *
 * @code
 * competency_profiler *profiler = NULL;
 * competency_error err = {0};
 * if (competency_profiler_create(&profiler, &err) != COMPETENCY_OK) {
 *     fprintf(stderr, "no figures: %s\n", err.message);
 *     return 0;
 * }
 * // ... what is to be measured ...
 * competency_profiler_reading reading;
 * if (competency_profiler_read(profiler, &reading, &err) == COMPETENCY_OK) {
 *     fprintf(stderr, "%llu bytes at the peak\n", (unsigned long long)reading.bytes_peak_since);
 * }
 * competency_profiler_destroy(profiler);
 * @endcode
 *
 * Numerics: exact in full mode of the recorder while one thread allocates; with several, totals
 * are exact and peaks within the bound of docs/format/store.md.
 * Threads: all functions are safe from any thread.
 */

/** The heap at one moment, of the whole process. */
typedef struct competency_memory {
    uint64_t bytes_live;    // of the blocks that are allocated and not freed
    uint64_t blocks_live;   // how many these are
    uint64_t bytes_peak;    // the most that bytes_live ever was since recording started
    uint64_t bytes_total;   // allocated since recording started, reallocations with their new size
    uint64_t blocks_total;  // allocations and reallocations since recording started
} competency_memory;

/** Watches the heap from its creation on. There may be many; none disturbs another. */
typedef struct competency_profiler competency_profiler;

/** What a profiler saw. */
typedef struct competency_profiler_reading {
    competency_memory now;
    uint64_t bytes_peak_since;    // the most that bytes_live was since creation or the last reset
    uint64_t bytes_total_since;   // allocated since creation
    uint64_t blocks_total_since;  // the same, blocks
    int64_t bytes_growth_since;   // of bytes_live since creation; negative if more was freed
} competency_profiler_reading;

/**
 * Begin to watch.
 *
 * @param[out] out  NULL on entry and on failure; released by competency_profiler_destroy()
 * @return COMPETENCY_OK; COMPETENCY_EINACTIVE if nothing records; COMPETENCY_EUNSUPPORTED in a
 *         build without COMPETENCY_MEMORY_PROFILING; COMPETENCY_ENOMEM
 *
 * Cost: one small block of the C library, which the profiler counts as its own: it is live at creation.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_profiler_create(competency_profiler **out, competency_error *err);

/**
 * Read the figures.
 *
 * @param[out] out  unchanged on failure
 * @return COMPETENCY_OK; COMPETENCY_EINACTIVE if recording has ended
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_profiler_read(
    const competency_profiler *profiler, competency_profiler_reading *out, competency_error *err);

/**
 * Make what is live now this profiler's new peak. The peak of the process, of other profilers and
 * of the profile stay.
 *
 * @return as competency_profiler_read()
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_profiler_reset_peak(competency_profiler *profiler, competency_error *err);

/** NULL is accepted. */
COMPETENCY_API void competency_profiler_destroy(competency_profiler *profiler);

enum { COMPETENCY_MEMORY_LABEL_BYTES = 64 };

/** The heap at one moment, with a name. */
typedef struct competency_memory_snapshot {
    char label[COMPETENCY_MEMORY_LABEL_BYTES];  // NUL-terminated; cut to fit
    competency_memory memory;
} competency_memory_snapshot;

/**
 * Take a snapshot, which the profile keeps too.
 *
 * @param[out] out    unchanged on failure
 * @param[in]  label  copied; NULL is ""
 * @return COMPETENCY_OK; COMPETENCY_EINACTIVE; COMPETENCY_EUNSUPPORTED
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_memory_snapshot_take(
    competency_memory_snapshot *out, const char *label, competency_error *err);

/**
 * Write a snapshot as one line without a newline, e.g.
 * "matched: 1,234 bytes live in 56 blocks, peak 2,345 bytes".
 *
 * @param[out] text  (cap) NUL-terminated unless cap is 0
 * @return the length that the whole line has; `cap` or more when it was cut
 */
COMPETENCY_API size_t competency_memory_snapshot_format(const competency_memory_snapshot *snapshot,
                                                        char *text, size_t cap);

/** Something to profile: any work with a status. */
typedef competency_status (*competency_operation)(void *self, competency_error *err);

/** What one operation did with the heap, all threads together. */
typedef struct competency_operation_profile {
    competency_status status;           // COMPETENCY_OK, or why there are no figures below
    competency_memory_snapshot before;  // labelled with the operation's name
    competency_memory_snapshot after;
    uint64_t bytes_peak;   // the most that bytes_live rose above `before` while it ran
    uint64_t bytes_total;  // allocated while it ran
    uint64_t blocks_total;
    int64_t bytes_growth;  // of bytes_live from before to after
} competency_operation_profile;

/**
 * Run `operation` and measure it. It is run in any case, figures or not.
 *
 * @param[out] out   zeroed on entry; `status` says whether it has figures
 * @param[in]  name  copied; NULL is ""
 * @param[in]  self  passed to the operation
 * @param[out] err   optional; passed to the operation
 * @return what the operation returned
 */
COMPETENCY_API competency_status competency_profile_operation(competency_operation_profile *out,
                                                              const char *name,
                                                              competency_operation operation,
                                                              void *self, competency_error *err);

#ifdef __cplusplus
}
#endif

#endif
