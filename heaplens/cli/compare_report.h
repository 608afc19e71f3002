// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_COMPARE_REPORT_H
#define HEAPLENS_CLI_COMPARE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/comparison.h"
#include "export/path_text.h"
#include "export/sink.h"
#include "profile/diff.h"

/**
 * @file
 * What `heaplens compare` found out, before it is laid out. docs/format/compare.md.
 */

typedef enum heaplens_unit {
    HEAPLENS_UNIT_SECONDS,
    HEAPLENS_UNIT_BYTES,
    HEAPLENS_UNIT_BLOCKS,
} heaplens_unit;

/** A call site that has more than before. */
typedef struct heaplens_grown_site {
    uint64_t before;
    uint64_t after;
    const heaplens_diff_site *site;  // of the report's diff; NULL: there is only `path`
    const char *path;                // "innermost < caller < ..."; borrowed
} heaplens_grown_site;

/** The call sites that explain a figure of the heap, those that grew most first. */
typedef struct heaplens_growth {
    heaplens_grown_site sites[5];
    size_t count;
    size_t more;  // that grew, and are not in `sites`
} heaplens_growth;

/** One figure of both versions. */
typedef struct heaplens_compared {
    const char *benchmark;  // NULL: of the whole command
    const char *name;       // "wall time"
    const char *key;        // "wall_time"; of the JSON
    heaplens_unit unit;
    bool has_metric;         // a figure of the heap, which call sites can explain
    heaplens_metric metric;  // by which they are ranked
    heaplens_comparison item;
    bool has_control;
    heaplens_comparison control;  // the program against itself
    heaplens_growth growth;       // of a regression
    const double *values[2];      // (value_counts) what base and head measured; borrowed
    size_t value_counts[2];
} heaplens_compared;

/** Why no more was measured. */
typedef enum heaplens_compare_end {
    HEAPLENS_COMPARE_CLEAR,  // every verdict was
    HEAPLENS_COMPARE_PLAN,   // all rounds were
    HEAPLENS_COMPARE_TIME,   // the limit of time
} heaplens_compare_end;

/** "clear", "rounds", "time". */
const char *heaplens__compare_end_name(heaplens_compare_end end);

typedef struct heaplens_compare_report {
    const char *commands[2];  // base, head
    double alpha;
    double margin;
    uint64_t seed;
    size_t blocks;      // measured, of four processes
    size_t blocks_max;  // of the plan
    size_t recordings;  // of each version under the recorder
    double seconds;     // that it took
    heaplens_compare_end end;
    bool has_random_addresses;   // the kernel places programs by lot
    const char *heap_reason;     // why there are no figures of the heap; NULL: there are
    const char *only[2];         // a benchmark that only base, only head has; NULL: none
    heaplens_compared *figures;  // (figure_count)
    size_t figure_count;
    const heaplens_diff *diff;  // of a recording of each; NULL: there is none
    bool has_color;
} heaplens_compare_report;

/** How far a program was from itself: the larger end of the control's interval. */
double heaplens__noise_floor(const heaplens_compared *figure);

/** Of figures that changed, a regression; else an improvement; else what is not clear. */
heaplens_outcome heaplens__compare_verdict(const heaplens_compare_report *report);

/** Find what explains a figure of the heap, in the report's diff; of others there is nothing. */
HEAPLENS_MUST_USE heaplens_status heaplens__compare_growth(heaplens_growth *out,
                                                           const heaplens_compare_report *report,
                                                           const heaplens_compared *figure);

/** Write the path of a call site, innermost function first. */
void heaplens__put_grown_path(heaplens_sink *sink, const heaplens_compare_report *report,
                              const heaplens_grown_site *grown, heaplens_put_text *put);

/** Write a report for people. @return HEAPLENS_OK; HEAPLENS_ENOMEM; what the sink returned */
HEAPLENS_MUST_USE heaplens_status heaplens__write_compare_text(heaplens_sink *sink,
                                                               const void *report);

/** The same as Markdown, for a pull request. */
HEAPLENS_MUST_USE heaplens_status heaplens__write_compare_markdown(heaplens_sink *sink,
                                                                   const void *report);

/** Everything, as docs/format/compare.md says. */
HEAPLENS_MUST_USE heaplens_status heaplens__write_compare_json(heaplens_sink *sink,
                                                               const void *report);

/** A figure or its change as text, by value. */
typedef struct heaplens_compare_text {
    char text[64];
} heaplens_compare_text;

/** "1.10 ms", "12.4 MiB", "1,204" */
heaplens_compare_text heaplens__compare_value(heaplens_unit unit, double value);

/** "+5.2 %"; of a figure that was zero, "+48 B"; "unknown" of an end that there is not. */
heaplens_compare_text heaplens__compare_change(const heaplens_compared *figure, double change);

/** "+4.8 % to +5.7 %", "exact", or "unknown" */
heaplens_compare_text heaplens__compare_interval(const heaplens_compared *figure);

/** Where a control withheld a verdict: has the program changed against itself? */
bool heaplens__compare_is_withheld(const heaplens_compared *figure);

#endif
