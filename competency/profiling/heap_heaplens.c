// SPDX-License-Identifier: MIT
// The figures of heaplens, which is there when the program runs under it or is linked with it.
#include "profiling/heap.h"

#include <heaplens/optional.h>

#include "base/error.h"

static competency_status translate(heaplens_status status, competency_error *err)
{
    if (status == HEAPLENS_OK) {
        return COMPETENCY_OK;
    }
    return competency__fail(err, COMPETENCY_EINACTIVE,
                            "no heap figures: nothing records (run under \"heaplens run\")");
}

competency_status competency__heap_read(competency_memory *out, competency_error *err)
{
    heaplens_totals totals = {0};
    const competency_status status = translate(heaplens_totals_read(&totals), err);
    if (status == COMPETENCY_OK) {
        *out = (competency_memory){.bytes_live = totals.bytes_live,
                                   .blocks_live = totals.blocks_live,
                                   .bytes_peak = totals.bytes_peak,
                                   .bytes_total = totals.bytes_total,
                                   .blocks_total = totals.blocks_total};
    }
    return status;
}

competency_status competency__heap_restart_peak(competency_error *err)
{
    return translate(heaplens_peak_reset(), err);
}

void competency__heap_mark(const char *label)
{
    (void)heaplens_snapshot_take(NULL, label);
}
