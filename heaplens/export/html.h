// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_HTML_H
#define HEAPLENS_EXPORT_HTML_H

#include <stdbool.h>

#include "export/sink.h"
#include "profile/session.h"

/** False in a build without node: there is no page to write the data into. */
bool heaplens_has_viewer(void);

/**
 * Write a session as one HTML file that needs nothing else, no network either.
 *
 * The page of `heaplens/viewer` with the session's processes as data, each in a JSON element of its
 * own, so that a browser parses only the one that is shown. docs/format/html.md describes them.
 *
 * @param[in] shown  process of `session` that is shown first; one that is not of it, such as a part
 *                   that was selected from a process, is the only one in the page
 * @return the sink's status: HEAPLENS_OK; HEAPLENS_EIO; HEAPLENS_ENOMEM; HEAPLENS_EINVAL without a
 *         viewer
 *
 * Cost: O(size of the session), written as it goes; allocates one number for each name.
 */
HEAPLENS_MUST_USE heaplens_status heaplens_write_html(heaplens_sink *sink,
                                                      const heaplens_session *session,
                                                      const heaplens_process *shown);

#endif
