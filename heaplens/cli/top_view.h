// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_TOP_VIEW_H
#define HEAPLENS_CLI_TOP_VIEW_H

#include "export/sink.h"
#include "profile/session.h"

/** One look at a running process: what `heaplens top` shows. */
typedef struct heaplens_top_view {
    const heaplens_session *session;
    const heaplens_process *process;
    const uint32_t *sites;  // (site_count) as ranked
    size_t site_count;
    bool has_rates;          // whether there was a look before this one
    double bytes_a_second;   // allocated since then
    double blocks_a_second;  // the same
    uint32_t width;          // columns; 0: as wide as it gets
} heaplens_top_view;

/** Write the look as text for people: totals, and a line for each site. */
heaplens_status heaplens__top_write_text(heaplens_sink *sink, const heaplens_top_view *view);

/**
 * Write the look as one line of JSON:
 *
 *     {"version": 1, "pid": 1, "command": "", "duration_ns": 0, "bytes_live": 0, "blocks_live": 0,
 *      "bytes_peak": 0, "blocks_peak": 0, "bytes_total": 0, "blocks_total": 0, "sites": [
 *      {"bytes_live": 0, "blocks_live": 0, "bytes_total": 0, "blocks_total": 0,
 *       "stack": [{"function": "", "file": "", "line": 0, "module": ""}]}]}
 *
 * Stacks are innermost first, inlined frames included; a file of "" and a line of 0 are unknown.
 */
heaplens_status heaplens__top_write_json(heaplens_sink *sink, const heaplens_top_view *view);

#endif
