// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_HTML_PAGE_H
#define HEAPLENS_EXPORT_HTML_PAGE_H

#include "export/sink.h"

/**
 * The viewer's page, in two parts: the data go between them. The build generates it from
 * heaplens/viewer; both sizes are 0 where it could not.
 */
extern const unsigned char heaplens__html_head[];
extern const unsigned char heaplens__html_tail[];
extern const size_t heaplens__html_head_size;
extern const size_t heaplens__html_tail_size;

/** Write what stands before the data. */
void heaplens__html_begin(heaplens_sink *sink);

/** Write what stands behind them, and flush; `status` if it is a failure, else the sink's. */
heaplens_status heaplens__html_end(heaplens_sink *sink, heaplens_status status);

#endif
