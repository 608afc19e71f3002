// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_FOLDED_H
#define HEAPLENS_EXPORT_FOLDED_H

#include "export/sink.h"
#include "profile/query.h"

/**
 * Write one process as folded stacks, for flamegraph.pl, inferno and speedscope: a line for each
 * call site that has a value, `outermost;...;innermost VALUE`, in the order of the profile.
 *
 * A function name shows ":" for each ";", and "?" for each control character.
 *
 * @param metric  what is counted; not HEAPLENS_METRIC_LIFETIME: means do not add up
 * @return HEAPLENS_OK; HEAPLENS_EINVAL for that metric; what the sink returned
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_folded(heaplens_sink *sink,
                                                        const heaplens_session *session,
                                                        const heaplens_process *process,
                                                        heaplens_metric metric);

#endif
