// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_PATH_TEXT_H
#define HEAPLENS_EXPORT_PATH_TEXT_H

#include "export/figure_text.h"
#include "export/sink.h"
#include "profile/diff.h"

/**
 * Write a text of the profiled program for a terminal: bytes that steer one become `?`.
 */
void heaplens__sink_safe(heaplens_sink *sink, const char *text);

/** As heaplens__sink_safe(), for a cell of a Markdown table: what marks up is escaped. */
void heaplens__sink_markdown(heaplens_sink *sink, const char *text);

/** As heaplens__sink_safe(), for text and attributes of XML 1.0, in UTF-8. */
void heaplens__sink_xml(heaplens_sink *sink, const char *text);

/** How a writer puts the name of a function. */
typedef void heaplens_put_text(heaplens_sink *sink, const char *text);

/**
 * Write a path, innermost function first: "grow_buffer <- parse_row <- main".
 *
 * What called `main` is left out, and of malloc's wrappers all but the one that was called:
 * "std::vector<..>::push_back(..) <- parse_row <- main". "(no call stack)" of the empty path. Names are
 * as heaplens__function_text() has them.
 *
 * @param arrow  what stands between two functions, as it is
 */
void heaplens__put_path(heaplens_sink *sink, const heaplens_paths *paths, heaplens_path path,
                        const char *arrow, heaplens_put_text *put);

/** "+1,234", "-1,234", "0" */
heaplens_figure heaplens__figure_change(uint64_t before, uint64_t after);

/** "+5.3 %", "-0.1 %"; "new" from nothing, "-" from nothing to nothing */
heaplens_figure heaplens__figure_change_share(uint64_t before, uint64_t after);

/** "bytes" or "blocks": what a metric that adds up counts. */
const char *heaplens__metric_unit(heaplens_metric metric);

/** The metric as the title of a table: "Live at the peak". */
const char *heaplens__metric_title(heaplens_metric metric);

#endif
