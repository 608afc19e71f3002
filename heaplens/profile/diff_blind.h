// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_DIFF_BLIND_H
#define HEAPLENS_PROFILE_DIFF_BLIND_H

#include "profile/diff.h"

/**
 * Match what is left of a diff without the functions that one of the profiles could not see.
 *
 * Without line tables a profile does not know what was inlined. A function that is in one profile
 * only, in a module whose line tables the other one lacks, may be missing there for that reason
 * alone; paths are compared once more without such functions. Rows that are equal then become one,
 * marked `is_loose`. Profiles with line tables are left as they are: what they differ in is real.
 *
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY
 */
HEAPLENS_MUST_USE heaplens_status heaplens__diff_match_blind(heaplens_diff *diff);

#endif
