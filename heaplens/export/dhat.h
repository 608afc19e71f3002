// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_DHAT_H
#define HEAPLENS_EXPORT_DHAT_H

#include "export/sink.h"
#include "profile/session.h"

/**
 * Write one process as DHAT's JSON, version 2, for `dh_view.html` and the Firefox Profiler.
 *
 * Times are microseconds. Frames read as Valgrind writes them: `0xADDRESS: function (file.c:LINE)`.
 *
 * @return the sink's status: HEAPLENS_OK; HEAPLENS_EIO; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_dhat(heaplens_sink *sink,
                                                      const heaplens_session *session,
                                                      const heaplens_process *process);

#endif
