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

/**
 * Which scopes and pools have a section's label, and their figures together: the largest peak, and
 * the sums of all others. "Leaked" is what was alive at their ends.
 *
 * @param[out] is_in    (side->process->scope_count)
 * @param[out] figures  lifetimes stay as they are: scopes have none
 * @return how many match, by label and kind
 */
size_t heaplens__budget_scopes(const heaplens_budget_file *budget,
                               const heaplens_budget_section *section,
                               const heaplens_diff_side *side, bool *is_in,
                               heaplens_figures *figures);

/** What a site has of a metric inside of scopes; 0 of one that is not kept by site. */
uint64_t heaplens__budget_scope_value(const heaplens_scope_site *site,
                                      heaplens_budget_metric metric);

/**
 * How far an estimated figure of a section may be off: half its 95 % interval.
 *
 * @param is_in     by site: which it is the sum of
 * @param is_whole  they are all there are: totals were then counted, not estimated
 * @return 0 if the figure is exact; UINT64_MAX if it was estimated, but how well is not known
 */
uint64_t heaplens__budget_interval(const heaplens_process *process, const bool *is_in,
                                   bool is_whole, heaplens_budget_metric metric);

/** The figure of a metric. */
uint64_t heaplens__budget_value(const heaplens_figures *figures, heaplens_budget_metric metric);

#endif
