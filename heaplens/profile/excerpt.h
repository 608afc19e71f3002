// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_EXCERPT_H
#define HEAPLENS_PROFILE_EXCERPT_H

#include "profile/session.h"

/**
 * Drop every location that is in none of the given sites' stacks, before symbols are looked for: a
 * screen shows twenty sites of a program that may have a hundred thousand.
 *
 * @param[in,out] process  without frames; the stacks of other sites mean nothing afterwards
 * @param[in]     sites    (count) indices of sites
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM, and the process is unchanged
 *
 * Cost: O(locations + frames of the stacks).
 */
HEAPLENS_MUST_USE heaplens_status heaplens__process_keep_stacks(heaplens_process *process,
                                                                const uint32_t *sites,
                                                                size_t count);

#endif
