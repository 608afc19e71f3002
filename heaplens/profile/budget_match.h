// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_BUDGET_MATCH_H
#define HEAPLENS_PROFILE_BUDGET_MATCH_H

#include "profile/budget_file.h"
#include "profile/diff.h"

/**
 * The process that a section is about: of those that have its name, the one with the largest peak.
 *
 * @param[out] count  how many have the name
 * @return NULL if none has
 */
const heaplens_process *heaplens__budget_process(const heaplens_budget_file *budget,
                                                 const heaplens_budget_section *section,
                                                 const heaplens_session *session, size_t *count);

/**
 * Which sites are in a section: those whose stack has a frame that matches all its patterns.
 *
 * A function matches with or without the suffixes of compilers, a module by its path, its name, or
 * its name up to `.so`.
 *
 * @param[out] is_in  (side->process->site_count); all true of a section without such patterns
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__budget_sites(const heaplens_budget_file *budget,
                                                         const heaplens_budget_section *section,
                                                         const heaplens_diff_side *side,
                                                         bool *is_in);

/** The figure of a metric. */
uint64_t heaplens__budget_value(const heaplens_figures *figures, heaplens_budget_metric metric);

#endif
