// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_CAPTURE_H
#define HEAPLENS_RUNTIME_CAPTURE_H

/**
 * @file
 * From the call of an allocation function to its site.
 */
#include "runtime/shard.h"

/**
 * The site of the stack that called an allocation function, and the shard's entry for it.
 *
 * @param      frame  __builtin_frame_address(0) of that function, which is still running
 * @param[out] entry  NULL: there is no room for one
 */
uint32_t heaplens__capture(heaplens__shard *shard, const void *frame, heaplens_store_entry **entry);

#endif
