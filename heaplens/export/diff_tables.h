// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_DIFF_TABLES_H
#define HEAPLENS_EXPORT_DIFF_TABLES_H

#include "export/diff_export.h"

/**
 * @file
 * What every writer of a diff says, before it is laid out.
 */

enum {
    HEAPLENS_DIFF_TOP = 10,  // rows of a ranking, unless told
    HEAPLENS_DIFF_TOTALS = 6,
    HEAPLENS_DIFF_NOTES_MAX = 9,
};

typedef struct heaplens_diff_total {
    const char *label;  // "peak bytes"
    const char *key;    // "peak"; of the JSON
    uint64_t before;
    uint64_t after;
} heaplens_diff_total;

/** The total at `index`, < HEAPLENS_DIFF_TOTALS. */
heaplens_diff_total heaplens__diff_total(const heaplens_diff *diff, size_t index);

/** The metrics that the options ask for; @return how many. */
size_t heaplens__diff_metrics(const heaplens_diff_options *options,
                              heaplens_metric metrics[HEAPLENS_METRIC_COUNT]);

/** A reason to read the figures with care. */
typedef struct heaplens_diff_note {
    char text[160];
} heaplens_diff_note;

/** Everything that makes the two profiles less than exactly comparable; @return how many. */
size_t heaplens__diff_notes(const heaplens_diff *diff,
                            heaplens_diff_note notes[HEAPLENS_DIFF_NOTES_MAX]);

/** The source line of a row's example: of its innermost named function, or of the responsible one. */
typedef struct heaplens_diff_place {
    const char *file;  // "" if unknown; borrowed from the session
    uint32_t line;
} heaplens_diff_place;

heaplens_diff_place heaplens__diff_place(const heaplens_diff *diff, const heaplens_diff_site *site);
heaplens_diff_place heaplens__diff_place_responsible(const heaplens_diff *diff,
                                                     const heaplens_diff_site *site);

#endif
