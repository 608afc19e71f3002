// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_JSON_H
#define HEAPLENS_EXPORT_JSON_H

#include "export/sink.h"
#include "profile/session.h"

/**
 * Write one process, and a line about each of the session, as heaplens's own JSON: everything that
 * the profile holds, for programs. See docs/format/json.md and heaplens-profile.schema.json.
 *
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; what the sink returned
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_json(heaplens_sink *sink,
                                                      const heaplens_session *session,
                                                      const heaplens_process *process);

#endif
