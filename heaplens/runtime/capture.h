// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_CAPTURE_H
#define HEAPLENS_RUNTIME_CAPTURE_H

/**
 * @file
 * From the call of an allocation function to its site.
 */
#include "runtime/shard.h"

/**
 * The site of the stack that called an allocation function.
 *
 * @param frame  __builtin_frame_address(0) of that function, which is still running
 */
uint32_t heaplens__capture_site(heaplens__shard *shard, const void *frame);

#endif
