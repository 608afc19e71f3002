// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_DIFF_EXPORT_H
#define HEAPLENS_EXPORT_DIFF_EXPORT_H

#include "export/sink.h"
#include "profile/diff.h"

typedef struct heaplens_diff_options {
    bool has_metric;         // false: peak, total and leaked, each with its own ranking
    heaplens_metric metric;  // the only one, if has_metric; not HEAPLENS_METRIC_LIFETIME
    size_t top;              // rows of a ranking; 0: 10
    heaplens_diff_noise noise;
    bool has_color;
} heaplens_diff_options;

/**
 * Write a diff for people: totals, and the sites and functions that changed.
 *
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_EINVAL for a metric that does not add up; what the
 *         sink returned. So do the others.
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_diff_text(heaplens_sink *sink,
                                                           const heaplens_diff *diff,
                                                           const heaplens_diff_options *options);

/** The same as Markdown, for a pull request. */
HEAPLENS_MUST_USE heaplens_status heaplens_write_diff_markdown(
    heaplens_sink *sink, const heaplens_diff *diff, const heaplens_diff_options *options);

/** Every row with every figure, as docs/format/diff.md says. Only the noise of `options` is used. */
HEAPLENS_MUST_USE heaplens_status heaplens_write_diff_json(heaplens_sink *sink,
                                                           const heaplens_diff *diff,
                                                           const heaplens_diff_options *options);

/**
 * Every path that has a value as one line `outermost;...;innermost BEFORE AFTER`: what difffolded.pl
 * makes and flamegraph.pl draws in red and blue. One metric: `options->metric`, or the peak.
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_diff_folded(heaplens_sink *sink,
                                                             const heaplens_diff *diff,
                                                             const heaplens_diff_options *options);

/**
 * The page of the HTML report, with both sides in red and blue; sites are the rows of the diff. The
 * options are not used: the page sorts and hides by itself.
 *
 * @return as the others; HEAPLENS_EINVAL if heaplens_has_viewer() is false
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_diff_html(heaplens_sink *sink,
                                                           const heaplens_diff *diff,
                                                           const heaplens_diff_options *options);

#endif
