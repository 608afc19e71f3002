// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_HOOKS_H
#define HEAPLENS_RUNTIME_HOOKS_H

#include "runtime/shard.h"

/**
 * The site of an operation: the call stack outside the function whose frame address this is.
 *
 * @param[in] frame  __builtin_frame_address(0) of the function that the program called
 */
uint32_t heaplens__hooks_site(heaplens__shard *shard, const void *frame);

#endif
