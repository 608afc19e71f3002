// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_PHASE_H
#define COMPETENCY_BASE_PHASE_H

/**
 * @file
 * The phases of the engine as scopes of a heap profile: what tokenising, encoding, ... allocate is
 * summed under these labels when the program runs under the heap recorder.
 *
 *     COMPETENCY__PHASE_BEGIN("encode");
 *     run(...);
 *     COMPETENCY__PHASE_END();
 *
 * One phase a block, begun and ended in it; phases of inner blocks and of called functions nest.
 * Built without COMPETENCY_MEMORY_PROFILING both are nothing: a test compares the machine code
 * with that of sources without these lines. Built with it, and run without a recorder: two tests
 * of a pointer.
 */
#ifdef COMPETENCY_MEMORY_PROFILING
#include <heaplens/optional.h>
#define COMPETENCY__PHASE_BEGIN(label) heaplens_scope phase_ = heaplens_scope_begin(label)
#define COMPETENCY__PHASE_END()        ((void)heaplens_scope_end(&phase_))
#else
#define COMPETENCY__PHASE_BEGIN(label) ((void)0)
#define COMPETENCY__PHASE_END()        ((void)0)
#endif

#endif
