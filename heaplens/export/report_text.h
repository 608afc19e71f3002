// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_REPORT_TEXT_H
#define HEAPLENS_EXPORT_REPORT_TEXT_H

#include "export/sink.h"
#include "profile/query.h"
#include "profile/session.h"

typedef struct heaplens_report_options {
    bool has_metric;         // false: the four questions, each with its own ranking
    heaplens_metric metric;  // the only ranking, if has_metric
    size_t top;              // sites in a ranking; 0: 10 of one ranking, 5 of each of several
    size_t width;            // columns of the terminal; 0: unlimited. Nothing is ever cut for it:
                             // what does not fit goes to a line of its own
    bool is_inverted;        // the tree of calls begins at what allocated
    bool has_color;
    bool has_utf8;  // plots are drawn with block elements, else with letters
} heaplens_report_options;

/**
 * Write a report for people about one process of a session, and a line about each of the others.
 *
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; what the sink returned
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_text(heaplens_sink *sink,
                                                      const heaplens_session *session,
                                                      const heaplens_process *process,
                                                      const heaplens_report_options *options);

#endif
