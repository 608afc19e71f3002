// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_BUDGET_CHECK_H
#define HEAPLENS_PROFILE_BUDGET_CHECK_H

#include "profile/budget_file.h"
#include "profile/diff.h"

/** Values are in order of weight: a worse one decides about the whole. */
typedef enum heaplens_verdict {
    HEAPLENS_VERDICT_WITHIN,
    HEAPLENS_VERDICT_UNSURE,    // not everything was recorded, or an estimate is too close to tell
    HEAPLENS_VERDICT_NO_MATCH,  // nothing in the profile is what the section names
    HEAPLENS_VERDICT_BROKEN,
} heaplens_verdict;

enum { HEAPLENS_VERDICT_COUNT = HEAPLENS_VERDICT_BROKEN + 1 };

/** The word for a verdict: "within", "unsure", "no match", "broken". */
const char *heaplens_verdict_name(heaplens_verdict verdict);

/** Call sites of one path, and what they have of a limit's figure. */
typedef struct heaplens_check_place {
    uint32_t row;     // into the diff's sites
    uint64_t before;  // in the baseline; 0 without one
    uint64_t after;
} heaplens_check_place;

/** How one limit was kept. */
typedef struct heaplens_check_result {
    heaplens_verdict verdict;
    uint64_t value;
    uint64_t baseline;  // 0 without one
    uint64_t bound;
    uint64_t interval;   // half of the value's 95 % interval; 0: it is exact
    size_t stacks;       // that the section names
    size_t place_first;  // into places: where a broken limit was broken
    size_t place_count;
} heaplens_check_result;

/** What one section of a budget is about. */
typedef struct heaplens_check_section {
    heaplens_diff_side after;     // no process: none has the name
    heaplens_diff_side before;    // no process: no baseline, or none in it has the name
    size_t stacks;                // of the process that match
    size_t processes;             // that have the name; the one with the largest peak counts
    heaplens_figures figures[2];  // baseline, profile
    heaplens_diff *diff;          // only where a limit is broken
} heaplens_check_section;

typedef struct heaplens_check {
    const heaplens_budget_file *budget;
    bool has_baseline;
    heaplens_check_section *sections;  // (budget->section_count)
    heaplens_check_result *results;    // (budget->limit_count)
    heaplens_check_place *places;
    size_t place_count;
    size_t place_capacity;
    size_t verdicts[HEAPLENS_VERDICT_COUNT];
} heaplens_check;

/**
 * Hold a profile to a budget.
 *
 * @param[out] out       released by heaplens_check_destroy(); NULL on failure
 * @param[in]  budget    and both sessions: borrowed until then
 * @param[in]  baseline  may be NULL if no limit is relative
 * @param      top       places that are kept of a broken limit
 * @return HEAPLENS_OK, whatever the verdicts; HEAPLENS_EINVAL if a baseline is missing;
 *         HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY
 *
 * Cost: O(sections * (frames * pattern + nodes + sites)), and a diff a section with a broken limit.
 */
HEAPLENS_MUST_USE heaplens_status heaplens_check_create(heaplens_check **out,
                                                        const heaplens_budget_file *budget,
                                                        const heaplens_session *session,
                                                        const heaplens_session *baseline,
                                                        size_t top);

/** Release a check; NULL is accepted. */
void heaplens_check_destroy(heaplens_check *check);

/** The worst verdict. */
heaplens_verdict heaplens_check_verdict(const heaplens_check *check);

#endif
