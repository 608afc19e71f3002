// SPDX-License-Identifier: MIT
// The functions of the malloc family that end a block.
//
// Apart from those that begin one, whose frames a walk begins at: what is last here can be a jump.
#include <stdlib.h>

#include "runtime/lanes.h"
#include "runtime/real.h"
#include "runtime/record.h"
#include "runtime/unwind.h"

#define HOOK __attribute__((visibility("default"), noinline))

HOOK void cfree(void *block);
HOOK void free_sized(void *block, size_t size);
HOOK void free_aligned_sized(void *block, size_t alignment, size_t size);

// Ends a block that no lane fits.
HEAPLENS__APART static void end_block(void *block)
{
    if (heaplens__record_may_know()) {
        heaplens__record_free(block);
    }
    heaplens__real.free(block);
}

HEAPLENS__APART static void end_for_loader(void *block, const void *return_address)
{
    heaplens__unwind_note_caller(return_address);
    end_block(block);
}

HEAPLENS__APART static void leave_and_free(void *block)
{
    heaplens__thread_leave();
    heaplens__real.free(block);
}

HEAPLENS__APART static void end_marked(void *block)
{
    heaplens__record_end(block);
    heaplens__real.free(block);
}

// The C library's headers name the parameter __ptr.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
HOOK void free(void *block)
{
    if (block == NULL || heaplens__real_is_pool(block)) {
        return;
    }
    const void *const caller = __builtin_return_address(0);
    if (__builtin_expect(heaplens__unwind_is_loader(caller), false)) {
        end_for_loader(block, caller);
        return;
    }
    const heaplens__lane lane = heaplens__lifecycle_lane();
    if (lane == HEAPLENS__LANE_COUNT && heaplens__lane_ends_counted(block)) {
        if (heaplens__thread_leave_directly()) {
            heaplens__real.free(block);
        } else {
            leave_and_free(block);
        }
    } else if (lane == HEAPLENS__LANE_OFF ||
               (lane == HEAPLENS__LANE_SAMPLE && !heaplens__drawn_blocks_may_have(block))) {
        heaplens__real.free(block);
    } else if (lane == HEAPLENS__LANE_FULL) {
        end_marked(block);
    } else {
        end_block(block);
    }
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

HOOK void cfree(void *block)
{
    free(block);
}

HOOK void free_sized(void *block, size_t size)
{
    (void)size;  // the next allocator knows another size: the block has a tail
    free(block);
}

HOOK void free_aligned_sized(void *block, size_t alignment, size_t size)
{
    (void)alignment;
    (void)size;
    free(block);
}
