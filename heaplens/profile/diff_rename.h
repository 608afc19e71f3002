// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_DIFF_RENAME_H
#define HEAPLENS_PROFILE_DIFF_RENAME_H

#include "profile/diff.h"

/**
 * Find functions that were probably renamed, and make one row of what they did before and after.
 *
 * A function `old` is taken for renamed to `new` if all of this holds:
 *
 * - `old` is in no path of the profile after, `new` in none before;
 * - every path with `old` has one counterpart that differs from it in such names only, and every path
 *   with `new` is one: same callers, same callees, one to one throughout;
 * - in each such pair bytes and blocks allocated differ by a tenth at most.
 *
 * Of several counterparts that would do none is taken. The rows of a pair become one, with the path
 * that it has after, marked `is_renamed`: what changed in its figures is shown as grown or shrunk, and
 * the pair of names is in diff->renames. Nothing leaves the sums; only "gone" and "new" become one row.
 * Code without a name is left as it is.
 *
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY. On failure the diff may only be destroyed
 *
 * Cost: O(steps of all distinct paths), and 64 times that for names that contradict each other.
 */
HEAPLENS_MUST_USE heaplens_status heaplens_diff_find_renames(heaplens_diff *diff);

#endif
