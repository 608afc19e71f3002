// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_STORE_STACKS_H
#define HEAPLENS_PROFILE_STORE_STACKS_H

#include "format/store.h"
#include "profile/session.h"

/** "Nowhere": a site of the store that is none of the process. */
#define HEAPLENS_SITE_DROPPED UINT32_MAX

/**
 * Give a process the call stacks of a raw store: locations, nodes, and sites that are one a stack.
 *
 * Frames of the recorder itself are dropped from the inner end of the stacks, and sites without any
 * allocation are dropped. Sites that have the same stack then are added up; their own peaks too,
 * which is the most that it can have been.
 *
 * @param[in,out] process  has its modules, and sites whose `stack` is a node of the store
 * @param[in]     stored   (count) nodes of the store
 * @param[out]    site_of  (sites before the call) where each went; HEAPLENS_SITE_DROPPED
 * @return HEAPLENS_OK; HEAPLENS_EFORMAT; HEAPLENS_ENOMEM
 */
heaplens_status heaplens__store_stacks(const heaplens_names *names, heaplens_process *process,
                                       const heaplens_store_node *stored, size_t count,
                                       uint32_t *site_of, heaplens_failure *failure);

#endif
