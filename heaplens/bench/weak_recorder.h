// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_WEAK_RECORDER_H
#define HEAPLENS_BENCH_WEAK_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * @file
 * The recorder, which may be in this process or not. Its header for that case, heaplens/optional.h,
 * has to come before all others of heaplens: hence a header of its own that includes none.
 *
 * Reasons are constant texts, or NULL where there is nothing to complain of.
 */

/** Start to record in full mode, to `path`; a process that is recorded already goes on. */
const char *heaplens__weak_recorder_start(const char *path);

/** Make what was recorded complete, at `path`. */
const char *heaplens__weak_recorder_finish(const char *path);

/** Take no notice of this process from here on, if it is recorded: time is measured. */
void heaplens__weak_recorder_stand_by(void);

/** What happened between the beginning and the end of a scope of the process. */
typedef struct heaplens_weak_figures {
    const char *reason;  // why there are none, or why they are not exact
    uint64_t blocks;
    uint64_t bytes;
    uint64_t peak_bytes;
    uint64_t reallocs;
    int64_t growth_bytes;
    int64_t growth_blocks;
} heaplens_weak_figures;

/** One scope at a time. @param[in] label copied */
void heaplens__weak_recorder_begin(const char *label);
heaplens_weak_figures heaplens__weak_recorder_end(void);

#endif
