// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_HTML_DATA_H
#define HEAPLENS_EXPORT_HTML_DATA_H

#include "export/sink.h"
#include "profile/session.h"

/**
 * Write a session as the elements that the page reads.
 *
 * @param[in] prefix  of the ids of the elements; "" for the session that is shown
 * @param[in] shown   process of `session` that is shown first
 * @return the sink's status; HEAPLENS_ENOMEM. The sink is not flushed.
 */
heaplens_status heaplens__write_html_data(heaplens_sink *out, const char *prefix,
                                          const heaplens_session *session,
                                          const heaplens_process *shown);

#endif
