// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_TREE_H
#define HEAPLENS_PROFILE_TREE_H

#include "profile/query.h"

/** One function in the tree of calls. Ids are indices; a node's parent precedes it. */
typedef struct heaplens_branch {
    uint64_t value;          // of all stacks that go through here
    uint64_t self;           // of stacks that end here
    double variance;         // of `value`, if it is estimated; 0: exact. See heaplens_interval()
    heaplens_name function;  // HEAPLENS_NAME_NONE: `location` has no name
    uint32_t location;       // one of those that were merged; unused in the root
    uint32_t parent;
    uint32_t child;    // first child, largest first; 0: none
    uint32_t sibling;  // next; 0: none
} heaplens_branch;

/** A tree of calls. Branch 0 is the root. */
typedef struct heaplens_tree {
    heaplens_branch *branches;
    size_t count;
} heaplens_tree;

/**
 * Merge the stacks of a process into a tree of functions, by a metric.
 *
 * Calls of one function from the same caller are one branch, whatever the line. Code without a name
 * is a branch an address.
 *
 * @param metric       not HEAPLENS_METRIC_LIFETIME: means do not add up
 * @param is_inverted  false: from the outermost caller inwards; true: from the function that
 *                     allocated outwards to its callers
 * @param least        inverted: only functions that allocated as much get their callers; 0: all
 * @param[out] out     released by heaplens_tree_deinit()
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_EINVAL
 *
 * Cost: O(nodes) upright; inverted O(frames of the stacks of functions above `least`), and as many
 * branches.
 */
HEAPLENS_MUST_USE heaplens_status heaplens_tree_build(const heaplens_process *process,
                                                      heaplens_metric metric, bool is_inverted,
                                                      uint64_t least, heaplens_tree *out);

/** Release what a tree owns. */
void heaplens_tree_deinit(heaplens_tree *tree);

#endif
