// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_CHECK_WORDS_H
#define HEAPLENS_EXPORT_CHECK_WORDS_H

#include "export/check_export.h"
#include "export/path_text.h"

/** A clause about a limit's result, by value. */
typedef struct heaplens_clause {
    char text[400];
} heaplens_clause;

/** "1,234 bytes", "12 blocks", "1.5 ms" */
heaplens_figure heaplens__budget_figure(heaplens_budget_metric metric, uint64_t value);

/**
 * What a result says, without a full stop: "4,404,019 bytes, 209,715 bytes (+5.0 %) over
 * 4,194,304 bytes".
 */
heaplens_clause heaplens__check_clause(const heaplens_check *check, size_t limit);

/** How a place is told: "+2,000 bytes (40,000 -> 42,000)", or "42,000 bytes" without a baseline. */
heaplens_clause heaplens__place_clause(const heaplens_check *check, size_t limit,
                                       const heaplens_check_place *place);

/** The heading of a result's places: "grown since the baseline" or "largest call sites". */
const char *heaplens__places_title(const heaplens_check *check,
                                   const heaplens_check_result *result);

/** "[section] limit" */
void heaplens__put_limit(heaplens_sink *sink, const heaplens_check *check, size_t limit,
                         heaplens_put_text *put);

#endif
