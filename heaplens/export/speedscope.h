// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_SPEEDSCOPE_H
#define HEAPLENS_EXPORT_SPEEDSCOPE_H

#include "export/sink.h"
#include "profile/session.h"

/**
 * Write one process for speedscope: one file with a profile each of the bytes live at the peak, the
 * bytes allocated, the bytes never freed, the blocks allocated and the temporary blocks.
 *
 * Frames are functions, without lines: speedscope merges frames by their number, and a function that
 * allocates in two lines is one box in a flame graph.
 *
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; what the sink returned
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_speedscope(heaplens_sink *sink,
                                                            const heaplens_session *session,
                                                            const heaplens_process *process);

#endif
