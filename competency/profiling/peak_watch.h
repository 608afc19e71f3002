// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_PROFILING_PEAK_WATCH_H
#define COMPETENCY_PROFILING_PEAK_WATCH_H

#include <stdint.h>

#include "profiling/heap.h"

/**
 * @file
 * Many peaks from one. The recorder has one peak that can be started anew; each *watch* wants the
 * peak since a moment of its own. Whoever starts the peak anew first gives what it was to every
 * other watch, and to the peak of the process.
 */
typedef struct competency__peak_watch {
    struct competency__peak_watch *next;  // of all watches that are begun
    uint64_t bytes_peak;                  // the most since its begin, but for the current peak
} competency__peak_watch;

/**
 * Begin to watch; the caller keeps `watch` in place until competency__peak_watch_end().
 *
 * @return as competency__heap_read(); on failure it is not begun
 */
competency_status competency__peak_watch_begin(competency__peak_watch *watch,
                                               competency_error *err);

/** Forget the peak so far. @return as competency__heap_read() */
competency_status competency__peak_watch_reset(competency__peak_watch *watch,
                                               competency_error *err);

/**
 * Read the heap.
 *
 * @param[out] heap        its bytes_peak is that of the process since recording started
 * @param[out] bytes_peak  since the watch was begun or reset; NULL, with `watch`: not wanted
 * @return as competency__heap_read()
 */
competency_status competency__peak_watch_read(const competency__peak_watch *watch,
                                              competency_memory *heap, uint64_t *bytes_peak,
                                              competency_error *err);

void competency__peak_watch_end(competency__peak_watch *watch);

#endif
