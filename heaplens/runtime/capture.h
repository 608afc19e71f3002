// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_CAPTURE_H
#define HEAPLENS_RUNTIME_CAPTURE_H

/**
 * @file
 * From the call of an allocation function to its site.
 */
#include "runtime/counter.h"
#include "runtime/shard.h"

/** The modules changed: the same addresses may be other code, and another site. */
void heaplens__capture_forget(heaplens__shard *shard);

/** heaplens__capture() of a stack that has no imprint with a note; the rest as of unwind_memo.h. */
uint32_t heaplens__capture_further(heaplens__shard *shard, const heaplens__frame *innermost,
                                   uint32_t place, heaplens_store_entry **entry);

/**
 * The site of the stack that called an allocation function, and the shard's entry for it.
 *
 * @param      frame  __builtin_frame_address(0) of that function, which is still running
 * @param[out] entry  NULL: there is no room for one
 */
static inline uint32_t heaplens__capture(heaplens__shard *shard, const void *frame,
                                         heaplens_store_entry **entry)
{
    if (__builtin_expect(shard->memo_unloads != heaplens__counted(&shard->header->module_subs),
                         false)) {
        heaplens__capture_forget(shard);
    }
    const heaplens__unwind_start start = heaplens__unwind_from(frame);
    const heaplens__frame f = heaplens__unwind_innermost(&start);
    uint32_t place = 0;
    const heaplens__imprint *const known =
        heaplens__unwind_recall_imprint(&shard->memo, &f, shard->recorder->depth_max, &place);
    const uint32_t note = known != NULL ? shard->memo.frames[known->frame].note : 0;
    if (note == 0) {
        return heaplens__capture_further(shard, &f, place, entry);
    }
    *entry = &shard->entries[note - 1];
    return (uint32_t)heaplens__counted(&(*entry)->site);
}

#endif
