// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_DIFF_H
#define HEAPLENS_PROFILE_DIFF_H

#include "profile/diff_path.h"
#include "profile/query.h"
#include "profile/session.h"

/**
 * @file
 * What changed between two processes, of the same or of different builds.
 *
 * Sites are matched by the path of their function names (profile/diff_path.h). Sites of one process
 * with the same path are one row. Where a module has no line tables in one of the profiles, its
 * inlined functions cannot be seen there; what is left unmatched is then tried once more without
 * the functions that only the other profile could see.
 */

/** Figures of some sites together. */
typedef struct heaplens_figures {
    uint64_t values[HEAPLENS_METRIC_COUNT];  // [HEAPLENS_METRIC_LIFETIME]: ns, summed over blocks
    uint64_t blocks_leaked;
    uint64_t lifetime_max_bytes;  // the longest of a block of any of them
    uint64_t lifetime_max_ns;     // the longest in time of those blocks, one a site
} heaplens_figures;

/** Add a site to figures; sums stop at UINT64_MAX, and of a maximum the larger one stays. */
void heaplens__figures_add(heaplens_figures *figures, const heaplens_site *site);

/** Add figures to figures, likewise. */
void heaplens__figures_sum(heaplens_figures *to, const heaplens_figures *from);

/** Figures of a whole process: as the process kept them, not summed, where it did. */
heaplens_figures heaplens_figures_of_process(const heaplens_process *process);

typedef enum heaplens_change {
    HEAPLENS_CHANGE_NONE,    // the metric is the same
    HEAPLENS_CHANGE_NEW,     // there only after
    HEAPLENS_CHANGE_GONE,    // there only before
    HEAPLENS_CHANGE_GROWN,   // in both, more after
    HEAPLENS_CHANGE_SHRUNK,  // in both, less after
} heaplens_change;

enum { HEAPLENS_CHANGE_COUNT = HEAPLENS_CHANGE_SHRUNK + 1 };

/** The word for a change: "new", "gone", "grown", "shrunk", "same". */
const char *heaplens_change_name(heaplens_change change);

/** Call sites that have one path of functions. */
typedef struct heaplens_diff_site {
    heaplens_path path;
    uint32_t sites_before;  // call stacks; 0: none had this path
    uint32_t sites_after;
    uint32_t example;           // a site of the process after, or before if there is none after
    bool is_loose;              // matched only without functions that one profile could not see
    bool is_renamed;            // matched by heaplens_diff_find_renames(); `path` is the one after
    heaplens_path path_before;  // of a row that is_renamed; otherwise HEAPLENS_PATH_EMPTY
    heaplens_figures before;
    heaplens_figures after;
} heaplens_diff_site;

/** A function, over all paths that it is in. */
typedef struct heaplens_diff_function {
    heaplens_name name;          // in heaplens_diff.paths.names
    heaplens_figures self[2];    // before, after: of paths that it is responsible for
    heaplens_figures within[2];  // before, after: of paths that it is in
} heaplens_diff_function;

/** Two names of one function, probably. */
typedef struct heaplens_diff_rename {
    heaplens_name before;  // in heaplens_diff.paths.names
    heaplens_name after;
    uint32_t sites;               // rows that it is in
    heaplens_figures figures[2];  // of those, before and after
} heaplens_diff_rename;

typedef struct heaplens_diff {
    heaplens_diff_side before;
    heaplens_diff_side after;
    heaplens_paths paths;
    heaplens_figures whole[2];  // before, after
    heaplens_diff_site *sites;
    heaplens_diff_function *functions;
    uint32_t *row_before;  // by site of the process before: index into sites
    uint32_t *row_after;
    size_t site_count;
    size_t function_count;
    heaplens_diff_rename *renames;  // none before heaplens_diff_find_renames()
    size_t rename_count;
} heaplens_diff;

/**
 * Compare two processes.
 *
 * @param[out] out     released by heaplens_diff_destroy(); NULL on failure
 * @param[in]  before  its process may be NULL: everything is new then
 * @param[in]  after   as before; sessions are borrowed until the diff is destroyed
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY
 *
 * Cost: O(nodes + sites + steps of all distinct paths).
 */
HEAPLENS_MUST_USE heaplens_status heaplens_diff_create(heaplens_diff **out,
                                                       const heaplens_diff_side *before,
                                                       const heaplens_diff_side *after);

/** Sum the functions of a diff again, after its rows have changed. HEAPLENS_OK; HEAPLENS_ENOMEM. */
HEAPLENS_MUST_USE heaplens_status heaplens__diff_sum_functions(heaplens_diff *diff);

/** Release a diff; NULL is accepted. */
void heaplens_diff_destroy(heaplens_diff *diff);

/** What a row's change is in one metric. */
heaplens_change heaplens_diff_site_change(const heaplens_diff_site *site, heaplens_metric metric);

/** What is too small to be shown. A change is shown if it is at least as large as both say. */
typedef struct heaplens_diff_noise {
    uint64_t amount;  // in the metric's unit
    double share;     // of the larger of the two totals, in [0, 1]
} heaplens_diff_noise;

/** Rows that changed, the largest change first, and what was left out. */
typedef struct heaplens_diff_ranking {
    uint32_t *rows;  // (count) released with free()
    size_t count;
    size_t changes[HEAPLENS_CHANGE_COUNT];  // of the rows that are shown
    size_t hidden_count;                    // changed, but by less than the noise
    uint64_t hidden_grown;                  // their growth together
    uint64_t hidden_shrunk;                 // and their shrinkage
    uint64_t noise;                         // the smallest change that is shown
} heaplens_diff_ranking;

/**
 * Rank the sites whose metric changed.
 *
 * @param metric    not HEAPLENS_METRIC_LIFETIME: means do not add up
 * @param[out] out  all zero on failure
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_EINVAL
 */
HEAPLENS_MUST_USE heaplens_status heaplens_diff_rank_sites(const heaplens_diff *diff,
                                                           heaplens_metric metric,
                                                           heaplens_diff_noise noise,
                                                           heaplens_diff_ranking *out);

/** Rank the functions whose own share changed; otherwise as heaplens_diff_rank_sites(). */
HEAPLENS_MUST_USE heaplens_status heaplens_diff_rank_functions(const heaplens_diff *diff,
                                                               heaplens_metric metric,
                                                               heaplens_diff_noise noise,
                                                               heaplens_diff_ranking *out);

#endif
