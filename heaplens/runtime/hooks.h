// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_HOOKS_H
#define HEAPLENS_RUNTIME_HOOKS_H

/**
 * @file
 * malloc, calloc and realloc for every state that the process can be in.
 *
 * What the program calls is in hooks_lanes.c, and jumps here where no lane fits. As it jumps, the
 * frame of these functions lies where that of the program's call did: a walk begins at its caller.
 * None may become a part of a function that jumps.
 */
#include <stddef.h>

#define HEAPLENS__WALKED __attribute__((noinline))

HEAPLENS__WALKED void *heaplens__hook_malloc(size_t size);

/** heaplens__hook_malloc() in HEAPLENS__LANE_FULL. */
HEAPLENS__WALKED void *heaplens__hook_malloc_marked(size_t size);

HEAPLENS__WALKED void *heaplens__hook_calloc(size_t count, size_t size);

HEAPLENS__WALKED void *heaplens__hook_realloc(void *old, size_t size);

#endif
