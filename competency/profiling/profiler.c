// SPDX-License-Identifier: MIT
// Watching the heap from a moment on.
#include <competency/profiling.h>

#include <stdlib.h>

#include "base/error.h"
#include "profiling/peak_watch.h"

struct competency_profiler {
    competency__peak_watch watch;
    competency_memory at_creation;
};

competency_status competency_profiler_create(competency_profiler **out, competency_error *err)
{
    *out = NULL;
    competency_profiler *const profiler = calloc(1, sizeof(*profiler));
    if (profiler == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a profiler");
    }
    competency_status status = competency__peak_watch_begin(&profiler->watch, err);
    if (status != COMPETENCY_OK) {
        free(profiler);
        return status;
    }
    status = competency__peak_watch_read(NULL, &profiler->at_creation, NULL, err);
    if (status != COMPETENCY_OK) {
        competency_profiler_destroy(profiler);
        return status;
    }
    *out = profiler;
    return COMPETENCY_OK;
}

competency_status competency_profiler_read(const competency_profiler *profiler,
                                           competency_profiler_reading *out, competency_error *err)
{
    competency_memory heap;
    uint64_t bytes_peak = 0;
    const competency_status status =
        competency__peak_watch_read(&profiler->watch, &heap, &bytes_peak, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const competency_memory *const from = &profiler->at_creation;
    *out = (competency_profiler_reading){
        .now = heap,
        .bytes_peak_since = bytes_peak,
        .bytes_total_since = heap.bytes_total - from->bytes_total,
        .blocks_total_since = heap.blocks_total - from->blocks_total,
        .bytes_growth_since = (int64_t)heap.bytes_live - (int64_t)from->bytes_live,
    };
    return COMPETENCY_OK;
}

competency_status competency_profiler_reset_peak(competency_profiler *profiler,
                                                 competency_error *err)
{
    return competency__peak_watch_reset(&profiler->watch, err);
}

void competency_profiler_destroy(competency_profiler *profiler)
{
    if (profiler != NULL) {
        competency__peak_watch_end(&profiler->watch);
        free(profiler);
    }
}
