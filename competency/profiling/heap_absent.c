// SPDX-License-Identifier: MIT
// A build without COMPETENCY_MEMORY_PROFILING has no figures, and says so.
#include "profiling/heap.h"

#include "base/error.h"

static competency_status refuse(competency_error *err)
{
    return competency__fail(err, COMPETENCY_EUNSUPPORTED,
                            "no heap figures: built without COMPETENCY_MEMORY_PROFILING");
}

competency_status competency__heap_read(competency_memory *out, competency_error *err)
{
    (void)out;
    return refuse(err);
}

competency_status competency__heap_restart_peak(competency_error *err)
{
    return refuse(err);
}

void competency__heap_mark(const char *label)
{
    (void)label;
}
