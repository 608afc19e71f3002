// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_BUDGET_FILE_H
#define HEAPLENS_PROFILE_BUDGET_FILE_H

#include "profile/failure.h"
#include "profile/names.h"

/**
 * @file
 * What a budget file says: docs/format/budget.md has its grammar.
 *
 * A *section* names a part of a profile, a *limit* bounds one figure of it.
 */

enum {
    HEAPLENS_BUDGET_BYTES_MAX = 1 << 20,  // of a file
    HEAPLENS_BUDGET_SECTIONS_MAX = 4096,
    HEAPLENS_BUDGET_TEXT_MAX = 512,  // of a name or a pattern
};

typedef enum heaplens_budget_metric {
    HEAPLENS_BUDGET_PEAK,           // bytes live at the process's peak
    HEAPLENS_BUDGET_TOTAL,          // bytes ever allocated
    HEAPLENS_BUDGET_BLOCKS,         // blocks ever allocated
    HEAPLENS_BUDGET_LEAKED,         // bytes never freed
    HEAPLENS_BUDGET_LEAKED_BLOCKS,  // blocks never freed
    HEAPLENS_BUDGET_TEMPORARY,      // blocks freed before the thread's next allocation
    HEAPLENS_BUDGET_MEAN_LIFETIME,  // of a block, in nanoseconds
    HEAPLENS_BUDGET_MAX_LIFETIME,  // the longest of a block that was freed, in bytes allocated meanwhile
    HEAPLENS_BUDGET_MAX_LIFETIME_TIME,  // how long that block lived, in nanoseconds
} heaplens_budget_metric;

enum { HEAPLENS_BUDGET_METRIC_COUNT = HEAPLENS_BUDGET_MAX_LIFETIME_TIME + 1 };

typedef enum heaplens_budget_unit {
    HEAPLENS_BUDGET_UNIT_BYTES,
    HEAPLENS_BUDGET_UNIT_BLOCKS,
    HEAPLENS_BUDGET_UNIT_TIME,
} heaplens_budget_unit;

/** The word for a metric in a file: "peak", "leaked_blocks", ... */
const char *heaplens_budget_metric_name(heaplens_budget_metric metric);

heaplens_budget_unit heaplens_budget_metric_unit(heaplens_budget_metric metric);

typedef enum heaplens_budget_comparison {
    HEAPLENS_BUDGET_AT_MOST,  // <=
    HEAPLENS_BUDGET_BELOW,    // <
    HEAPLENS_BUDGET_EXACTLY,  // ==
} heaplens_budget_comparison;

/** Texts are in heaplens_budget_file.names; HEAPLENS_NAME_NONE: not given, so everything. */
typedef struct heaplens_budget_section {
    heaplens_name name;
    heaplens_name function;  // patterns; one frame has to match both this and the module
    heaplens_name module;
    heaplens_name process;
    heaplens_name label;  // of scopes and pools; excludes function and module
    bool is_profile;      // the section [profile]
    bool may_be_absent;   // nothing that matches counts as zero, instead of as a mistake
    uint32_t line;
} heaplens_budget_section;

typedef struct heaplens_budget_limit {
    heaplens_budget_metric metric;
    heaplens_budget_comparison comparison;
    bool is_relative;    // to the baseline; false: `amount` is the bound
    bool is_below;       // baseline - ..., not +
    uint64_t amount;     // in the metric's unit: bytes, blocks or nanoseconds
    uint64_t share_ppm;  // of the baseline, in millionths; relative limits have this or amount
    uint32_t section;
    uint32_t line;       // in the file, from 1
    heaplens_name text;  // as it is written
} heaplens_budget_limit;

typedef struct heaplens_budget_file {
    heaplens_names names;
    heaplens_budget_section *sections;
    heaplens_budget_limit *limits;
    size_t section_count;
    size_t section_capacity;
    size_t limit_count;  // >= 1
    size_t limit_capacity;
    bool is_relative;  // some limit needs a baseline
} heaplens_budget_file;

/**
 * Read a budget file that is in memory.
 *
 * @param[out] out      released by heaplens_budget_file_destroy(); NULL on failure
 * @param[in]  text     (size) any bytes; not used after the call
 * @param[out] failure  "line 3, column 7: ..."
 * @return HEAPLENS_OK; HEAPLENS_EFORMAT; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens_budget_file_parse(heaplens_budget_file **out,
                                                             const char *text, size_t size,
                                                             heaplens_failure *failure);

/** Release a budget; NULL is accepted. */
void heaplens_budget_file_destroy(heaplens_budget_file *budget);

/** The bound of a limit, given the baseline's value; stops at 0 and at UINT64_MAX. */
uint64_t heaplens_budget_bound(const heaplens_budget_limit *limit, uint64_t baseline);

/** Does a value keep to a limit with this bound? */
bool heaplens_budget_allows(const heaplens_budget_limit *limit, uint64_t bound, uint64_t value);

/** A text of the budget. */
const char *heaplens__budget_text(const heaplens_budget_file *budget, heaplens_name name);

#endif
