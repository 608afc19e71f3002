// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_PROFILING_HEAP_H
#define COMPETENCY_PROFILING_HEAP_H

#include <competency/profiling.h>

/**
 * @file
 * The figures of the heap recorder, from where the build has them: heap_heaplens.c with
 * COMPETENCY_MEMORY_PROFILING, heap_absent.c without.
 */

/**
 * Read the heap; bytes_peak is that since the last competency__heap_restart_peak().
 *
 * @return COMPETENCY_OK; COMPETENCY_EINACTIVE; COMPETENCY_EUNSUPPORTED; *out unchanged then
 */
competency_status competency__heap_read(competency_memory *out, competency_error *err);

/** What is live now is the peak from here on. @return as competency__heap_read() */
competency_status competency__heap_restart_peak(competency_error *err);

/** Put a mark into the profile, if there is one. */
void competency__heap_mark(const char *label);

#endif
