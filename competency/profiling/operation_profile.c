// SPDX-License-Identifier: MIT
// What one operation did with the heap.
#include "profiling/peak_watch.h"

static void measure_end(competency_operation_profile *out, const competency__peak_watch *watch,
                        const char *name)
{
    competency_memory heap;
    uint64_t bytes_peak = 0;
    out->status = competency__peak_watch_read(watch, &heap, &bytes_peak, NULL);
    if (out->status == COMPETENCY_OK) {
        out->status = competency_memory_snapshot_take(&out->after, name, NULL);
    }
    if (out->status != COMPETENCY_OK) {
        return;
    }
    const competency_memory *const before = &out->before.memory;
    const competency_memory *const after = &out->after.memory;
    out->bytes_peak = bytes_peak > before->bytes_live ? bytes_peak - before->bytes_live : 0;
    out->bytes_total = after->bytes_total - before->bytes_total;
    out->blocks_total = after->blocks_total - before->blocks_total;
    out->bytes_growth = (int64_t)after->bytes_live - (int64_t)before->bytes_live;
}

competency_status competency_profile_operation(competency_operation_profile *out, const char *name,
                                               competency_operation operation, void *self,
                                               competency_error *err)
{
    *out = (competency_operation_profile){0};
    competency__peak_watch watch;
    out->status = competency__peak_watch_begin(&watch, NULL);
    if (out->status != COMPETENCY_OK) {
        return operation(self, err);
    }
    out->status = competency_memory_snapshot_take(&out->before, name, NULL);
    const competency_status status = operation(self, err);
    if (out->status == COMPETENCY_OK) {
        measure_end(out, &watch, name);
    }
    competency__peak_watch_end(&watch);
    return status;
}
