// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef HEAPLENS_H
#define HEAPLENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <heaplens/pool.h>
#include <heaplens/scope.h>
#include <heaplens/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * Control of the heap recorder from inside the program that is profiled.
 *
 * Link `libheaplens.so`, or run the program under `heaplens run`. A *block* is one allocation
 * that has not been freed. *Bytes* are the bytes that were asked for, not what the allocator
 * rounded them up to. The *peak* is the largest number of bytes that were live at one time; a
 * *site* is a distinct call stack that allocated.
 *
 * No function here prints, exits, or sets a signal handler. All are safe from any thread.
 *
 * @code
 * heaplens_totals totals;
 * if (heaplens_start(NULL) != HEAPLENS_OK) {
 *     return 1;
 * }
 * void *volatile block = malloc(1000);
 * free(block);
 * if (heaplens_totals_read(&totals) != HEAPLENS_OK) {
 *     return 1;
 * }
 * printf("%llu blocks\n", (unsigned long long)totals.blocks_total);  // prints: 1 blocks
 * (void)heaplens_stop();
 * @endcode
 */

/** How much the recorder keeps. */
typedef enum heaplens_mode {
    HEAPLENS_MODE_OFF = 0,     // nothing new; that recorded blocks are freed is still counted
    HEAPLENS_MODE_COUNT = 1,   // totals, sizes, live bytes and their peak; no call stacks
    HEAPLENS_MODE_FULL = 2,    // every block, with its call stack
    HEAPLENS_MODE_SAMPLE = 3,  // blocks drawn at random, with their call stacks: estimates
} heaplens_mode;

/** Figures of the whole process since recording started. */
typedef struct heaplens_totals {
    uint64_t bytes_live;    // requested bytes of the blocks that are live
    uint64_t blocks_live;   // blocks that are live
    uint64_t bytes_peak;    // largest bytes_live since the start, or since heaplens_peak_reset()
    uint64_t blocks_peak;   // blocks that were live at that moment
    uint64_t bytes_total;   // requested bytes of all blocks ever allocated, reallocations included
    uint64_t blocks_total;  // blocks ever allocated, reallocations included
} heaplens_totals;

typedef struct heaplens_options {
    uint32_t size;             // sizeof(heaplens_options) as the caller saw it
    heaplens_mode mode;        // not HEAPLENS_MODE_OFF
    const char *path;          // where the profile is kept; NULL: memory, until heaplens_save()
    uint64_t store_bytes_max;  // bound of the profile's size; 0: 1 GiB (it grows as it is used)
    uint32_t depth_max;        // frames kept of a call stack; 0: 128
    uint64_t sample_bytes;     // in sample mode, the mean distance of samples; 0: 512 KiB
    uint64_t seed;             // in sample mode, of the draws; 0: another one every time
} heaplens_options;

#define HEAPLENS_OPTIONS_INIT                                        \
    {                                                                \
        .size = sizeof(heaplens_options), .mode = HEAPLENS_MODE_FULL \
    }

/**
 * Start recording.
 *
 * Blocks that are already live stay unknown: they are never counted, also not when freed.
 *
 * @param options  NULL: defaults
 * @return HEAPLENS_OK; HEAPLENS_EACTIVE if it already records; HEAPLENS_EINVAL; HEAPLENS_EIO if
 *         the store cannot be made; HEAPLENS_EBYPASSED if calls of malloc do not arrive here, since
 *         the program or a library before libheaplens has a malloc of its own; HEAPLENS_ENOMEM
 */
HEAPLENS_API HEAPLENS_MUST_USE heaplens_status heaplens_start(const heaplens_options *options);

/** Stop recording; the figures stay readable. HEAPLENS_EINACTIVE if it does not record. */
HEAPLENS_API heaplens_status heaplens_stop(void);

/**
 * Record in another way from here on.
 *
 * Blocks that were recorded stay recorded, in every mode, until they are freed. Count mode puts no
 * mark on blocks: what is live and its peak then mean what was allocated since the mode began, in
 * bytes that the allocator gave.
 *
 * @param sample_bytes  for HEAPLENS_MODE_SAMPLE, the mean distance of samples; 0: 512 KiB
 * @return HEAPLENS_OK; HEAPLENS_EINACTIVE if it does not record; HEAPLENS_EINVAL if there is no such
 *         mode
 *
 * Threads: safe; operations of other threads that are under way still end in the old mode.
 */
HEAPLENS_API HEAPLENS_MUST_USE heaplens_status heaplens_mode_set(heaplens_mode mode,
                                                                 uint64_t sample_bytes);

/** The mode; HEAPLENS_MODE_OFF also where the recorder does not record. */
HEAPLENS_API heaplens_mode heaplens_mode_current(void);

/** Does the recorder record? False also where the program runs without it. */
HEAPLENS_API bool heaplens_is_active(void);

/**
 * Read the figures of the process.
 *
 * @param[out] out  unchanged on failure
 * @return HEAPLENS_OK; HEAPLENS_EINACTIVE if recording never started: never a zero instead
 *
 * Numerics: exact while one thread allocates; with several, totals are exact as of the last
 * completed call of each thread, and the peak is within the bound that docs/format/store.md gives.
 * In sample mode what is live and its peak are estimates; in count mode they are in the bytes that
 * the allocator gave, which are somewhat more than the requested ones.
 */
HEAPLENS_API HEAPLENS_MUST_USE heaplens_status heaplens_totals_read(heaplens_totals *out);

/** Make the bytes that are live now the new peak. HEAPLENS_EINACTIVE if it does not record. */
HEAPLENS_API heaplens_status heaplens_peak_reset(void);

/** The figures at one moment, with a name. */
typedef struct heaplens_snapshot {
    char label[HEAPLENS_LABEL_BYTES];  // NUL-terminated; cut to fit
    uint64_t time_ns;                  // since recording started
    heaplens_totals totals;
} heaplens_snapshot;

/**
 * Take a snapshot, which is also kept in the profile.
 *
 * @param[out] out    unchanged on failure; may be NULL when only the profile should have it
 * @param[in]  label  copied; NULL is ""
 * @return as heaplens_totals_read()
 */
HEAPLENS_API heaplens_status heaplens_snapshot_take(heaplens_snapshot *out, const char *label);

/**
 * Write a snapshot as one line, e.g. "loaded: 1,234 bytes in 56 blocks, peak 2,345 bytes".
 *
 * @param[out] text  (cap) NUL-terminated unless cap is 0
 * @return the length that the whole line has; `cap` or more when it was cut
 */
HEAPLENS_API size_t heaplens_snapshot_format(const heaplens_snapshot *snapshot, char *text,
                                             size_t cap);

/**
 * Write what was recorded so far to `path`, for `heaplens report`. Recording goes on.
 *
 * The file is complete or not there: it is written beside `path` and renamed.
 *
 * @return HEAPLENS_OK; HEAPLENS_EINACTIVE; HEAPLENS_EIO; HEAPLENS_EINVAL if `path` is NULL
 */
HEAPLENS_API HEAPLENS_MUST_USE heaplens_status heaplens_save(const char *path);

#ifdef __cplusplus
}
#endif

#endif
