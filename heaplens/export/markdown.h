// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_MARKDOWN_H
#define HEAPLENS_EXPORT_MARKDOWN_H

#include "export/report_text.h"
#include "export/sink.h"

/**
 * Write a summary of one process in GitHub-flavored Markdown, for a pull request: the totals, what
 * they do not say, and a table of call sites for each question, or for one metric.
 *
 * @param options  the metric and the number of sites; see heaplens_report_options
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; what the sink returned
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_markdown(heaplens_sink *sink,
                                                          const heaplens_session *session,
                                                          const heaplens_process *process,
                                                          const heaplens_report_options *options);

#endif
