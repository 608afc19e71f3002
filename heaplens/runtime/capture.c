// SPDX-License-Identifier: MIT
// Walking the stack, and finding what is known of it.
#include "runtime/capture.h"

#include "runtime/unwind.h"

_Static_assert((int)HEAPLENS__DEPTH_LIMIT <= (int)HEAPLENS__MEMO_DEPTH_MAX,
               "a thread's memory of stacks has room for the deepest that is captured");

static void count_stop(heaplens__shard *shard, heaplens__unwind_stop why)
{
    const bool is_cut = why == HEAPLENS__UNWIND_DEPTH;
    heaplens__count(is_cut ? &shard->figures->stacks_deeper : &shard->figures->stacks_stopped, 1);
}

// The site of a stack whose frames must be looked at: they were not seen before, or are too many.
static uint32_t find_site(heaplens__shard *shard, const heaplens__unwind_trace *trace)
{
    heaplens__unwind_recall_frames(&shard->memo, trace, shard->ips);
    const heaplens__stack stack = {
        .ips = shard->ips,
        .depth = trace->depth,
        .is_cut = trace->why == HEAPLENS__UNWIND_DEPTH,
    };
    return heaplens__shard_site(shard, &stack);
}

void heaplens__capture_forget(heaplens__shard *shard)
{
    heaplens__unwind_forget(&shard->memo);
    shard->memo_unloads = heaplens__counted(&shard->header->module_subs);
}

uint32_t heaplens__capture_further(heaplens__shard *shard, const heaplens__frame *innermost,
                                   uint32_t place, heaplens_store_entry **entry)
{
    heaplens__unwind_trace trace;
    heaplens__unwind_recall_frames_of(&shard->memo, innermost, shard->recorder->depth_max, place,
                                      &trace);
    if (trace.why != HEAPLENS__UNWIND_OUTERMOST) {
        count_stop(shard, trace.why);
    }
    if (trace.note != NULL && *trace.note != 0) {
        *entry = &shard->entries[*trace.note - 1];
        return (uint32_t)heaplens__counted(&(*entry)->site);
    }
    const uint32_t site = find_site(shard, &trace);
    *entry = heaplens__shard_entry(shard, site);
    if (trace.note != NULL && *entry != NULL) {
        *trace.note = (uint32_t)(*entry - shard->entries) + 1;
    }
    return site;
}
